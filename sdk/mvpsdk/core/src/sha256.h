/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4), whole or in steps: the board hashes images half a block at a time, so that
 * the firmware can run in between.
 */
#ifndef CORE_SHA256_H
#define CORE_SHA256_H

#include <stdbool.h>
#include <stdint.h>

#define SHA256_BLOCK 64 /* bytes */
#define SHA256_DIGEST 32

struct sha256 {
    uint32_t state[8];
    uint32_t w[64]; /* the schedule of the block in work */
    uint64_t half;  /* half blocks done */
};

void sha256_init(struct sha256 *hash);
/* One step of the digest of a message, always the same one: half a block's work, 1 500 instructions
 * at most. Step n needs the message's first (n / 2 + 1) * SHA256_BLOCK bytes. True: that was all.
 */
bool sha256_step(struct sha256 *hash, const void *data, uint64_t size);
/* After the last step. */
void sha256_digest(const struct sha256 *hash, uint8_t *digest);

#endif
