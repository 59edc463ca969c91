/* SPDX-License-Identifier: Apache-2.0 */
/* What each region says of itself. Who overlaps whom is pack_memory.c's. */
#include <stddef.h>

#include <mvp/abi.h>
#include <mvp/platform.h>

#include "gic2.h"
#include "judge.h"

#define SPIS 0x03fb0020 /* INTIDs 32..1019 */

#define RULE(field, test, bound)                                                           \
    {                                                                                      \
        offsetof(struct mvp_region, field), sizeof(((struct mvp_region *)0)->field), test, \
            MVP_CONFIG_REGION, bound                                                       \
    }
#define COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

static const struct rule region_rules[] = {RULE(partition, RULE_INDEX, MVP_TABLE_PARTITION)};

static const struct rule ram_rules[] = {
    RULE(flags, RULE_BITS, MVP_REGION_WRITE | MVP_REGION_EXECUTE),
    RULE(intid, RULE_EXACT, 0),
};

static const struct rule device_rules[] = {
    RULE(kind, RULE_EXACT, MVP_REGION_DEVICE),
    RULE(flags, RULE_BITS, MVP_REGION_WRITE),
    RULE(intid, RULE_EXACT, 0),
};

static const struct rule gicv_rules[] = {
    RULE(size, RULE_EXACT, JUDGE_PAGE),
    RULE(flags, RULE_EXACT, MVP_REGION_WRITE),
    RULE(intid, RULE_EXACT, 0),
};

static const struct rule emulated_rules[] = {
    RULE(kind, RULE_WITHIN, MVP_REGION_GICD2 << 16 | MVP_REGION_GICD),
    RULE(pa, RULE_EXACT, 0),
    RULE(flags, RULE_EXACT, 0),
};

static const struct rule gic_rules[] = {RULE(intid, RULE_EXACT, 0)};
static const struct rule interrupting_rules[] = {RULE(intid, RULE_WITHIN, SPIS)};

static uint64_t vcpu_count(const struct judge *judge, uint32_t partition)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_VCPU); i++) {
        const struct mvp_vcpu *vcpu = mvp_pack_entry(judge->header, MVP_TABLE_VCPU, i);

        count += vcpu->partition == partition ? 1 : 0;
    }
    return count;
}

static uint64_t emulated_size(const struct judge *judge, const struct mvp_region *region)
{
    switch (region->kind) {
    case MVP_REGION_GICD:
        return MVP_GICD_SIZE;
    case MVP_REGION_GICD2:
        return MVP_GICD2_SIZE;
    case MVP_REGION_GICR:
        return MVP_GICR_STRIDE * vcpu_count(judge, region->partition);
    default:
        return MVP_UART_SIZE; /* and MVP_RTC_SIZE: one page */
    }
}

/* The version of the GIC that it is a part of; 0: of none. */
static uint32_t gic_version(const struct mvp_region *region)
{
    switch (region->kind) {
    case MVP_REGION_GICV:
    case MVP_REGION_GICD2:
        return 2;
    case MVP_REGION_GICD:
    case MVP_REGION_GICR:
        return 3;
    default:
        return 0;
    }
}

/* One of the two pages that a guest's CPU interface has. */
static bool gicv(struct judge *judge, const struct mvp_region *region)
{
    const struct mvp_board *b = judge->board;
    uint64_t second = b->gicv_base + gic2_second_page(b->gicv_size);

    return judge_fields(judge, region, gicv_rules, COUNT(gicv_rules)) &&
           judge_that(judge, region->pa == b->gicv_base || region->pa == second, MVP_MEM_DEVICE,
                      region->pa, b->gicv_base);
}

/* A partition has at most one of each. */
static bool is_first(struct judge *judge, uint32_t index, const struct mvp_region *region)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_region *other = judge_other(judge, MVP_TABLE_REGION, i);
        bool same = other->partition == region->partition && other->kind == region->kind;

        if (!judge_that(judge, !same, MVP_CONFIG_REGION, region->kind, other->kind)) {
            return false;
        }
    }
    return true;
}

static bool emulated(struct judge *judge, uint32_t index, const struct mvp_region *region)
{
    uint64_t size = emulated_size(judge, region);
    const struct rule *intid = gic_version(region) != 0 ? gic_rules : interrupting_rules;

    return judge_needs(judge, region->kind == MVP_REGION_PL031, MVP_FEATURE_PL031) &&
           judge_fields(judge, region, emulated_rules, COUNT(emulated_rules)) &&
           judge_that(judge, region->size == size, MVP_CONFIG_REGION, region->size, size) &&
           judge_fields(judge, region, intid, 1) &&
           judge_intid(judge, region->partition, region->intid, MVP_CONFIG_REGION) &&
           is_first(judge, index, region);
}

static bool kind_is_good(struct judge *judge, uint32_t index, const struct mvp_region *region)
{
    if (region->kind >= MVP_REGION_GICD) {
        return emulated(judge, index, region);
    }
    if (region->kind == MVP_REGION_GICV) {
        return gicv(judge, region);
    }
    if (region->kind == MVP_REGION_RAM) {
        return judge_fields(judge, region, ram_rules, COUNT(ram_rules));
    }
    return judge_that(judge, region->kind != MVP_REGION_CHANNEL, MVP_CONFIG_CHANNEL, region->kind,
                      judge_count(judge, MVP_TABLE_CHANNEL)) &&
           judge_fields(judge, region, device_rules, COUNT(device_rules));
}

bool pack_regions(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        const struct mvp_region *region = judge_entry(judge, MVP_TABLE_REGION, i);

        uint32_t version = gic_version(region);

        if (!judge_fields(judge, region, region_rules, COUNT(region_rules)) ||
            !judge_that(judge, version == 0 || version == judge->board->gic_version,
                        MVP_CONFIG_REGION, region->kind, judge->board->gic_version) ||
            !kind_is_good(judge, i, region)) {
            return false;
        }
    }
    return true;
}
