/* SPDX-License-Identifier: Apache-2.0 */
/* Copy, fill and compare memory: the core has no C library. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

/* The ranges may overlap. */
void bytes_copy(void *to, const void *from, uint64_t size);
void bytes_zero(void *to, uint64_t size);
bool bytes_equal(const void *a, const void *b, uint64_t size);

#endif
