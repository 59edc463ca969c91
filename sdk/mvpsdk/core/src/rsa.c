/* SPDX-License-Identifier: Apache-2.0 */
#include "rsa.h"

#include "bytes.h"

/* Multiplications: into Montgomery's form, 16 squares, and once more by the signature itself, which
 * leaves the form as well (P. Montgomery, "Modular multiplication without trial division", 1985).
 */
#define FACTORS 18

__extension__ typedef unsigned __int128 wide;

bool rsa_below(const uint64_t *number, const uint64_t *other, uint32_t words)
{
    for (uint32_t i = words; i-- > 0;) {
        if (number[i] != other[i]) {
            return number[i] < other[i];
        }
    }
    return false;
}

/* -1 / odd, modulo 2^64. 3 * odd ^ 2 has five bits of the inverse, each turn doubles them. */
static uint64_t negative_inverse(uint64_t odd)
{
    uint64_t inverse = 3 * odd ^ 2;

    for (uint32_t bits = 5; bits < 64; bits *= 2) {
        inverse *= 2 - odd * inverse;
    }
    return 0 - inverse;
}

bool rsa_begin(struct rsa *rsa, const struct mvp_delegate *key, const uint64_t *signature)
{
    rsa->key = key;
    rsa->inverse = negative_inverse(key->modulus[0]);
    rsa->factor = 0;
    rsa->step = 0;
    for (uint32_t i = 0; i < key->words; i++) {
        rsa->signature[i] = __builtin_bswap64(signature[key->words - 1 - i]);
        rsa->power[i] = rsa->signature[i];
    }
    bytes_zero(rsa->product, sizeof rsa->product);
    return rsa_below(rsa->signature, key->modulus, key->words);
}

/* What the power is multiplied by next. */
static const uint64_t *factor_of(const struct rsa *rsa)
{
    if (rsa->factor == 0) {
        return rsa->key->square;
    }
    return rsa->factor < FACTORS - 1 ? rsa->power : rsa->signature;
}

/* product += word * power */
static void add_row(struct rsa *rsa, uint64_t word)
{
    uint32_t words = rsa->key->words;
    uint64_t carry = 0;

    for (uint32_t i = 0; i < words; i++) {
        wide sum = (wide)word * rsa->power[i] + rsa->product[i] + carry;

        rsa->product[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    wide sum = (wide)rsa->product[words] + carry;

    rsa->product[words] = (uint64_t)sum;
    rsa->product[words + 1] = (uint64_t)(sum >> 64);
}

/* product = (product + n * modulus) / 2^64, with the n that leaves no remainder. */
static void reduce(struct rsa *rsa)
{
    uint32_t words = rsa->key->words;
    uint64_t n = rsa->product[0] * rsa->inverse;
    uint64_t carry = (uint64_t)(((wide)n * rsa->key->modulus[0] + rsa->product[0]) >> 64);

    for (uint32_t i = 1; i < words; i++) {
        wide sum = (wide)n * rsa->key->modulus[i] + rsa->product[i] + carry;

        rsa->product[i - 1] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    wide sum = (wide)rsa->product[words] + carry;

    rsa->product[words - 1] = (uint64_t)sum;
    rsa->product[words] = rsa->product[words + 1] + (uint64_t)(sum >> 64);
}

/* The product is less than twice the modulus; the power is less than the modulus. */
static void take_product(struct rsa *rsa)
{
    uint32_t words = rsa->key->words;
    bool is_less = rsa->product[words] == 0 && rsa_below(rsa->product, rsa->key->modulus, words);
    uint64_t borrow = 0;

    for (uint32_t i = 0; i < words; i++) {
        uint64_t less = is_less ? 0 : rsa->key->modulus[i];
        wide difference = (wide)rsa->product[i] - less - borrow;

        rsa->power[i] = (uint64_t)difference;
        rsa->product[i] = 0;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    rsa->product[words] = 0;
}

bool rsa_step(struct rsa *rsa)
{
    uint32_t step = rsa->step++;

    if (step == 2 * rsa->key->words) {
        take_product(rsa);
        rsa->step = 0;
        rsa->factor++;
    } else if (step % 2 == 0) {
        add_row(rsa, factor_of(rsa)[step / 2]);
    } else {
        reduce(rsa);
    }
    return rsa->factor == FACTORS;
}

/* EMSA-PKCS1-v1_5 (RFC 8017, 9.2): 00 01 ff..ff 00, the DER of a SHA-256 DigestInfo, the digest. */
static uint64_t encoded(uint32_t index, uint32_t words, const struct sha256 *hash)
{
    static const uint64_t info[3] = {0x0304020105000420, 0x0d06096086480165, 0xffffffff00303130};

    if (index < 4) {
        return (uint64_t)hash->state[6 - 2 * index] << 32 | hash->state[7 - 2 * index];
    }
    if (index < 7) {
        return info[index - 4];
    }
    return index < words - 1 ? ~(uint64_t)0 : 0x0001ffffffffffff;
}

bool rsa_vouches(const struct rsa *rsa, const struct sha256 *hash)
{
    uint64_t wrong = 0;

    for (uint32_t i = 0; i < rsa->key->words; i++) {
        wrong |= rsa->power[i] ^ encoded(i, rsa->key->words, hash);
    }
    return wrong == 0;
}
