/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory proofs: no page of the hypervisor's, of the pack's, of reserved memory or of another
 * partition can be reached through a partition's stage-2 tables. Nothing wraps: judge_range() has
 * seen every physical range, and the guest ranges are bounded first of all here.
 */
#include <stddef.h>

#include <mvp/platform.h>

#include "judge.h"
#include "memory.h"
#include "optional.h"

/* As memory, what a bank of flash holds is RAM. */
static uint32_t kind_of(const struct mvp_region *region)
{
    return FEATURE_FLASH != 0 && region->kind == MVP_REGION_FLASH ? MVP_REGION_RAM : region->kind;
}

static bool is_mapped(const struct mvp_region *region)
{
    return kind_of(region) < MVP_REGION_GICD;
}

/* Bytes of guest addresses. */
static uint64_t extent(const struct mvp_region *region)
{
    return kind_of(region) != region->kind ? MVP_FLASH_SIZE : region->size;
}

static bool addresses_are_good(struct judge *judge, const struct mvp_region *r)
{
    uint32_t reason = MVP_MEM_ALIGN;
    uint64_t bound = JUDGE_PAGE;

    if (r->ipa % JUDGE_PAGE == 0) {
        if (!judge_range(judge, region_range(r))) {
            return false;
        }
        if (range_holds(0, JUDGE_END, r->ipa, r->size)) {
            return true;
        }
        reason = MVP_MEM_IPA_RANGE;
        bound = JUDGE_END;
    }
    return judge_refuse(judge, reason, r->ipa, bound);
}

static bool suits_places(struct judge *judge, const struct mvp_region *r)
{
    uint32_t places = JUDGE_FIXED + judge_count(judge, MVP_TABLE_MEMORY);
    uint32_t what = JUDGE_REGION_DEVICE;

    if (kind_of(r) == MVP_REGION_RAM) {
        what = JUDGE_REGION_RAM;
    } else if (r->kind == MVP_REGION_GICV) {
        what = JUDGE_REGION_GICV;
    }
    (void)judge_other(judge, MVP_TABLE_BOARD, 0);
    return judge_place(judge, what, region_range(r), 0, places) &&
           (FEATURE_SMMU == 0 || judge_smmu(judge, r));
}

static bool is_persona(const struct judge *judge, uint32_t partition)
{
    const struct mvp_partition *p = mvp_pack_entry(judge->header, MVP_TABLE_PARTITION, partition);

    return p->kind == MVP_PERSONA;
}

/* GICV shows each vCPU its own: what stands in list registers is switched with it. Personas that
 * are never resident together may have the same RAM: it is scrubbed in between. */
static bool may_share(const struct judge *judge, const struct mvp_region *a,
                      const struct mvp_region *b)
{
    if (kind_of(a) != kind_of(b) || a->partition == b->partition) {
        return false;
    }
    return a->kind == MVP_REGION_GICV ||
           (kind_of(a) == MVP_REGION_RAM &&
            (judge->header->flags & MVP_PACK_FLAG_CONCURRENT) == 0 &&
            is_persona(judge, a->partition) && is_persona(judge, b->partition));
}

static bool clear_of_earlier(struct judge *judge, uint32_t index, const struct mvp_region *r)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_region *other = judge_other(judge, MVP_TABLE_REGION, i);

        if (r->partition == other->partition &&
            range_overlaps(r->ipa, extent(r), other->ipa, extent(other))) {
            return judge_refuse(judge, MVP_MEM_IPA_OVERLAP, r->ipa, other->ipa);
        }
        if (is_mapped(r) && is_mapped(other) &&
            range_overlaps(r->pa, r->size, other->pa, other->size) && !may_share(judge, r, other)) {
            return judge_refuse(judge, MVP_MEM_OVERLAP, r->pa, other->pa);
        }
    }
    return true;
}

bool pack_memory(struct judge *judge)
{
    uint32_t count = judge_count(judge, MVP_TABLE_REGION);

    for (uint32_t i = 0; i < count; i++) {
        const struct mvp_region *r = judge_entry(judge, MVP_TABLE_REGION, i);

        if (!addresses_are_good(judge, r) || (is_mapped(r) && !suits_places(judge, r)) ||
            !clear_of_earlier(judge, i, r)) {
            return false;
        }
    }
    uint32_t tables = memory_tables(judge->header);

    (void)judge_entry(judge, MVP_TABLE_REGION, MVP_NONE);
    return tables <= TABLE_POOL_PAGES ||
           judge_refuse(judge, MVP_MEM_TABLES, tables, TABLE_POOL_PAGES);
}
