/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions, their vCPUs, and the header's word on who starts. */
#include <stddef.h>

#include <mvp/abi.h>

#include "judge.h"

/* Those that the board can start; nothing is known of more than MVP_MAX_CPUS. */
static uint32_t cpus_of(const struct mvp_board *board)
{
    if (board->bring_up == MVP_BRING_UP_NONE) {
        return 1;
    }
    return board->cpu_count < MVP_MAX_CPUS ? board->cpu_count : MVP_MAX_CPUS;
}

static bool vcpus_are_good(struct judge *judge, uint32_t partitions)
{
    struct facts *next = &judge->facts;

    next->partition = MVP_NONE;
    next->cpus = cpus_of(judge->board);
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_VCPU); i++) {
        const struct mvp_vcpu *vcpu = judge_entry(judge, MVP_TABLE_VCPU, i);

        next->number++;
        next->needed = vcpu->cpu > 0 ? MVP_FEATURE_SMP : 0;
        if (i == 0 || vcpu->partition != next->partition) {
            next->partition++;
            next->number = 0;
        }
        if (!judge_rules(judge, rules_vcpu)) {
            return false;
        }
    }
    uint32_t found = next->partition + 1;

    return found == partitions || judge_refuse(judge, MVP_CONFIG_VCPU, found, partitions);
}

static bool default_is_good(struct judge *judge, uint32_t partitions)
{
    uint32_t index = judge->header->default_persona;

    if (index == MVP_NONE) {
        return true;
    }
    if (index >= partitions) {
        return judge_refuse(judge, MVP_CONFIG_PARTITION, index, partitions);
    }
    (void)judge_entry(judge, MVP_TABLE_PARTITION, index);
    return judge_rules(judge, rules_default);
}

static bool suits_earlier(struct judge *judge, uint32_t index)
{
    return judge_row(judge, MVP_TABLE_PARTITION, index, rules_partition) != NULL &&
           judge_others(judge, MVP_TABLE_PARTITION, index, rules_partitions);
}

bool pack_partitions(struct judge *judge)
{
    uint32_t count = judge_count(judge, MVP_TABLE_PARTITION);

    for (uint32_t i = 0; i < count; i++) {
        if (!suits_earlier(judge, i)) {
            return false;
        }
    }
    if (count == 0) {
        return judge_refuse(judge, MVP_CONFIG_PARTITION, count, 1);
    }
    return default_is_good(judge, count) && vcpus_are_good(judge, count);
}
