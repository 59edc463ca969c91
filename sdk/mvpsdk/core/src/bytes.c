/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes.h"

#include <stddef.h>

/* The C library's, and on the board arch/aarch64/mem.S. */
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

void bytes_copy(void *to, const void *from, uint64_t size)
{
    memmove(to, from, size);
}

void bytes_zero(void *to, uint64_t size)
{
    memset(to, 0, size);
}

bool bytes_equal(const void *a, const void *b, uint64_t size)
{
    return memcmp(a, b, size) == 0;
}
