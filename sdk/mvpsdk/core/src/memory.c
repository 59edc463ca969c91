/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <mvp/core.h>

/* Stage-2 descriptor bits (Arm DDI 0487, D8.3.2). */
#define STAGE2_WRITE 0x80                    /* S2AP[1] */
#define STAGE2_NO_EXECUTE 0x0040000000000000 /* XN[1] */

#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21

/* EL2's own map as mmu.c draws it: its window, its devices, and the banks of RAM around it. */
#define EL2 MVP_NONE
#define EL2_FIXED 5

static uint32_t count_of(const void *pack, uint32_t table)
{
    return ((const struct mvp_pack_header *)pack)->tables[table].count;
}

static uint64_t attributes(const struct mvp_region *region)
{
    uint64_t bits = region->kind == MVP_REGION_RAM ? STAGE2_NORMAL : STAGE2_DEVICE;

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
    return region->partition == partition && region->kind < MVP_REGION_GICD;
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

/* A range that an owner (a partition or EL2) maps. */
struct span {
    uint64_t va;
    uint64_t pa;
    uint64_t size;
};

static uint32_t span_count(const void *pack, uint32_t owner)
{
    return owner == EL2 ? EL2_FIXED + count_of(pack, MVP_TABLE_MEMORY)
                        : count_of(pack, MVP_TABLE_REGION);
}

/* The window comes first, and as if it could not be mapped by blocks: code, constants and data in
 * it have attributes of their own. */
static struct span el2_span(const void *pack, uint32_t index)
{
    const struct mvp_board *b = mvp_pack_entry(pack, MVP_TABLE_BOARD, 0);

    switch (index) {
    case 0:
        return (struct span){b->window, b->window + 4096, MVP_WINDOW_SIZE};
    case 1:
        return (struct span){b->gicd_base, b->gicd_base, b->gicd_size};
    case 2:
        return (struct span){b->gicr_base, b->gicr_base, b->gicr_size};
    case 3:
        return (struct span){b->gich_base, b->gich_base, b->gich_size};
    case 4:
        return (struct span){b->console_base, b->console_base, b->console_size};
    default:
        break;
    }
    const struct mvp_memory *m = mvp_pack_entry(pack, MVP_TABLE_MEMORY, index - EL2_FIXED);

    return (struct span){m->base, m->base, m->kind == MVP_MEMORY_RAM ? m->size : 0};
}

/* Size 0: this entry is none of the owner's. */
static struct span span_at(const void *pack, uint32_t owner, uint32_t index)
{
    if (owner == EL2) {
        return el2_span(pack, index);
    }
    const struct mvp_region *r = mvp_pack_entry(pack, MVP_TABLE_REGION, index);

    return (struct span){r->ipa, r->pa, is_mapped(r, owner) ? r->size : 0};
}

/* Does an earlier span of the owner touch this slot of 1 << shift bytes? Spans lie apart, so then
 * neither fills it, and the table below it has been counted. */
static bool is_counted(const void *pack, uint32_t owner, uint32_t index, uint64_t slot,
                       uint32_t shift)
{
    for (uint32_t i = 0; i < index; i++) {
        struct span s = span_at(pack, owner, i);

        if (s.size > 0 && s.va >> shift <= slot && (s.va + s.size - 1) >> shift >= slot) {
            return true;
        }
    }
    return false;
}

/* Tables below slots of 1 << shift bytes that span `index` is the first to need. A slot needs none
 * if the span fills it with one block. Only a span's first and last slot may be shared. */
static uint64_t new_tables(const void *pack, uint32_t owner, uint32_t index, const struct span *s,
                           uint32_t shift)
{
    const uint64_t mask = ((uint64_t)1 << shift) - 1;
    uint64_t first = s->va >> shift;
    uint64_t last = (s->va + s->size - 1) >> shift;
    bool blocks = ((s->va ^ s->pa) & mask) == 0 && s->size > mask;
    bool fills_first = blocks && (s->va & mask) == 0;
    bool fills_last = blocks && ((s->va + s->size) & mask) == 0;
    uint64_t count = !fills_first && !is_counted(pack, owner, index, first, shift) ? 1 : 0;

    if (last > first) {
        count += !fills_last && !is_counted(pack, owner, index, last, shift) ? 1 : 0;
        count += blocks ? 0 : last - first - 1;
    }
    return count;
}

static uint64_t tables_of(const void *pack, uint32_t owner)
{
    uint32_t spans = span_count(pack, owner);
    uint64_t count = 1; /* the root */

    for (uint32_t i = 0; i < spans; i++) {
        struct span s = span_at(pack, owner, i);

        if (s.size > 0) {
            count += new_tables(pack, owner, i, &s, LEVEL1_SHIFT) +
                     new_tables(pack, owner, i, &s, LEVEL2_SHIFT);
        }
    }
    return count;
}

uint32_t memory_tables(const void *pack)
{
    uint64_t count = tables_of(pack, EL2);

    for (uint32_t i = 0; i < count_of(pack, MVP_TABLE_PARTITION); i++) {
        count += tables_of(pack, i);
    }
    return count < MVP_NONE ? (uint32_t)count : MVP_NONE;
}
