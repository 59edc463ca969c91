/* SPDX-License-Identifier: Apache-2.0 */
/* VMSAv8-64 tables, 4 KiB granule (Arm DDI 0487, D8.3): descriptor bit 0 valid; bit 1 table at
 * levels 1 and 2, page at level 3; address in bits 47:12. */
#include "table.h"

#include <stddef.h>

#include "bytes.h"
#include "optional.h"

#define ENTRIES 512
#define PAGE 4096
#define VALID 0x1
#define TABLE_OR_PAGE 0x2
#define ADDRESS TABLE_ADDRESS

/* Address bits below an entry's own: what one entry spans. */
#define LEVEL0_SHIFT 39
#define LEVEL1_SHIFT 30
#define LEVEL2_SHIFT 21
#define LEVEL3_SHIFT 12
#define LEVEL_BITS 9

static uint64_t *table_entries(const struct table_pool *pool, uint64_t table)
{
    return pool->pages + (table - pool->base) / sizeof(uint64_t);
}

static uint64_t entry_index(uint64_t va, uint32_t shift)
{
    return va >> shift & (ENTRIES - 1);
}

static bool is_table(uint64_t descriptor)
{
    return (descriptor & (VALID | TABLE_OR_PAGE)) == (VALID | TABLE_OR_PAGE);
}

uint64_t table_root(struct table_pool *pool)
{
    uint64_t offset = PAGE * (uint64_t)pool->used;

    if (pool->used == pool->count) {
        return 0;
    }
    bytes_zero(pool->pages + offset / sizeof(uint64_t), PAGE);
    pool->used++;
    return pool->base + offset;
}

/* The table whose entries span 1 << shift bytes and whose range holds va; made where missing. The
 * root's entries span 1 << top. */
static uint64_t *table_for(struct table_pool *pool, uint64_t root, uint64_t va, uint32_t top,
                           uint32_t shift)
{
    uint64_t *entries = table_entries(pool, root);

    for (uint32_t s = top; s > shift; s -= LEVEL_BITS) {
        uint64_t *entry = &entries[entry_index(va, s)];

        if (*entry == 0) {
            uint64_t page = table_root(pool);
            *entry = page == 0 ? 0 : page | VALID | TABLE_OR_PAGE;
        }
        if (!is_table(*entry)) {
            return NULL;
        }
        entries = table_entries(pool, *entry & ADDRESS);
    }
    return entries;
}

/* Fills entries of one table, to its end or the range's. Returns the bytes mapped; 0: an entry is
 * taken. */
static uint64_t fill(uint64_t *entries, uint64_t va, uint64_t size, uint32_t shift,
                     uint64_t descriptor)
{
    uint64_t *entry = entries + entry_index(va, shift);
    uint64_t room = (uint64_t)(entries + ENTRIES - entry);
    uint64_t count = size >> shift < room ? size >> shift : room;

    for (uint64_t *end = entry + count; entry < end; entry++) {
        if (*entry != 0) {
            return 0;
        }
        *entry = descriptor;
        descriptor += (uint64_t)1 << shift;
    }
    return count << shift;
}

static uint32_t largest_shift(uint64_t va, uint64_t pa, uint64_t size)
{
    uint32_t shift = LEVEL1_SHIFT;

    while (shift > LEVEL3_SHIFT &&
           (((va | pa) & (((uint64_t)1 << shift) - 1)) != 0 || size >> shift == 0)) {
        shift -= LEVEL_BITS;
    }
    return shift;
}

#if FEATURE_FAR
uint64_t table_level1(struct table_pool *pool, uint64_t root, uint64_t va)
{
    const uint64_t *entries = table_for(pool, root, va, LEVEL0_SHIFT, LEVEL1_SHIFT);

    return entries == NULL ? 0 : pool->base + (uint64_t)(entries - pool->pages) * sizeof(uint64_t);
}
#endif

bool table_map(struct table_pool *pool, uint64_t root, uint64_t va, uint64_t pa, uint64_t size,
               uint64_t attributes)
{
    while (size > 0) {
        uint32_t shift = largest_shift(va, pa, size);
        uint64_t kind = shift == LEVEL3_SHIFT ? VALID | TABLE_OR_PAGE : VALID;
        uint64_t *entries = table_for(pool, root, va, LEVEL1_SHIFT, shift);
        uint64_t done =
            entries == NULL ? 0 : fill(entries, va, size, shift, pa | attributes | kind);

        if (done == 0) {
            return false;
        }
        va += done;
        pa += done;
        size -= done;
    }
    return true;
}

void table_show(const struct table_pool *pool, uint64_t root, uint64_t va, uint64_t size, bool on)
{
    uint64_t table = table_entries(pool, root)[entry_index(va, LEVEL1_SHIFT)] & ADDRESS;
    uint64_t *entry = &table_entries(pool, table)[entry_index(va, LEVEL2_SHIFT)];

    for (uint64_t *end = entry + (size >> LEVEL2_SHIFT); entry < end; entry++) {
        if (*entry != 0) {
            *entry = on ? *entry | VALID : *entry & ~(uint64_t)VALID;
        }
    }
}

uint64_t table_walk(const struct table_pool *pool, uint64_t root, uint64_t va, uint64_t *first,
                    uint64_t *size)
{
    uint32_t shift = LEVEL1_SHIFT;
    uint64_t descriptor = table_entries(pool, root)[entry_index(va, shift)];

    while (shift > LEVEL3_SHIFT && is_table(descriptor)) {
        shift -= LEVEL_BITS;
        descriptor = table_entries(pool, descriptor & ADDRESS)[entry_index(va, shift)];
    }
    *size = (uint64_t)1 << shift;
    *first = va & ~(*size - 1);
    return descriptor;
}
