/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4). Names of functions and variables are the standard's, sections 4.1.2, 6.2.
 */
#include "sha256.h"

#include <stddef.h>

#include <mvp/core.h>

#include "bytes.h"

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t rotr(uint32_t x, uint32_t n)
{
    return x >> n | x << (32 - n);
}

/* One round: d and h are replaced, and the caller renames instead of moving eight variables. */
INLINE void step(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f,
                 uint32_t g, uint32_t *h, uint32_t kw)
{
    uint32_t t1 = *h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (((f ^ g) & e) ^ g) + kw;

    *d += t1;
    *h = t1 + (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + (((a ^ b) & (b ^ c)) ^ b);
}

static void eight_rounds(uint32_t s[8], const uint32_t *k, const uint32_t *w)
{
    uint32_t a = s[0];
    uint32_t b = s[1];
    uint32_t c = s[2];
    uint32_t d = s[3];
    uint32_t e = s[4];
    uint32_t f = s[5];
    uint32_t g = s[6];
    uint32_t h = s[7];

    step(a, b, c, &d, e, f, g, &h, k[0] + w[0]);
    step(h, a, b, &c, d, e, f, &g, k[1] + w[1]);
    step(g, h, a, &b, c, d, e, &f, k[2] + w[2]);
    step(f, g, h, &a, b, c, d, &e, k[3] + w[3]);
    step(e, f, g, &h, a, b, c, &d, k[4] + w[4]);
    step(d, e, f, &g, h, a, b, &c, k[5] + w[5]);
    step(c, d, e, &f, g, h, a, &b, k[6] + w[6]);
    step(b, c, d, &e, f, g, h, &a, k[7] + w[7]);
    s[0] = a;
    s[1] = b;
    s[2] = c;
    s[3] = d;
    s[4] = e;
    s[5] = f;
    s[6] = g;
    s[7] = h;
}

INLINE uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

INLINE void extend(uint32_t *w)
{
    w[16] = w[0] + (rotr(w[1], 7) ^ rotr(w[1], 18) ^ w[1] >> 3) + w[9] +
            (rotr(w[14], 17) ^ rotr(w[14], 19) ^ w[14] >> 10);
}

static void schedule(uint32_t w[64], const uint8_t *block)
{
    for (uint32_t t = 0; t < 16; t++) {
        w[t] = big_endian(block + (size_t)t * 4);
    }
    for (uint32_t t = 0; t < 48; t += 4) {
        extend(w + t);
        extend(w + t + 1);
        extend(w + t + 2);
        extend(w + t + 3);
    }
}

static void rounds(uint32_t state[8], const uint32_t w[64])
{
    uint32_t s[8];

    for (uint32_t i = 0; i < 8; i++) {
        s[i] = state[i];
    }
    for (uint32_t t = 0; t < 64; t += 8) {
        eight_rounds(s, K + t, w + t);
    }
    for (uint32_t i = 0; i < 8; i++) {
        state[i] += s[i];
    }
}

void sha256_init(struct sha256 *hash)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    for (uint32_t i = 0; i < 8; i++) {
        hash->state[i] = first[i];
    }
    hash->half = 0;
}

/* The rest of the message from `at` on, a 0x80 and zeros; the last block ends in the length in bits
 * (FIPS 180-4, 5.1.1). */
static void pad(uint8_t block[SHA256_BLOCK], const uint8_t *data, uint64_t size, uint64_t at)
{
    bytes_zero(block, SHA256_BLOCK);
    if (at <= size) {
        bytes_copy(block, data + at, size - at);
        block[size - at] = 0x80;
    }
    for (uint32_t i = 0; i < 8 && at + SHA256_BLOCK >= size + 9; i++) {
        block[SHA256_BLOCK - 1 - i] = (uint8_t)(size * 8 >> 8 * i);
    }
}

bool sha256_step(struct sha256 *hash, const void *data, uint64_t size)
{
    const uint8_t *bytes = data;
    uint64_t at = hash->half / 2 * SHA256_BLOCK;
    uint8_t block[SHA256_BLOCK];

    hash->half++;
    if (hash->half % 2 == 0) {
        rounds(hash->state, hash->w);
        return at + SHA256_BLOCK >= size + 9;
    }
    if (at + SHA256_BLOCK <= size) {
        schedule(hash->w, bytes + at);
    } else {
        pad(block, bytes, size, at);
        schedule(hash->w, block);
    }
    return false;
}

void sha256_digest(const struct sha256 *hash, uint8_t *digest)
{
    for (uint32_t i = 0; i < SHA256_DIGEST; i++) {
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

void mvp_sha256(const void *data, uint64_t size, uint8_t *digest)
{
    struct sha256 hash;

    sha256_init(&hash);
    while (!sha256_step(&hash, data, size)) {
    }
    sha256_digest(&hash, digest);
}
