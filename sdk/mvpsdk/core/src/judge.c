/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <stddef.h>

const void *judge_entry(struct judge *judge, uint32_t table, uint32_t index)
{
    judge->table = table;
    judge->index = index;
    return mvp_pack_entry(judge->header, table, index);
}

uint32_t judge_count(const struct judge *judge, uint32_t table)
{
    return judge->header->tables[table].count;
}

bool judge_that(struct judge *judge, bool good, uint32_t reason, uint64_t value, uint64_t bound)
{
    return judge_pair(judge, good, reason, value, bound, MVP_TABLE_COUNT, MVP_NONE);
}

bool judge_pair(struct judge *judge, bool good, uint32_t reason, uint64_t value, uint64_t bound,
                uint32_t other_table, uint32_t other_index)
{
    if (!good) {
        struct mvp_verdict *verdict = judge->verdict;

        verdict->reason = reason;
        verdict->table = judge->table;
        verdict->index = judge->index;
        verdict->other_table = other_table;
        verdict->other_index = other_index;
        verdict->value = value;
        verdict->bound = bound;
    }
    return good;
}

bool judge_name(struct judge *judge, uint32_t reason, const uint8_t *name, uint32_t size)
{
    uint32_t i = 0;

    while (i < size && name[i] > ' ' && name[i] <= '~') {
        i++;
    }
    uint32_t length = i;

    while (i < size && name[i] == 0) {
        i++;
    }
    return judge_that(judge, length > 0 && length < size && i == size, reason, i, size);
}

bool judge_range(struct judge *judge, uint64_t base, uint64_t size)
{
    return judge_that(judge, base % JUDGE_PAGE == 0, MVP_MEM_ALIGN, base, JUDGE_PAGE) &&
           judge_that(judge, size % JUDGE_PAGE == 0 && size > 0, MVP_MEM_ALIGN, size, JUDGE_PAGE) &&
           judge_that(judge, range_holds(0, JUDGE_PA_END, base, size), MVP_MEM_WRAP, base, size);
}

bool range_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

/* Of the inner range nothing need be known. */
bool range_holds(uint64_t outer, uint64_t outer_size, uint64_t inner, uint64_t inner_size)
{
    return inner >= outer && inner - outer <= outer_size &&
           inner_size <= outer_size - (inner - outer);
}

const struct mvp_region *judge_ram(const struct judge *judge, uint32_t partition, uint64_t ipa,
                                   uint64_t size)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        const struct mvp_region *region = mvp_pack_entry(judge->header, MVP_TABLE_REGION, i);

        if (region->kind == MVP_REGION_RAM && region->partition == partition &&
            range_holds(region->ipa, region->size, ipa, size)) {
            return region;
        }
    }
    return NULL;
}
