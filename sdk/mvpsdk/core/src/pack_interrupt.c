/* SPDX-License-Identifier: Apache-2.0 */
/* The physical interrupts that partitions own. */
#include <stddef.h>

#include <mvp/platform.h>

#include "judge.h"

static bool is_free(struct judge *judge, uint32_t index)
{
    return judge_row(judge, MVP_TABLE_INTERRUPT, index, rules_interrupt) != NULL &&
           judge_others(judge, MVP_TABLE_INTERRUPT, index, rules_interrupts) &&
           judge_others(judge, MVP_TABLE_REGION, judge_count(judge, MVP_TABLE_REGION),
                        rules_interrupt_region) &&
           judge_others(judge, MVP_TABLE_BOARD, 1, rules_interrupt_board);
}

bool pack_interrupts(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_INTERRUPT); i++) {
        if (!is_free(judge, i)) {
            return false;
        }
    }
    return true;
}
