/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that a freestanding compiler may call by itself (GCC manual, section 2.1). */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    for (size_t n = 0; n < size; n++) {
        out[n] = in[n];
    }
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    uint8_t *out = to;

    for (size_t n = 0; n < size; n++) {
        out[n] = (uint8_t)byte;
    }
    return to;
}
