/* SPDX-License-Identifier: Apache-2.0 */
/* The physical interrupts that partitions own. */
#include <stddef.h>

#include "judge.h"

#define SPIS 0x03fb0020 /* INTIDs 32..1019 */

#define RULE(field, test, bound)                                                                 \
    {                                                                                            \
        offsetof(struct mvp_interrupt, field), sizeof(((struct mvp_interrupt *)0)->field), test, \
            MVP_CONFIG_INTERRUPT, bound                                                          \
    }

static const struct rule rules[] = {
    RULE(physical, RULE_WITHIN, SPIS),
    RULE(partition, RULE_INDEX, MVP_TABLE_PARTITION),
    RULE(flags, RULE_BITS, MVP_INTERRUPT_EDGE),
};

/* An emulated device of the same partition may have the number. Regions that have none say 0. */
static bool clear_of_emulated(struct judge *judge, const struct mvp_interrupt *interrupt)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        const struct mvp_region *region = judge_other(judge, MVP_TABLE_REGION, i);
        bool same = region->partition == interrupt->partition && region->intid == interrupt->intid;

        if (!judge_that(judge, !same, MVP_CONFIG_INTERRUPT, interrupt->intid, region->intid)) {
            return false;
        }
    }
    return true;
}

static bool is_given_once(struct judge *judge, uint32_t index, uint32_t physical)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_interrupt *other = judge_other(judge, MVP_TABLE_INTERRUPT, i);

        if (!judge_that(judge, other->physical != physical, MVP_CONFIG_INTERRUPT, physical,
                        other->physical)) {
            return false;
        }
    }
    return true;
}

static bool is_not_the_console(struct judge *judge, uint32_t physical)
{
    const struct mvp_board *board = judge_other(judge, MVP_TABLE_BOARD, 0);

    return judge_that(judge, physical != board->console_irq, MVP_CONFIG_INTERRUPT, physical,
                      board->console_irq);
}

bool pack_interrupts(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_INTERRUPT); i++) {
        const struct mvp_interrupt *n = judge_entry(judge, MVP_TABLE_INTERRUPT, i);

        /* This build delivers an interrupt under its own number. */
        if (!judge_fields(judge, n, rules, sizeof(rules) / sizeof(rules[0])) ||
            !judge_that(judge, n->intid == n->physical, MVP_CONFIG_INTERRUPT, n->intid,
                        n->physical) ||
            !judge_intid(judge, n->partition, n->intid, MVP_CONFIG_INTERRUPT) ||
            !is_given_once(judge, i, n->physical) || !clear_of_emulated(judge, n) ||
            !is_not_the_console(judge, n->physical)) {
            return false;
        }
    }
    return true;
}
