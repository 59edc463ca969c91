/* SPDX-License-Identifier: Apache-2.0 */
#include <mvp/platform.h>

#include "judge.h"

#include <stddef.h>

#include <mvp/abi.h>

#include "optional.h"

const void *judge_entry(struct judge *judge, uint32_t table, uint32_t index)
{
    judge->table = table;
    judge->index = index;
    judge->other_table = MVP_TABLE_COUNT;
    judge->other_index = MVP_NONE;
    return mvp_pack_entry(judge->header, table, index);
}

const void *judge_other(struct judge *judge, uint32_t table, uint32_t index)
{
    judge->other_table = table;
    judge->other_index = index;
    return mvp_pack_entry(judge->header, table, index);
}

uint32_t judge_count(const struct judge *judge, uint32_t table)
{
    return judge->header->tables[table].count;
}

bool judge_that(struct judge *judge, bool good, uint32_t reason, uint64_t value, uint64_t bound)
{
    if (!good) {
        *judge->verdict = (struct mvp_verdict){.reason = reason,
                                               .table = judge->table,
                                               .index = judge->index,
                                               .other_table = judge->other_table,
                                               .other_index = judge->other_index,
                                               .value = value,
                                               .bound = bound};
    }
    return good;
}

bool judge_needs(struct judge *judge, bool is_needed, uint64_t feature)
{
    uint64_t offered = judge_features(0);

    return judge_that(judge, !is_needed || (offered & feature) != 0, MVP_PACK_FEATURE, feature,
                      offered);
}

static uint64_t field_value(const uint8_t *field, uint32_t size)
{
    switch (size) {
    case 2:
        return *(const uint16_t *)(const void *)field;
    case 4:
        return *(const uint32_t *)(const void *)field;
    default:
        return *(const uint64_t *)(const void *)field;
    }
}

static bool is_name(const uint8_t *name, uint32_t size)
{
    uint32_t length = 0;

    while (length < size && name[length] > ' ' && name[length] <= '~') {
        length++;
    }
    uint32_t i = length;

    while (i < size && name[i] == 0) {
        i++;
    }
    return length > 0 && length < size && i == size;
}

static bool is_good(uint32_t test, uint64_t value, uint64_t bound)
{
    switch (test) {
    case RULE_EXACT:
        return value == bound;
    case RULE_MOST:
        return value <= bound;
    case RULE_WITHIN:
        return value >= (bound & 0xffff) && value <= bound >> 16;
    case RULE_BITS:
        return (value & ~bound) == 0;
    case RULE_MULTIPLE:
        return value % bound == 0;
    default:
        return value < bound;
    }
}

bool judge_fields(struct judge *judge, const void *entry, const struct rule *rules, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct rule *r = &rules[i];
        const uint8_t *field = (const uint8_t *)entry + r->offset;
        bool is_text = r->test == RULE_NAME;
        uint64_t bound = r->test == RULE_INDEX ? judge_count(judge, r->bound) : r->bound;
        uint64_t value = is_text ? field[0] : field_value(field, r->size);

        if (!(is_text ? is_name(field, r->size) : is_good(r->test, value, bound))) {
            return judge_that(judge, false, r->reason, value, bound);
        }
    }
    return true;
}

bool judge_range(struct judge *judge, uint64_t base, uint64_t size)
{
    return judge_that(judge, base % JUDGE_PAGE == 0, MVP_MEM_ALIGN, base, JUDGE_PAGE) &&
           judge_that(judge, size % JUDGE_PAGE == 0 && size > 0, MVP_MEM_ALIGN, size, JUDGE_PAGE) &&
           judge_that(judge, range_holds(0, JUDGE_END, base, size), MVP_MEM_WRAP, base, size);
}

uint64_t judge_features(uint32_t gic_version)
{
    uint64_t lacked = gic_version == 2 ? MVP_FEATURE_VGIC3 : MVP_FEATURE_VGIC2;

    lacked |= FEATURE_MENU != 0 ? 0 : MVP_FEATURE_MENU;
    lacked |= FEATURE_RTC != 0 ? 0 : MVP_FEATURE_PL031;
    return MVP_FEATURES & ~lacked;
}

void judge_devices(const struct mvp_board *board, uint64_t (*ranges)[2])
{
    const uint64_t found[JUDGE_DEVICES][2] = {{board->gicd_base, board->gicd_size},
                                              {board->gicr_base, board->gicr_size},
                                              {board->gich_base, board->gich_size},
                                              {board->gicv_base, board->gicv_size},
                                              {board->console_base, board->console_size}};

    for (uint32_t i = 0; i < JUDGE_DEVICES; i++) {
        ranges[i][0] = found[i][0];
        ranges[i][1] = found[i][1];
    }
}

bool range_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

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

bool judge_intid(struct judge *judge, uint32_t partition, uint32_t intid, uint32_t reason)
{
    const struct mvp_partition *p = mvp_pack_entry(judge->header, MVP_TABLE_PARTITION, partition);
    uint32_t end = p->kind == MVP_PERSONA ? MVP_PERSONA_INTIDS : MVP_INTIDS;

    return judge_that(judge, intid < end, reason, intid, end);
}
