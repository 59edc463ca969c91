/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory proofs: no page of the hypervisor's, of the pack's, of reserved memory or of another
 * partition can be reached through a partition's stage-2 tables. Nothing wraps: judge_range() has
 * seen every physical range, and the guest ranges are bounded first of all here.
 */
#include "judge.h"
#include "memory.h"

static bool is_mapped(const struct mvp_region *region)
{
    return region->kind < MVP_REGION_GICD;
}

static bool addresses_are_good(struct judge *judge, const struct mvp_region *r)
{
    return judge_that(judge, r->ipa % JUDGE_PAGE == 0, MVP_MEM_ALIGN, r->ipa, JUDGE_PAGE) &&
           judge_range(judge, r->pa, r->size) &&
           judge_that(judge, range_holds(0, JUDGE_END, r->ipa, r->size), MVP_MEM_IPA_RANGE, r->ipa,
                      JUDGE_END);
}

static bool clear_of_range(struct judge *judge, const struct mvp_region *r, uint32_t reason,
                           uint64_t base, uint64_t size)
{
    return judge_that(judge, !range_overlaps(r->pa, r->size, base, size), reason, r->pa, base);
}

/* Of what the hypervisor keeps for itself. GICV is for those regions alone that are made of it. */
static bool clear_of_board(struct judge *judge, const struct mvp_region *r)
{
    const struct mvp_board *b = judge_other(judge, MVP_TABLE_BOARD, 0);
    uint64_t ranges[JUDGE_DEVICES][2];

    if (!clear_of_range(judge, r, MVP_MEM_HYPERVISOR, b->window, MVP_WINDOW_SIZE) ||
        !clear_of_range(judge, r, MVP_MEM_HYPERVISOR, b->pack_home, judge->header->total_size)) {
        return false;
    }
    judge_devices(b, ranges);
    for (uint32_t i = 0; i < JUDGE_DEVICES; i++) {
        if ((i != JUDGE_GICV || r->kind != MVP_REGION_GICV) &&
            !clear_of_range(judge, r, MVP_MEM_DEVICE, ranges[i][0], ranges[i][1])) {
            return false;
        }
    }
    return true;
}

/* RAM inside one bank, a device outside all; both clear of reserved memory. */
static bool suits_memory(struct judge *judge, const struct mvp_region *r)
{
    bool is_ram = r->kind == MVP_REGION_RAM;
    bool held = !is_ram;

    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_MEMORY); i++) {
        const struct mvp_memory *m = judge_other(judge, MVP_TABLE_MEMORY, i);
        bool is_bank = m->kind == MVP_MEMORY_RAM;
        bool apart = !range_overlaps(r->pa, r->size, m->base, m->size);

        held = held || (is_bank && range_holds(m->base, m->size, r->pa, r->size));
        if (!judge_that(judge, apart || (is_bank && is_ram),
                        is_bank ? MVP_MEM_DEVICE : MVP_MEM_RESERVED, r->pa, m->base)) {
            return false;
        }
    }
    return judge_that(judge, held, MVP_MEM_OUTSIDE_RAM, r->pa, r->size);
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
    if (a->kind == MVP_REGION_GICV && b->kind == MVP_REGION_GICV) {
        return a->partition != b->partition;
    }
    return (judge->header->flags & MVP_PACK_FLAG_CONCURRENT) == 0 && a->kind == MVP_REGION_RAM &&
           b->kind == MVP_REGION_RAM && a->partition != b->partition &&
           is_persona(judge, a->partition) && is_persona(judge, b->partition);
}

static bool clear_of(struct judge *judge, const struct mvp_region *r,
                     const struct mvp_region *other)
{
    bool ipa_overlaps = r->partition == other->partition &&
                        range_overlaps(r->ipa, r->size, other->ipa, other->size);
    bool pa_overlaps = is_mapped(r) && is_mapped(other) &&
                       range_overlaps(r->pa, r->size, other->pa, other->size) &&
                       !may_share(judge, r, other);

    return judge_that(judge, !ipa_overlaps, MVP_MEM_IPA_OVERLAP, r->ipa, other->ipa) &&
           judge_that(judge, !pa_overlaps, MVP_MEM_OVERLAP, r->pa, other->pa);
}

static bool clear_of_earlier(struct judge *judge, uint32_t index, const struct mvp_region *r)
{
    for (uint32_t i = 0; i < index; i++) {
        if (!clear_of(judge, r, judge_other(judge, MVP_TABLE_REGION, i))) {
            return false;
        }
    }
    return true;
}

static bool region_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_region *r = judge_entry(judge, MVP_TABLE_REGION, index);

    return addresses_are_good(judge, r) &&
           (!is_mapped(r) || (clear_of_board(judge, r) && suits_memory(judge, r))) &&
           clear_of_earlier(judge, index, r);
}

bool pack_memory(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        if (!region_is_good(judge, i)) {
            return false;
        }
    }
    uint32_t tables = memory_tables(judge->header);

    (void)judge_entry(judge, MVP_TABLE_REGION, MVP_NONE);
    return judge_that(judge, tables <= TABLE_POOL_PAGES, MVP_MEM_TABLES, tables, TABLE_POOL_PAGES);
}
