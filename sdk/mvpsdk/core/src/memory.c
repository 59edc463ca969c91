/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <mvp/core.h>

#include "optional.h"
#include "range.h"

/* Stage-2 descriptor bits (Arm DDI 0487, D8.3.2). */
#define STAGE2_WRITE 0x80                    /* S2AP[1] */
#define STAGE2_NO_EXECUTE 0x0040000000000000 /* XN[1] */

#define LEVEL0_SHIFT TABLE_LEVEL1_BITS
#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21

/* EL2's own map as mmu.c draws it: its window, its devices, and the banks of RAM around it. */
#define EL2 MVP_NONE
#define EL2_SMMU 6
#define EL2_FIXED (EL2_SMMU + FEATURE_SMMU)

static uint32_t count_of(const void *pack, uint32_t table)
{
    return ((const struct mvp_pack_header *)pack)->tables[table].count;
}

/* As memory, what a bank of flash holds is RAM. */
static uint32_t kind_of(const struct mvp_region *region)
{
    return FEATURE_FLASH != 0 && region->kind == MVP_REGION_FLASH ? MVP_REGION_RAM : region->kind;
}

static uint64_t attributes(const struct mvp_region *region)
{
    uint64_t bits = kind_of(region) == MVP_REGION_RAM ? STAGE2_NORMAL : STAGE2_DEVICE;

    if ((region->flags & MVP_REGION_WRITE) == 0) {
        bits &= ~(uint64_t)STAGE2_WRITE;
    }
    if ((region->flags & MVP_REGION_EXECUTE) == 0) {
        bits |= STAGE2_NO_EXECUTE;
    }
    return bits;
}

static bool is_mapped(const struct mvp_region *region, uint32_t partition)
{
    return region->partition == partition && kind_of(region) < MVP_REGION_GICD;
}

uint64_t memory_stage2(const void *pack, uint32_t partition, struct table_pool *pool)
{
    uint64_t root = table_root(pool);

    for (uint32_t i = 0; root != 0 && i < count_of(pack, MVP_TABLE_REGION); i++) {
        const struct mvp_region *r = mvp_pack_entry(pack, MVP_TABLE_REGION, i);

        if (is_mapped(r, partition) &&
            !table_map(pool, root, r->ipa, r->pa, r->size, attributes(r))) {
            return 0;
        }
    }
    return root;
}

/* What is mapped, one after the other: EL2's window and devices, RAM's banks, partitions' regions.
 */
struct span {
    uint64_t va;
    uint64_t pa;
    uint64_t size;  /* 0: it is not mapped */
    uint32_t owner; /* partition, or EL2 */
};

static uint32_t first_region(const void *pack)
{
    return EL2_FIXED + count_of(pack, MVP_TABLE_MEMORY);
}

/* EL2's window is as if it could not be mapped by blocks: code, constants and data in it have
 * attributes of their own. */
static struct span span_at(const void *pack, uint32_t index)
{
    uint32_t first = first_region(pack);

    if (index >= first) {
        const struct mvp_region *r = mvp_pack_entry(pack, MVP_TABLE_REGION, index - first);

        return (struct span){r->ipa, r->pa, kind_of(r) < MVP_REGION_GICD ? r->size : 0,
                             r->partition};
    }
    if (index >= EL2_FIXED) {
        const struct mvp_memory *m = mvp_pack_entry(pack, MVP_TABLE_MEMORY, index - EL2_FIXED);

        return (struct span){m->base, m->base, m->kind == MVP_MEMORY_RAM ? m->size : 0, EL2};
    }
    if (FEATURE_SMMU != 0 && index == EL2_SMMU) {
        const struct mvp_smmu *smmu = mvp_pack_entry(pack, MVP_TABLE_SMMU, 0);

        return count_of(pack, MVP_TABLE_SMMU) == 0
                   ? (struct span){0, 0, 0, EL2}
                   : (struct span){smmu->base, smmu->base, smmu->size, EL2};
    }
    const struct mvp_board *b = mvp_pack_entry(pack, MVP_TABLE_BOARD, 0);

    if (index == 0) {
        return (struct span){b->window, b->window + 4096, MVP_WINDOW_SIZE, EL2};
    }
    const struct range *device = range_device(b, index - 1);

    return (struct span){device->base, device->base, index - 1 == RANGE_GICV ? 0 : device->size,
                         EL2};
}

bool memory_far(const void *pack)
{
    bool far = false;

    for (uint32_t i = 0; i < first_region(pack); i++) {
        struct span s = span_at(pack, i);

        far = far || (s.size > 0 && (s.va + s.size - 1) >> LEVEL0_SHIFT != 0);
    }
    return far;
}

/* Is the slot of 1 << shift bytes at va one that no earlier span of the owner touches? Spans lie
 * apart, so where one does, neither fills the slot, and the table below it has been counted. */
static bool is_new(const void *pack, uint32_t index, uint32_t owner, uint64_t va, uint32_t shift)
{
    for (uint32_t i = owner == EL2 ? 0 : first_region(pack); i < index; i++) {
        struct span s = span_at(pack, i);

        if (s.size > 0 && s.owner == owner && s.va >> shift <= va >> shift &&
            (s.va + s.size - 1) >> shift >= va >> shift) {
            return false;
        }
    }
    return true;
}

/* Tables below slots of 1 << shift bytes that span `index` is the first to need. A slot needs none
 * if the span fills it with one block. Only a span's first and last slot may be shared. */
static uint64_t new_tables(const void *pack, uint32_t index, const struct span *s, uint32_t shift)
{
    const uint64_t mask = ((uint64_t)1 << shift) - 1;
    uint64_t last = s->va + s->size - 1;
    uint64_t between = (last >> shift) - (s->va >> shift); /* slots, and one */
    bool blocks = ((s->va ^ s->pa) & mask) == 0 && s->size > mask &&
                  (FEATURE_FAR == 0 || shift < LEVEL0_SHIFT); /* level 0 has none */
    uint64_t count = blocks || between == 0 ? 0 : between - 1;

    if (!(blocks && (s->va & mask) == 0) && is_new(pack, index, s->owner, s->va, shift)) {
        count++;
    }
    if (between > 0 && !(blocks && (last & mask) == mask) &&
        is_new(pack, index, s->owner, last, shift)) {
        count++;
    }
    return count;
}

uint32_t memory_tables(const void *pack)
{
    uint32_t spans = first_region(pack) + count_of(pack, MVP_TABLE_REGION);
    uint64_t count = 1 + (uint64_t)count_of(pack, MVP_TABLE_PARTITION); /* roots */
    bool far = FEATURE_FAR != 0 && memory_far(pack);

    for (uint32_t i = 0; i < spans; i++) {
        struct span s = span_at(pack, i);
        uint32_t top = far && s.owner == EL2 ? LEVEL0_SHIFT : LEVEL1_SHIFT;

        for (uint32_t shift = top; s.size > 0 && shift >= LEVEL2_SHIFT; shift -= 9) {
            count += new_tables(pack, i, &s, shift);
        }
    }
    return count < MVP_NONE ? (uint32_t)count : MVP_NONE;
}
