/* SPDX-License-Identifier: Apache-2.0 */
/* What each region says of itself, and which interrupts partitions own. Who overlaps whom is
 * pack_memory.c's. */
#include <mvp/platform.h>

#include "judge.h"

#define SPI_FIRST 32
#define SPI_END 1020

static bool spi(struct judge *judge, uint32_t reason, uint32_t intid)
{
    return judge_that(judge, intid >= SPI_FIRST && intid < SPI_END, reason, intid, SPI_END);
}

static uint32_t vcpu_count(const struct judge *judge, uint32_t partition)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_VCPU); i++) {
        const struct mvp_vcpu *vcpu = mvp_pack_entry(judge->header, MVP_TABLE_VCPU, i);

        count += vcpu->partition == partition ? 1 : 0;
    }
    return count;
}

/* Bytes that an emulated device takes; 0: no such kind. */
static uint64_t emulated_size(const struct judge *judge, const struct mvp_region *region)
{
    switch (region->kind) {
    case MVP_REGION_GICD:
        return MVP_GICD_SIZE;
    case MVP_REGION_GICR:
        return (uint64_t)MVP_GICR_STRIDE * vcpu_count(judge, region->partition);
    case MVP_REGION_PL011:
        return MVP_UART_SIZE;
    case MVP_REGION_PL031:
        return MVP_RTC_SIZE;
    default:
        return 0;
    }
}

static bool is_first(struct judge *judge, uint32_t index, const struct mvp_region *region)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_region *other = mvp_pack_entry(judge->header, MVP_TABLE_REGION, i);
        bool same = other->partition == region->partition && other->kind == region->kind;

        if (!judge_pair(judge, !same, MVP_CONFIG_REGION, region->kind, other->kind,
                        MVP_TABLE_REGION, i)) {
            return false;
        }
    }
    return true;
}

/* A partition has at most one of each. */
static bool emulated(struct judge *judge, uint32_t index, const struct mvp_region *region)
{
    uint64_t size = emulated_size(judge, region);
    bool is_gic = region->kind == MVP_REGION_GICD || region->kind == MVP_REGION_GICR;

    return judge_that(judge, size > 0, MVP_CONFIG_REGION, region->kind, MVP_REGION_PL031) &&
           judge_that(judge, region->size == size, MVP_CONFIG_REGION, region->size, size) &&
           judge_that(judge, (region->pa | region->flags) == 0, MVP_CONFIG_REGION, region->pa, 0) &&
           (is_gic ? judge_that(judge, region->intid == 0, MVP_CONFIG_REGION, region->intid, 0)
                   : spi(judge, MVP_CONFIG_REGION, region->intid)) &&
           is_first(judge, index, region);
}

static bool mapped(struct judge *judge, const struct mvp_region *region)
{
    uint32_t allowed = region->kind == MVP_REGION_RAM ? MVP_REGION_WRITE | MVP_REGION_EXECUTE
                                                      : MVP_REGION_WRITE;

    return judge_that(judge, region->kind != MVP_REGION_CHANNEL, MVP_CONFIG_CHANNEL, region->kind,
                      judge_count(judge, MVP_TABLE_CHANNEL)) &&
           judge_that(judge, region->kind == MVP_REGION_RAM || region->kind == MVP_REGION_DEVICE,
                      MVP_CONFIG_REGION, region->kind, MVP_REGION_DEVICE) &&
           judge_that(judge, (region->flags & ~allowed) == 0, MVP_CONFIG_REGION, region->flags,
                      allowed) &&
           judge_that(judge, region->intid == 0, MVP_CONFIG_REGION, region->intid, 0);
}

bool pack_regions(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        const struct mvp_region *region = judge_entry(judge, MVP_TABLE_REGION, i);

        if (!judge_that(judge, region->partition < judge_count(judge, MVP_TABLE_PARTITION),
                        MVP_CONFIG_REGION, region->partition,
                        judge_count(judge, MVP_TABLE_PARTITION)) ||
            !(region->kind >= MVP_REGION_GICD ? emulated(judge, i, region)
                                              : mapped(judge, region))) {
            return false;
        }
    }
    return true;
}

static bool clear_of_emulated(struct judge *judge, const struct mvp_interrupt *interrupt)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        const struct mvp_region *region = mvp_pack_entry(judge->header, MVP_TABLE_REGION, i);
        bool same = region->partition == interrupt->partition && region->intid == interrupt->intid;

        if (!judge_pair(judge, !same, MVP_CONFIG_INTERRUPT, interrupt->intid, region->intid,
                        MVP_TABLE_REGION, i)) {
            return false;
        }
    }
    return true;
}

static bool is_given_once(struct judge *judge, uint32_t index, uint32_t physical)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_interrupt *other = mvp_pack_entry(judge->header, MVP_TABLE_INTERRUPT, i);

        if (!judge_pair(judge, other->physical != physical, MVP_CONFIG_INTERRUPT, physical,
                        other->physical, MVP_TABLE_INTERRUPT, i)) {
            return false;
        }
    }
    return true;
}

/* This build delivers an interrupt under its own number. */
static bool interrupt_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_interrupt *n = judge_entry(judge, MVP_TABLE_INTERRUPT, index);

    return spi(judge, MVP_CONFIG_INTERRUPT, n->physical) &&
           judge_that(judge, n->intid == n->physical, MVP_CONFIG_INTERRUPT, n->intid,
                      n->physical) &&
           judge_that(judge, n->partition < judge_count(judge, MVP_TABLE_PARTITION),
                      MVP_CONFIG_INTERRUPT, n->partition,
                      judge_count(judge, MVP_TABLE_PARTITION)) &&
           judge_that(judge, (n->flags & ~(uint32_t)MVP_INTERRUPT_EDGE) == 0, MVP_CONFIG_INTERRUPT,
                      n->flags, MVP_INTERRUPT_EDGE) &&
           judge_pair(judge, n->physical != judge->board->console_irq, MVP_CONFIG_INTERRUPT,
                      n->physical, judge->board->console_irq, MVP_TABLE_BOARD, 0) &&
           is_given_once(judge, index, n->physical) && clear_of_emulated(judge, n);
}

bool pack_interrupts(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_INTERRUPT); i++) {
        if (!interrupt_is_good(judge, i)) {
            return false;
        }
    }
    return true;
}
