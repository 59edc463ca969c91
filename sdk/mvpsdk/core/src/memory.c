/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <mvp/core.h>

/* Stage-2 descriptor bits (Arm DDI 0487, D8.3.2). */
#define STAGE2_WRITE 0x80                 /* S2AP[1] */
#define STAGE2_NO_EXECUTE 0x0040000000000000 /* XN[1] */

#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21

static uint32_t region_count(const void *pack)
{
    return ((const struct mvp_pack_header *)pack)->tables[MVP_TABLE_REGION].count;
}

static const struct mvp_region *region_at(const void *pack, uint32_t index)
{
    return mvp_pack_entry(pack, MVP_TABLE_REGION, index);
}

static bool is_mapped(const struct mvp_region *region, uint32_t partition)
{
    return region->partition == partition && region->kind < MVP_REGION_GICD;
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

uint64_t memory_stage2(const void *pack, uint32_t partition, struct table_pool *pool)
{
    uint64_t root = table_root(pool);

    for (uint32_t i = 0; root != 0 && i < region_count(pack); i++) {
        const struct mvp_region *r = region_at(pack, i);

        if (is_mapped(r, partition) &&
            !table_map(pool, root, r->ipa, r->pa, r->size, attributes(r))) {
            return 0;
        }
    }
    return root;
}

/* Does an earlier region of the same partition touch this slot of 1 << shift bytes? Regions lie
 * apart, so then neither covers all of it, and the table below it has been counted. */
static bool is_counted(const void *pack, uint32_t index, uint64_t slot, uint32_t shift)
{
    uint32_t partition = region_at(pack, index)->partition;

    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_region *r = region_at(pack, i);

        if (is_mapped(r, partition) && r->ipa >> shift <= slot &&
            (r->ipa + r->size - 1) >> shift >= slot) {
            return true;
        }
    }
    return false;
}

/* Tables below slots of 1 << shift bytes that region `index` is the first to need. A slot needs
 * none if the region fills it with one block. Only a region's first and last slot may be shared. */
static uint64_t new_tables(const void *pack, uint32_t index, uint32_t shift)
{
    const struct mvp_region *r = region_at(pack, index);
    const uint64_t mask = ((uint64_t)1 << shift) - 1;
    uint64_t first = r->ipa >> shift;
    uint64_t last = (r->ipa + r->size - 1) >> shift;
    bool blocks = ((r->ipa ^ r->pa) & mask) == 0;
    bool starts = (r->ipa & mask) == 0;
    bool ends = ((r->ipa + r->size) & mask) == 0;
    uint64_t count = 0;

    if (first == last) {
        return !(blocks && starts && ends) && !is_counted(pack, index, first, shift) ? 1 : 0;
    }
    count += !(blocks && starts) && !is_counted(pack, index, first, shift) ? 1 : 0;
    count += !(blocks && ends) && !is_counted(pack, index, last, shift) ? 1 : 0;
    return count + (blocks ? 0 : last - first - 1);
}

uint32_t memory_tables(const void *pack)
{
    const struct mvp_pack_header *header = pack;
    uint64_t count = header->tables[MVP_TABLE_PARTITION].count; /* roots */

    for (uint32_t i = 0; i < region_count(pack); i++) {
        if (region_at(pack, i)->kind < MVP_REGION_GICD) {
            count += new_tables(pack, i, LEVEL1_SHIFT) + new_tables(pack, i, LEVEL2_SHIFT);
        }
    }
    return (uint32_t)count; /* below 2^18 for each region: 39 bits of guest addresses */
}
