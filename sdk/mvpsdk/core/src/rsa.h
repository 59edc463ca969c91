/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSASSA-PKCS1-v1_5 with SHA-256 and the exponent 65537 (RFC 8017, 8.2.2), in steps: the firmware
 * runs in between. Nothing here is secret.
 */
#ifndef CORE_RSA_H
#define CORE_RSA_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/pack.h>

#include "sha256.h"

struct rsa {
    const struct mvp_delegate *key;
    uint64_t inverse;       /* -1 / modulus, modulo 2^64 */
    uint64_t signature[64]; /* MVP_RSA_WORDS, the least significant first, as in the next two */
    uint64_t power[64];
    uint64_t product[66];
    uint32_t factor; /* multiplications done */
    uint32_t step;   /* steps of the one in work */
};

/* signature: as many bytes as the modulus has, big-endian, 8-byte aligned. False: as a number it is
 * no less than the modulus, so no signature. */
bool rsa_begin(struct rsa *rsa, const struct mvp_delegate *key, const uint64_t *signature);
/* One step: 1 100 instructions at most, for 4096 bits. True: that was all. */
bool rsa_step(struct rsa *rsa);
/* After the last step: is it the signature over what was hashed? */
bool rsa_vouches(const struct rsa *rsa, const struct sha256 *hash);

/* Is the number below the other one, both of so many words? */
bool rsa_below(const uint64_t *number, const uint64_t *other, uint32_t words);

#endif
