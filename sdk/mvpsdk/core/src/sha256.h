/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) in steps, so that the board can hash between interrupts. */
#ifndef CORE_SHA256_H
#define CORE_SHA256_H

#include <stdint.h>

struct sha256 {
    uint32_t state[8];
    uint32_t filled;      /* bytes in block */
    uint32_t zero;
    uint64_t size;        /* bytes taken so far */
    uint8_t block[64];
};

void sha256_init(struct sha256 *hash);
void sha256_update(struct sha256 *hash, const void *data, uint64_t size);
void sha256_final(struct sha256 *hash, uint8_t *digest);

#endif
