/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fletcher-64: two sums over 32-bit words, modulo 2^32 - 1. The modulo waits until the sums could
 * overflow: of 16384 words the second is at most 2^32 * 16384 * 16385 / 2 < 2^60, and a remainder
 * from before adds less than 2^47.
 */
#include <mvp/core.h>

#include <stddef.h>

#define WORDS_PER_MODULO 16384
#define MODULUS 0xffffffff

struct sums {
    uint64_t first;
    uint64_t second;
};

static void add(struct sums *sums, const uint32_t *words, uint64_t count)
{
    const uint32_t *end = words + count;
    uint64_t first = sums->first;
    uint64_t second = sums->second;

    while (words < end) {
        const uint32_t *stop =
            (uint64_t)(end - words) > WORDS_PER_MODULO ? words + WORDS_PER_MODULO : end;

        for (; stop - words > 1; words += 2) { /* the loop itself costs as much as a word */
            first += words[0];
            second += first;
            first += words[1];
            second += first;
        }
        if (words < stop) {
            first += *words++;
            second += first;
        }
        first %= MODULUS;
        second %= MODULUS;
    }
    sums->first = first;
    sums->second = second;
}

static uint64_t result(const struct sums *sums)
{
    return sums->second << 32 | sums->first;
}

uint64_t mvp_checksum(const void *data, uint64_t size)
{
    struct sums sums = {0, 0};

    add(&sums, data, size / 4);
    return result(&sums);
}

uint64_t mvp_pack_checksum(const void *pack, uint64_t meta_size)
{
    static const uint32_t zeros[2] = {0, 0};
    const uint64_t field = offsetof(struct mvp_pack_header, checksum) / 4; /* in words */
    const uint32_t *words = pack;
    struct sums sums = {0, 0};

    add(&sums, words, field);
    add(&sums, zeros, 2);
    add(&sums, words + field + 2, meta_size / 4 - field - 2);
    return result(&sums);
}
