/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4), whole or in steps: the board hashes images a block at a time, so that the
 * firmware can run in between.
 */
#ifndef CORE_SHA256_H
#define CORE_SHA256_H

#include <stdint.h>

#define SHA256_BLOCK 64 /* bytes */
#define SHA256_DIGEST 32

struct sha256 {
    uint32_t state[8];
    uint64_t length;   /* bytes so far */
    uint8_t block[64]; /* the part of a block that waits for its rest: length % 64 bytes */
};

void sha256_init(struct sha256 *hash);
/* Any number of bytes; whole blocks at whole-block positions are read where they lie. */
void sha256_update(struct sha256 *hash, const void *data, uint64_t size);
void sha256_final(struct sha256 *hash, uint8_t *digest);

#endif
