/* SPDX-License-Identifier: Apache-2.0 */
/* Copy, fill and compare memory: the core has no C library. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

/* size bytes; the ranges do not overlap, or `to` lies below `from`. */
void bytes_copy(void *to, const void *from, uint64_t size);
/* The same from the end: for ranges that overlap with `to` above `from`. */
void bytes_copy_back(void *to, const void *from, uint64_t size);
/* to: 8-byte aligned; size: a multiple of 64. */
void bytes_zero(void *to, uint64_t size);
bool bytes_equal(const void *a, const void *b, uint64_t size);

#endif
