/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzzing harnesses share: reading their input, and saying what does not hold. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most); /* libFuzzer's own */

#define HOLDS(condition)                                                                    \
    do {                                                                                    \
        if (!(condition)) {                                                                 \
            fprintf(stderr, "does not hold: %s (%s:%d)\n", #condition, __FILE__, __LINE__); \
            abort();                                                                        \
        }                                                                                   \
    } while (0)

/* The rest of the input. What is taken past its end is zero. */
struct input {
    const uint8_t *at;
    size_t left;
};

/* A little-endian number of `bytes` bytes, 8 at most. */
static inline uint64_t take(struct input *input, uint32_t bytes)
{
    uint64_t value = 0;

    for (uint32_t n = 0; n < bytes && input->left > 0; n++) {
        value |= (uint64_t)*input->at++ << 8 * n;
        input->left--;
    }
    return value;
}

#endif
