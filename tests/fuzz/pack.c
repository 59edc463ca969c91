/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pack checker. An input is 8 bytes of which the first says what stays as it is, then header
 * and tables; magic, sizes, checksum and fingerprint are mended, else nothing would get past them.
 * Of a pack that is accepted the machine is built, and the memory proofs are made a second time,
 * by other means than the checker's.
 */
#include <mvp/core.h>
#include <mvp/platform.h>

#include "harness.h"
#include "host.h"
#include "machine.h"

#define PREFIX 8
#define FILE_SIZE 0x100000 /* claimed, images included: only the metadata is there to be read */

enum option { KEEP_CHECKSUM = 1, KEEP_FINGERPRINT = 2, KEEP_SIZE = 4, CLAIM_NO_MORE = 8 };

static struct {
    uint64_t accepted;
    uint64_t refused;
    uint64_t reasons; /* bit n: reason n was given, up to 63 */
} seen;

static uint64_t pages[512 * TABLE_POOL_PAGES] __attribute__((aligned(4096)));

static void say_seen(void)
{
    printf("seen: accepted=%llu refused=%llu reasons=%d\n", (unsigned long long)seen.accepted,
           (unsigned long long)seen.refused, __builtin_popcountll(seen.reasons));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(say_seen);
}

static bool meets(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a <= b ? b - a < a_size && b_size > 0 : a - b < b_size && a_size > 0;
}

static const struct mvp_pack_header *header(void)
{
    return machine.pack;
}

static bool is_mapped(const struct mvp_region *region)
{
    return region->kind < MVP_REGION_GICD;
}

static bool is_persona(uint32_t partition)
{
    return machine.partitions[partition].config->kind == MVP_PERSONA;
}

static void clear_of_the_hypervisor(const struct mvp_region *r)
{
    const struct mvp_board *b = machine.board;

    HOLDS(!meets(r->pa, r->size, b->window, MVP_WINDOW_SIZE));
    HOLDS(!meets(r->pa, r->size, b->pack_home, header()->total_size));
    HOLDS(!meets(r->pa, r->size, b->gicd_base, b->gicd_size));
    HOLDS(!meets(r->pa, r->size, b->gicr_base, b->gicr_size));
    HOLDS(!meets(r->pa, r->size, b->gich_base, b->gich_size));
    HOLDS(!meets(r->pa, r->size, b->console_base, b->console_size));
    for (uint32_t n = 0; n < header()->tables[MVP_TABLE_SMMU].count; n++) {
        const struct mvp_smmu *s = mvp_pack_entry(machine.pack, MVP_TABLE_SMMU, n);

        HOLDS(!meets(r->pa, r->size, s->base, s->size));
        HOLDS(s->stream_count <= MVP_MAX_STREAMS);
        for (uint32_t i = 0; i < s->stream_count; i++) {
            HOLDS(s->stream[i] < MVP_SMMU_STREAMS && !is_persona(s->partition[i]));
        }
    }
    for (uint32_t n = 0; n < header()->tables[MVP_TABLE_MEMORY].count; n++) {
        const struct mvp_memory *m = mvp_pack_entry(machine.pack, MVP_TABLE_MEMORY, n);

        HOLDS(m->kind != MVP_MEMORY_RESERVED || !meets(r->pa, r->size, m->base, m->size));
        HOLDS(r->kind == MVP_REGION_RAM || m->kind != MVP_MEMORY_RAM ||
              !meets(r->pa, r->size, m->base, m->size));
    }
}

/* Only personas that take turns share RAM, and only GICV is everybody's. */
static void apart_from(const struct mvp_region *a, const struct mvp_region *b)
{
    bool turns = (header()->flags & MVP_PACK_FLAG_CONCURRENT) == 0 && a->kind == MVP_REGION_RAM &&
                 b->kind == MVP_REGION_RAM && is_persona(a->partition) && is_persona(b->partition);
    bool gicv = a->kind == MVP_REGION_GICV && b->kind == MVP_REGION_GICV;

    if (a->partition == b->partition) {
        HOLDS(!meets(a->ipa, a->size, b->ipa, b->size));
        turns = false;
        gicv = false;
    }
    HOLDS(turns || gicv || !is_mapped(a) || !is_mapped(b) ||
          !meets(a->pa, a->size, b->pa, b->size));
}

/* The partition's own tables lead from the region's first and last page to where it says. */
static void mapped_as_said(const struct mvp_region *r)
{
    uint64_t root = machine.partitions[r->partition].vttbr & 0xffffffffffff;

    for (uint32_t end = 0; end < 2; end++) {
        uint64_t offset = end == 0 ? 0 : r->size - 4096;
        uint64_t first = 0;
        uint64_t size = 0;
        uint64_t descriptor = table_walk(&machine.pool, root, r->ipa + offset, &first, &size);

        HOLDS((descriptor & 1) == (is_mapped(r) ? 1U : 0U));
        HOLDS(!is_mapped(r) ||
              (descriptor & 0xfffffffff000) + (r->ipa + offset - first) == r->pa + offset);
        HOLDS(!is_mapped(r) || (descriptor & 0x80) == (r->flags & MVP_REGION_WRITE ? 0x80U : 0U));
    }
}

static void prove(void *pack)
{
    memset(&machine, 0, sizeof machine);
    memset(pages, 0, sizeof pages);
    machine.pool.pages = pages;
    machine.pool.base = 0x50000000;
    machine.pool.count = TABLE_POOL_PAGES;
    HOLDS(machine_init(pack, 4));
    for (uint32_t n = 0; n < header()->tables[MVP_TABLE_REGION].count; n++) {
        const struct mvp_region *r = mvp_pack_entry(pack, MVP_TABLE_REGION, n);

        if (is_mapped(r)) {
            clear_of_the_hypervisor(r);
        }
        for (uint32_t i = 0; i < n; i++) {
            apart_from(r, mvp_pack_entry(pack, MVP_TABLE_REGION, i));
        }
        mapped_as_said(r);
    }
}

/* Bytes that the metadata is read from: 8 more than that would be noticed. */
static size_t room(const uint8_t *data, size_t size)
{
    struct mvp_pack_header h = {.magic = 0};
    size_t all = (size - PREFIX + 7) & ~(size_t)7;

    memcpy(&h, data + PREFIX, size - PREFIX < sizeof h ? size - PREFIX : sizeof h);
    if ((data[0] & KEEP_SIZE) == 0 || all < sizeof h || h.meta_size < sizeof h ||
        h.meta_size > MVP_META_MAX) {
        return all;
    }
    return (h.meta_size + 7) & ~7ULL;
}

static void mend(void *pack, size_t size, uint32_t options)
{
    struct mvp_pack_header *h = pack;

    h->magic = MVP_PACK_MAGIC;
    h->header_size = sizeof *h;
    if ((options & KEEP_SIZE) == 0) {
        h->meta_size = size;
    }
    if ((options & KEEP_FINGERPRINT) == 0) {
        memcpy(h->fingerprint, mvp_fingerprint(), sizeof h->fingerprint);
    }
    if ((options & KEEP_CHECKSUM) == 0 && h->meta_size >= sizeof *h && h->meta_size <= size) {
        h->checksum = mvp_pack_checksum(pack, h->meta_size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mvp_verdict verdict = {.reason = MVP_NONE};

    if (size < PREFIX || size > MVP_META_MAX) {
        return 0;
    }
    size_t meta = room(data, size);
    uint8_t *pack = calloc(1, meta); /* exactly, so that a read past its end is seen */

    HOLDS(pack != NULL);
    memcpy(pack, data + PREFIX, size - PREFIX < meta ? size - PREFIX : meta);
    if (meta >= sizeof(struct mvp_pack_header)) {
        mend(pack, meta, data[0]);
    }
    uint64_t available =
        (data[0] & CLAIM_NO_MORE) != 0 || meta < sizeof(struct mvp_pack_header) ? meta : FILE_SIZE;
    uint32_t reason = mvp_pack_check(pack, available, mvp_fingerprint(), &verdict);

    HOLDS(reason == verdict.reason && reason <= MVP_MEM_WRAP);
    HOLDS(verdict.table <= MVP_TABLE_COUNT && verdict.other_table <= MVP_TABLE_COUNT);
    if (reason == MVP_OK) {
        seen.accepted++;
        prove(pack);
    } else {
        seen.refused++;
        seen.reasons |= 1ULL << reason;
    }
    free(pack);
    return 0;
}

/* Values that tables hold, or that their neighbours do: what is far from all of them is refused by
 * the first check. */
static uint64_t new_word(const uint8_t *data, size_t words, uint64_t old, uint32_t dice)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     3,
                                     0xffffffff,
                                     0x1000,
                                     0x200000,
                                     0x40000000,
                                     0x8000000000,
                                     0x1000000000000,
                                     0x7fffffffff,
                                     ~0ULL,
                                     1ULL << 63};
    uint64_t other;

    memcpy(&other, data + PREFIX + 8 * ((dice >> 8) % words), sizeof other);
    switch (dice % 9) {
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
    case 5:
        return (old & 0xffffffff00000000) | (uint32_t)other; /* fields of 32 bits */
    case 6:
        return (old & 0xffffffff) | other << 32;
    case 7:
        return old + ((uint64_t)((dice >> 8) % 5) - 2) * 0x100000000; /* such as a table's count */
    default:
        return old + (dice >> 8) % 17 - 8;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
    size_t words = size < PREFIX ? 0 : (size - PREFIX) / 8;

    if (words < sizeof(struct mvp_pack_header) / 8 || seed % 4 == 0) {
        return LLVMFuzzerMutate(data, size, most);
    }
    for (uint32_t changes = 1 + (seed >> 2) % 3; changes > 0; changes--) {
        seed = seed * 1664525 + 1013904223;
        uint8_t *place = data + PREFIX + 8 * ((seed >> 4) % words);
        uint64_t word;

        memcpy(&word, place, sizeof word);
        seed = seed * 1664525 + 1013904223;
        word = new_word(data, words, word, seed >> 3);
        memcpy(place, &word, sizeof word);
    }
    return size;
}
