/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions, their vCPUs, and the header's word on who starts. */
#include <stddef.h>

#include <mvp/abi.h>

#include "bytes.h"
#include "judge.h"

#define RULE(field, test, reason, bound)                                                         \
    {                                                                                            \
        offsetof(struct mvp_partition, field), sizeof(((struct mvp_partition *)0)->field), test, \
            reason, bound                                                                        \
    }

static const struct rule rules[] = {
    RULE(name, RULE_NAME, MVP_CONFIG_PARTITION, 0),
    RULE(kind, RULE_WITHIN, MVP_CONFIG_PARTITION, MVP_PERSONA << 16 | MVP_REALTIME),
    RULE(restart, RULE_MOST, MVP_CONFIG_PARTITION, MVP_RESTART_ALWAYS),
    RULE(protocol, RULE_EXACT, MVP_CONFIG_PARTITION, MVP_ENTRY_LINUX),
    RULE(abi_major, RULE_MOST, MVP_PACK_ABI, MVP_ABI_MAJOR), /* 0: the image has no note */
    RULE(abi_minor, RULE_MOST, MVP_PACK_ABI, MVP_ABI_MINOR),
    RULE(flags, RULE_EXACT, MVP_CONFIG_PARTITION, 0),
    RULE(zero[0], RULE_EXACT, MVP_CONFIG_PARTITION, 0),
    RULE(zero[1], RULE_EXACT, MVP_CONFIG_PARTITION, 0),
};

/* Realtime before persona, by priority; 0 is the highest. */
static bool ranks_well(const struct mvp_partition *a, const struct mvp_partition *b)
{
    if (a->kind == MVP_PERSONA) {
        return b->kind == MVP_PERSONA || b->priority < a->priority;
    }
    return b->kind == MVP_PERSONA && a->priority < b->priority;
}

/* No name twice, one realtime partition at most, and that one more urgent than every persona. */
static bool suits_earlier(struct judge *judge, uint32_t index, const struct mvp_partition *p)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_partition *other = judge_other(judge, MVP_TABLE_PARTITION, i);

        if (!judge_that(judge, !bytes_equal(p->name, other->name, sizeof(p->name)),
                        MVP_CONFIG_PARTITION, index, i) ||
            !judge_that(judge, ranks_well(p, other), MVP_CONFIG_PARTITION, p->priority,
                        other->priority)) {
            return false;
        }
    }
    return true;
}

/* List registers serve a vGIC of the hardware's own version. */
static bool suits_board(struct judge *judge, const struct mvp_partition *p)
{
    uint64_t offered = judge_features(judge->board->gic_version);

    return judge_that(judge, p->vgic == judge->board->gic_version, MVP_CONFIG_PARTITION, p->vgic,
                      judge->board->gic_version) &&
           judge_that(judge, (p->features & ~offered) == 0, MVP_PACK_FEATURE, p->features, offered);
}

static bool partition_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_partition *p = judge_entry(judge, MVP_TABLE_PARTITION, index);

    return judge_fields(judge, p, rules, sizeof(rules) / sizeof(rules[0])) &&
           suits_board(judge, p) && suits_earlier(judge, index, p);
}

/* Rows stand by partition, then by number from 0: so none is missing and none is there twice. */
static bool vcpus_are_good(struct judge *judge)
{
    uint32_t cpus = judge->board->cpu_count < MVP_MAX_CPUS ? judge->board->cpu_count : MVP_MAX_CPUS;
    uint32_t partition = MVP_NONE;
    uint32_t number = 0;

    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_VCPU); i++) {
        const struct mvp_vcpu *vcpu = judge_entry(judge, MVP_TABLE_VCPU, i);
        bool goes_on = i > 0 && vcpu->partition == partition;

        number = goes_on ? number + 1 : 0;
        partition += goes_on ? 0 : 1;
        if (!judge_that(judge, vcpu->partition == partition, MVP_CONFIG_VCPU, vcpu->partition,
                        partition) ||
            !judge_that(judge, vcpu->number == number, MVP_CONFIG_VCPU, vcpu->number, number) ||
            !judge_that(judge, vcpu->cpu < cpus, MVP_CONFIG_VCPU, vcpu->cpu, cpus) ||
            !judge_that(judge, vcpu->zero == 0, MVP_CONFIG_VCPU, vcpu->zero, 0)) {
            return false;
        }
    }
    return judge_that(judge, partition + 1 == judge_count(judge, MVP_TABLE_PARTITION),
                      MVP_CONFIG_VCPU, partition + 1, judge_count(judge, MVP_TABLE_PARTITION));
}

static bool default_is_good(struct judge *judge)
{
    uint32_t index = judge->header->default_persona;
    uint32_t count = judge_count(judge, MVP_TABLE_PARTITION);

    if (index == MVP_NONE ||
        !judge_that(judge, index < count, MVP_CONFIG_PARTITION, index, count)) {
        return index == MVP_NONE;
    }
    const struct mvp_partition *p = judge_entry(judge, MVP_TABLE_PARTITION, index);

    return judge_that(judge, p->kind == MVP_PERSONA, MVP_CONFIG_PARTITION, p->kind, MVP_PERSONA);
}

bool pack_partitions(struct judge *judge)
{
    uint32_t count = judge_count(judge, MVP_TABLE_PARTITION);

    for (uint32_t i = 0; i < count; i++) {
        if (!partition_is_good(judge, i)) {
            return false;
        }
    }
    return judge_that(judge, count > 0, MVP_CONFIG_PARTITION, count, 1) && default_is_good(judge) &&
           vcpus_are_good(judge);
}
