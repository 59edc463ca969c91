/* SPDX-License-Identifier: Apache-2.0 */
/* The physical interrupts that partitions own. */
#include <mvp/platform.h>

#include "judge.h"

static bool is_free(struct judge *judge, const void *entry, uint32_t index)
{
    (void)entry;
    return judge_others(judge, MVP_TABLE_INTERRUPT, index, rules_interrupts) &&
           judge_others(judge, MVP_TABLE_REGION, judge_count(judge, MVP_TABLE_REGION),
                        rules_interrupt_region) &&
           judge_others(judge, MVP_TABLE_BOARD, 1, rules_interrupt_board);
}

bool pack_interrupts(struct judge *judge)
{
    return judge_table(judge, MVP_TABLE_INTERRUPT, rules_interrupt, is_free);
}
