/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts, and the two functions that a freestanding compiler may call by itself.
 */
#include "kernel.h"

bool text_equal(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool text_has_word(const char *text, const char *word)
{
    while (*text != 0) {
        const char *at = word;

        while (*at != 0 && *text == *at) {
            text++;
            at++;
        }
        if (*at == 0 && (*text == 0 || *text == ' ')) {
            return true;
        }
        while (*text != 0 && *text != ' ') {
            text++;
        }
        while (*text == ' ') {
            text++;
        }
    }
    return false;
}

void *memset(void *to, int byte, size_t size)
{
    uint8_t *out = to;

    for (size_t n = 0; n < size; n++) {
        out[n] = (uint8_t)byte;
    }
    return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    for (size_t n = 0; n < size; n++) {
        out[n] = in[n];
    }
    return to;
}
