/* SPDX-License-Identifier: Apache-2.0 */
/* What the header promises and needs, and that its tables lie inside the metadata. */
#include <stddef.h>

#include <mvp/abi.h>

#include "judge.h"

#define RULE(field, test, reason, bound)                                                       \
    {                                                                                          \
        offsetof(struct mvp_pack_header, field), sizeof(((struct mvp_pack_header *)0)->field), \
            test, reason, bound                                                                \
    }

static const struct rule rules[] = {
    RULE(abi_major, RULE_EXACT, MVP_PACK_ABI, MVP_ABI_MAJOR),
    RULE(abi_minor, RULE_MOST, MVP_PACK_ABI, MVP_ABI_MINOR),
    RULE(features, RULE_BITS, MVP_PACK_FEATURE, MVP_FEATURES),
    RULE(flags, RULE_BITS, MVP_PACK_FORMAT, MVP_PACK_FLAG_CONCURRENT),
    RULE(zero[0], RULE_EXACT, MVP_PACK_FORMAT, 0),
    RULE(zero[1], RULE_EXACT, MVP_PACK_FORMAT, 0),
    RULE(zero[2], RULE_EXACT, MVP_PACK_FORMAT, 0),
};

/* Bytes of an entry and the most entries, by enum mvp_table_id. */
static const uint16_t limits[MVP_TABLE_COUNT][2] = {
    {sizeof(struct mvp_board), MVP_MAX_BOARDS},
    {sizeof(struct mvp_memory), MVP_MAX_MEMORY},
    {sizeof(struct mvp_partition), MVP_MAX_PARTITIONS},
    {sizeof(struct mvp_vcpu), MVP_MAX_VCPUS},
    {sizeof(struct mvp_region), MVP_MAX_REGIONS},
    {sizeof(struct mvp_interrupt), MVP_MAX_INTERRUPTS},
    {sizeof(struct mvp_channel), MVP_MAX_CHANNELS},
    {sizeof(struct mvp_image), MVP_MAX_IMAGES},
};

static bool table_is_good(struct judge *judge, uint32_t id)
{
    const struct mvp_table *table = &judge->header->tables[id];
    uint64_t size = (uint64_t)table->count * table->stride;

    judge->table = id;
    return judge_that(judge, table->count <= limits[id][1], MVP_PACK_TABLE, table->count,
                      limits[id][1]) &&
           judge_that(judge, table->stride >= limits[id][0] && table->stride % 8 == 0,
                      MVP_PACK_TABLE, table->stride, limits[id][0]) &&
           judge_that(judge,
                      table->offset >= sizeof(*judge->header) && table->offset % 8 == 0 &&
                          range_holds(0, judge->header->meta_size, table->offset, size),
                      MVP_PACK_TABLE, table->offset, judge->header->meta_size) &&
           judge_that(judge, table->zero == 0, MVP_PACK_TABLE, table->zero, 0);
}

bool pack_header(struct judge *judge)
{
    if (!judge_fields(judge, judge->header, rules, sizeof(rules) / sizeof(rules[0]))) {
        return false;
    }
    if (!judge_needs(judge, judge->header->menu_ms > 0, MVP_FEATURE_MENU)) {
        return false;
    }
    for (uint32_t id = 0; id < MVP_TABLE_COUNT; id++) {
        if (!table_is_good(judge, id)) {
            return false;
        }
    }
    return true;
}
