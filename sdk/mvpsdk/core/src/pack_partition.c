/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions, their vCPUs, and the header's word on who starts. */
#include <mvp/abi.h>

#include "bytes.h"
#include "judge.h"

/* One realtime partition at most, more urgent than every persona; no name twice. */
static bool suits_earlier(struct judge *judge, uint32_t index, const struct mvp_partition *p)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_partition *other = mvp_pack_entry(judge->header, MVP_TABLE_PARTITION, i);
        bool is_realtime = p->kind == MVP_REALTIME;
        bool was_realtime = other->kind == MVP_REALTIME;
        bool urgency = is_realtime == was_realtime ||
                       (is_realtime ? p->priority < other->priority : p->priority > other->priority);

        if (!judge_pair(judge, !bytes_equal(p->name, other->name, sizeof(p->name)),
                        MVP_CONFIG_PARTITION, index, i, MVP_TABLE_PARTITION, i) ||
            !judge_pair(judge, !(is_realtime && was_realtime), MVP_CONFIG_PARTITION, p->kind,
                        other->kind, MVP_TABLE_PARTITION, i) ||
            !judge_pair(judge, urgency, MVP_CONFIG_PARTITION, p->priority, other->priority,
                        MVP_TABLE_PARTITION, i)) {
            return false;
        }
    }
    return true;
}

static bool needs_are_met(struct judge *judge, const struct mvp_partition *p)
{
    return judge_that(judge, p->abi_major == 0 || p->abi_major == MVP_ABI_MAJOR, MVP_PACK_ABI,
                      p->abi_major, MVP_ABI_MAJOR) &&
           judge_that(judge, p->abi_minor <= MVP_ABI_MINOR, MVP_PACK_ABI, p->abi_minor,
                      MVP_ABI_MINOR) &&
           judge_that(judge, (p->features & ~(uint64_t)MVP_FEATURES) == 0, MVP_PACK_FEATURE,
                      p->features, MVP_FEATURES);
}

static bool partition_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_partition *p = judge_entry(judge, MVP_TABLE_PARTITION, index);

    return judge_name(judge, MVP_CONFIG_PARTITION, p->name, sizeof(p->name)) &&
           judge_that(judge, p->kind == MVP_REALTIME || p->kind == MVP_PERSONA,
                      MVP_CONFIG_PARTITION, p->kind, MVP_PERSONA) &&
           judge_that(judge, p->restart <= MVP_RESTART_ALWAYS, MVP_CONFIG_PARTITION, p->restart,
                      MVP_RESTART_ALWAYS) &&
           judge_that(judge, p->vgic == 3, MVP_CONFIG_PARTITION, p->vgic, 3) &&
           judge_that(judge, p->protocol == MVP_ENTRY_LINUX, MVP_CONFIG_PARTITION, p->protocol,
                      MVP_ENTRY_LINUX) &&
           judge_that(judge, (p->flags | p->zero[0] | p->zero[1]) == 0, MVP_CONFIG_PARTITION,
                      p->flags, 0) &&
           needs_are_met(judge, p) && suits_earlier(judge, index, p);
}

/* Rows stand by partition, then by number from 0: so none is missing and none is there twice. */
static bool vcpus_are_good(struct judge *judge)
{
    uint32_t cpus = judge->board->cpu_count < MVP_MAX_CPUS ? judge->board->cpu_count : MVP_MAX_CPUS;
    uint32_t partition = MVP_NONE;
    uint32_t number = 0;

    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_VCPU); i++) {
        const struct mvp_vcpu *vcpu = judge_entry(judge, MVP_TABLE_VCPU, i);

        number = vcpu->partition == partition ? number + 1 : 0;
        partition += vcpu->partition == partition ? 0 : 1;
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

    if (index == MVP_NONE) {
        return true;
    }
    if (!judge_that(judge, index < count, MVP_CONFIG_PARTITION, index, count)) {
        return false;
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
