/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes.h"

static bool aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & 7) == 0;
}

void bytes_copy(void *to, const void *from, uint64_t size)
{
    uint64_t n = 0;

    if (aligned(to, from)) {
        for (; n + 32 <= size; n += 32) {
            uint64_t *out = (uint64_t *)((uintptr_t)to + n);
            const uint64_t *in = (const uint64_t *)((uintptr_t)from + n);
            uint64_t a = in[0];
            uint64_t b = in[1];
            uint64_t c = in[2];
            uint64_t d = in[3];

            out[0] = a;
            out[1] = b;
            out[2] = c;
            out[3] = d;
        }
    }
    for (; n < size; n++) {
        ((volatile uint8_t *)to)[n] = ((const uint8_t *)from)[n];
    }
}

void bytes_copy_back(void *to, const void *from, uint64_t size)
{
    if (aligned(to, from)) {
        for (; size >= 8 && (size & 7) == 0; size -= 8) {
            *(uint64_t *)((uintptr_t)to + size - 8) =
                *(const uint64_t *)((uintptr_t)from + size - 8);
        }
    }
    for (; size > 0; size--) {
        ((volatile uint8_t *)to)[size - 1] = ((const uint8_t *)from)[size - 1];
    }
}

void bytes_zero(void *to, uint64_t size)
{
    volatile uint64_t *words = to;

    for (uint64_t n = 0; n < size / 8; n += 8) {
        words[n] = 0;
        words[n + 1] = 0;
        words[n + 2] = 0;
        words[n + 3] = 0;
        words[n + 4] = 0;
        words[n + 5] = 0;
        words[n + 6] = 0;
        words[n + 7] = 0;
    }
}

bool bytes_equal(const void *a, const void *b, uint64_t size)
{
    const uint8_t *x = a;
    const uint8_t *y = b;

    for (uint64_t n = 0; n < size; n++) {
        if (x[n] != y[n]) {
            return false;
        }
    }
    return true;
}
