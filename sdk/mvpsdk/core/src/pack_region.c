/* SPDX-License-Identifier: Apache-2.0 */
/* What each region says of itself. Who overlaps whom is pack_memory.c's. */
#include <stddef.h>

#include <mvp/abi.h>
#include <mvp/platform.h>

#include "judge.h"
#include "optional.h"

/* The version of the GIC that a kind is a part of, 0: of none; and the pages that it has. */
static const struct {
    uint8_t gic;
    uint8_t pages;
    uint8_t needed; /* MVP_FEATURE_*, where builds may lack it */
} kinds[MVP_REGION_PL061 + 1] = {
    [MVP_REGION_GICV] = {2, 1, 0},
    [MVP_REGION_GICD] = {3, MVP_GICD_SIZE / JUDGE_PAGE, 0},
    [MVP_REGION_GICR] = {3, MVP_GICR_STRIDE / JUDGE_PAGE, 0}, /* for each vCPU */
    [MVP_REGION_PL011] = {0, MVP_UART_SIZE / JUDGE_PAGE, 0},
    [MVP_REGION_PL031] = {0, MVP_RTC_SIZE / JUDGE_PAGE, MVP_FEATURE_PL031},
    [MVP_REGION_GICD2] = {2, MVP_GICD2_SIZE / JUDGE_PAGE, 0},
#if FEATURE_SOFT_GIC
    [MVP_REGION_GICC] = {2, MVP_GICC_SIZE / JUDGE_PAGE, 0}, /* else: no region has 0 pages */
#endif
    [MVP_REGION_FLASH] = {0, 0, MVP_FEATURE_FLASH},
    [MVP_REGION_PL061] = {0, MVP_GPIO_SIZE / JUDGE_PAGE, MVP_FEATURE_POWER},
};

static uint32_t vcpu_count(const struct judge *judge, uint32_t partition)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_VCPU); i++) {
        const struct mvp_vcpu *vcpu = mvp_pack_entry(judge->header, MVP_TABLE_VCPU, i);

        count += vcpu->partition == partition ? 1 : 0;
    }
    return count;
}

static void find_facts(struct judge *judge, const struct mvp_region *region)
{
    uint32_t kind = region->kind < MVP_REGION_PL061 ? region->kind : MVP_REGION_PL061;
    uint32_t times = kind == MVP_REGION_GICR ? vcpu_count(judge, region->partition) : 1;

    judge->facts.needed = kinds[kind].needed;
    judge->facts.gic = kinds[kind].gic;
    judge->facts.size = (uint64_t)kinds[kind].pages * times * JUDGE_PAGE;
}

static const struct rule *rules_of(uint32_t kind)
{
    switch (kind) {
    case MVP_REGION_RAM:
        return rules_ram;
    case MVP_REGION_GICV:
        return rules_gicv;
#if FEATURE_FLASH
    case MVP_REGION_FLASH:
        return rules_flash;
#endif
    default:
        return kind < MVP_REGION_GICD ? rules_device : rules_emulated;
    }
}

/* A partition has at most one of each that is emulated. Banks of flash have two places. */
static bool is_first(struct judge *judge, uint32_t index, const struct mvp_region *region)
{
    for (uint32_t i = 0;
         region->kind - MVP_REGION_GICD < MVP_REGION_FLASH - MVP_REGION_GICD && i < index; i++) {
        const struct mvp_region *other = mvp_pack_entry(judge->header, MVP_TABLE_REGION, i);

        if (other->partition == region->partition && other->kind == region->kind) {
            (void)judge_other(judge, MVP_TABLE_REGION, i);
            return judge_refuse(judge, MVP_CONFIG_REGION, region->kind, other->kind);
        }
    }
    return true;
}

static bool region_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_region *region = judge_row(judge, MVP_TABLE_REGION, index, rules_owner);

    if (region == NULL) {
        return false;
    }
    find_facts(judge, region);
    if (judge->facts.gic != 0 && judge->facts.gic != judge->owner->vgic) {
        return judge_refuse(judge, MVP_CONFIG_REGION, region->kind, judge->owner->vgic);
    }
    return judge_rules(judge, rules_of(region->kind)) && is_first(judge, index, region);
}

bool pack_regions(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        if (!region_is_good(judge, i)) {
            return false;
        }
    }
    return true;
}
