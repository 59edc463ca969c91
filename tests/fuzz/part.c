/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checker of personas' parts. An input is 8 bytes of choices, of which the second and third are
 * the length of a pack's metadata in words; then that pack, whose checksum and fingerprint are
 * mended; then the part. Nobody can sign what a fuzzer makes up: unless a choice says otherwise,
 * the arithmetic is left out, and every signature is taken for the vendor's. Of a part that is
 * accepted it is proven once more that nothing leads out of it, or out of its persona's memory.
 */
#include <mvp/core.h>
#include <mvp/part.h>

#include "harness.h"
#include "rsa.h"

#define PREFIX 8
#define PERSONA 2
#define USED 952 /* bytes of a header that are not padding */

enum option { KEEP_SIGNATURE = 1, WITHOUT_PACK = 2 };

static struct {
    uint64_t accepted;
    uint64_t refused;
    uint64_t forged;  /* that really were verified */
    uint64_t reasons; /* bit n: reason MVP_PART_NOT_FOUND + n was given */
} seen;

static bool is_verified; /* as on the board */

bool __real_rsa_step(struct rsa *rsa);
bool __wrap_rsa_step(struct rsa *rsa);
bool __real_rsa_vouches(const struct rsa *rsa, const struct sha256 *hash);
bool __wrap_rsa_vouches(const struct rsa *rsa, const struct sha256 *hash);

bool __wrap_rsa_step(struct rsa *rsa)
{
    return !is_verified || __real_rsa_step(rsa);
}

bool __wrap_rsa_vouches(const struct rsa *rsa, const struct sha256 *hash)
{
    return !is_verified || __real_rsa_vouches(rsa, hash);
}

static void say_seen(void)
{
    printf("seen: accepted=%llu refused=%llu forged=%llu reasons=%d\n",
           (unsigned long long)seen.accepted, (unsigned long long)seen.refused,
           (unsigned long long)seen.forged, __builtin_popcountll(seen.reasons));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(say_seen);
}

/* Does memory of the persona hold this? */
static bool is_held(const void *pack, uint64_t ipa, uint64_t size)
{
    const struct mvp_pack_header *header = pack;

    for (uint32_t n = 0; n < header->tables[MVP_TABLE_REGION].count; n++) {
        const struct mvp_region *r = mvp_pack_entry(pack, MVP_TABLE_REGION, n);

        if (r->partition == PERSONA && (r->kind == MVP_REGION_RAM || r->kind == MVP_REGION_FLASH) &&
            ipa >= r->ipa && size <= r->size && ipa - r->ipa <= r->size - size) {
            return true;
        }
    }
    return false;
}

static void prove(const struct mvp_part_header *h, uint64_t available, const void *pack)
{
    bool entered = false;

    HOLDS(h->total_size <= available && h->total_size % 4096 == 0);
    HOLDS(h->image_count >= 1 && h->image_count <= MVP_PART_IMAGES);
    for (uint32_t n = 0; n < h->image_count; n++) {
        const struct mvp_image *image = &h->images[n];

        HOLDS(image->offset >= MVP_PART_HEAD && image->offset <= h->total_size);
        HOLDS(image->size <= h->total_size - image->offset && image->size <= image->memory);
        HOLDS(pack == NULL || is_held(pack, image->load, image->memory));
        entered = entered || (h->entry >= image->load && image->memory >= 4 &&
                              h->entry - image->load <= image->memory - 4);
        for (uint32_t i = 0; i < n; i++) {
            const struct mvp_image *other = &h->images[i];

            HOLDS(image->load >= other->load + other->memory ||
                  other->load >= image->load + image->memory);
        }
    }
    HOLDS(entered && h->entry % 4 == 0);
}

static bool mended(void *pack, size_t size)
{
    struct mvp_pack_header *h = pack;
    struct mvp_verdict verdict;

    if (size < sizeof *h || h->meta_size != size) {
        return false;
    }
    memcpy(h->fingerprint, mvp_fingerprint(), sizeof h->fingerprint);
    h->checksum = mvp_pack_checksum(pack, size);
    return mvp_pack_check(pack, h->total_size, NULL, &verdict) == MVP_OK &&
           h->tables[MVP_TABLE_PARTITION].count > PERSONA &&
           mvp_pack_delegate(pack, PERSONA) != NULL;
}

static void judge(const uint8_t *data, size_t size, const void *pack, uint32_t options)
{
    const struct mvp_delegate *delegate = mvp_pack_delegate(pack, PERSONA);
    const void *asked = (options & WITHOUT_PACK) != 0 ? NULL : pack;
    struct mvp_verdict verdict = {.reason = MVP_NONE};
    uint8_t *part = malloc(size > 0 ? size : 1); /* exactly, so that a read past its end is seen */

    HOLDS(part != NULL);
    memcpy(part, data, size);
    is_verified = (options & KEEP_SIGNATURE) != 0;
    uint32_t reason = mvp_part_check(part, size, delegate, asked, PERSONA, &verdict);

    HOLDS(reason == verdict.reason && verdict.table <= MVP_TABLE_COUNT);
    HOLDS(reason == MVP_OK || (reason >= MVP_PART_NOT_FOUND && reason < MVP_PART_DIGEST));
    seen.forged += is_verified ? 1 : 0;
    if (reason == MVP_OK) {
        HOLDS(!is_verified); /* nobody has the private key */
        seen.accepted++;
        prove((const void *)part, size, asked);
    } else {
        seen.refused++;
        seen.reasons |= 1ULL << (reason - MVP_PART_NOT_FOUND);
    }
    free(part);
}

static size_t pack_bytes(const uint8_t *data)
{
    return 8 * ((size_t)data[1] | (size_t)data[2] << 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t meta = size < PREFIX ? 0 : pack_bytes(data);

    if (meta == 0 || meta > MVP_META_MAX || size < PREFIX + meta) {
        return 0;
    }
    void *pack = malloc(meta);

    HOLDS(pack != NULL);
    memcpy(pack, data + PREFIX, meta);
    if (mended(pack, meta)) {
        judge(data + PREFIX + meta, size - PREFIX - meta, pack, data[0]);
    }
    free(pack);
    return 0;
}

/* A value near the old one, or another of the header's. */
static uint64_t new_word(const uint8_t *header, uint64_t old, uint32_t dice)
{
    static const uint64_t edges[] = {0, 1, 8, 0x1000, 0x40000000, 0xffffffff, ~0ULL, 1ULL << 63};
    uint64_t other;

    memcpy(&other, header + 8 * ((dice >> 8) % (USED / 8)), sizeof other);
    switch (dice % 6) {
    case 0:
        return edges[(dice >> 8) % (sizeof edges / sizeof edges[0])];
    case 1:
        return other;
    case 2:
        return old ^ 1ULL << (dice >> 8) % 64;
    case 3:
        return old + 0x1000;
    case 4:
        return old - 0x1000;
    default:
        return old + (dice >> 8) % 17 - 8;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
    size_t start = size < PREFIX ? 0 : PREFIX + pack_bytes(data);

    if (size < PREFIX || size < start + MVP_PART_HEAD || seed % 8 == 0) {
        return LLVMFuzzerMutate(data, size, most);
    }
    for (uint32_t changes = 1 + (seed >> 3) % 3; changes > 0; changes--) {
        seed = seed * 1664525 + 1013904223;
        uint8_t *place = data + start + 8 * ((seed >> 4) % (USED / 8));
        uint64_t word;

        memcpy(&word, place, sizeof word);
        seed = seed * 1664525 + 1013904223;
        word = new_word(data + start, word, seed >> 3);
        memcpy(place, &word, sizeof word);
    }
    return size;
}
