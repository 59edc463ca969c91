/* SPDX-License-Identifier: Apache-2.0 */
#include "psci.h"

#include <stddef.h>

#include "call.h"
#include "optional.h"
#include "partition.h"
#include "sched.h"
#include "vcpu.h"

/* Function ids; those with a 64-bit form have it at the same number with bit 30 set. */
#define FUNCTION_64 0x40000000U
#define VERSION 0x84000000
#define CPU_SUSPEND 0x84000001
#define CPU_SUSPEND_64 0xc4000001
#define CPU_OFF 0x84000002
#define CPU_ON 0x84000003
#define CPU_ON_64 0xc4000003
#define AFFINITY_INFO 0x84000004
#define AFFINITY_INFO_64 0xc4000004
#define MIGRATE_INFO_TYPE 0x84000006
#define SYSTEM_OFF 0x84000008
#define SYSTEM_RESET 0x84000009
#define FEATURES 0x8400000a
#define SYSTEM_SUSPEND 0x8400000e
#define SYSTEM_SUSPEND_64 0xc400000e
#define SMCCC_VERSION 0x80000000

#define VERSION_1_1 0x10001
#define MIGRATE_NOT_NEEDED 2
#define AFFINITY_ON 0
#define AFFINITY_OFF 1
#define AFFINITY_LEVEL_MAX 3
#define AFFINITY_FIELDS 0x000000ff00ffffff

#define SUCCESS 0
#define NOT_SUPPORTED 0xffffffffffffffff      /* -1 */
#define INVALID_PARAMETERS 0xfffffffffffffffe /* -2 */
#define DENIED 0xfffffffffffffffd             /* -3 */
#define ALREADY_ON 0xfffffffffffffffc         /* -4 */
#define INVALID_ADDRESS 0xfffffffffffffff7    /* -9 */

/* An argument by the convention of the call. */
static uint64_t argument(const struct vcpu *vcpu, uint32_t id, uint32_t n)
{
    return (id & FUNCTION_64) != 0 ? vcpu->x[n] : vcpu->x[n] & 0xffffffff;
}

static struct vcpu *by_affinity(const struct vcpu *vcpu, uint64_t affinity)
{
    const struct partition *partition = vcpu->partition;

    return affinity < partition->vcpu_count ? &partition->vcpus[affinity] : NULL;
}

static uint64_t cpu_on(const struct vcpu *vcpu, uint32_t id)
{
    struct vcpu *target = by_affinity(vcpu, argument(vcpu, id, 1));
    uint64_t entry = argument(vcpu, id, 2);

    if (target == NULL) {
        return INVALID_PARAMETERS;
    }
    if (target->state != VCPU_OFF) {
        return ALREADY_ON;
    }
    if (entry % 4 != 0) {
        return INVALID_ADDRESS;
    }
    vcpu_start(target, entry, argument(vcpu, id, 3));
    return SUCCESS;
}

/* Above level 0 there is one node, which holds all vCPUs: on, since the caller is. */
static uint64_t affinity_info(const struct vcpu *vcpu, uint32_t id)
{
    uint64_t affinity = argument(vcpu, id, 1);
    uint64_t level = argument(vcpu, id, 2);
    const struct vcpu *target;

    if (level > AFFINITY_LEVEL_MAX || (affinity & ~(uint64_t)AFFINITY_FIELDS) != 0) {
        return INVALID_PARAMETERS;
    }
    if (level > 0) {
        return (affinity & AFFINITY_FIELDS) >> 8 * level == 0 ? AFFINITY_ON : INVALID_PARAMETERS;
    }
    target = by_affinity(vcpu, affinity);
    if (target == NULL) {
        return INVALID_PARAMETERS;
    }
    return target->state == VCPU_OFF ? AFFINITY_OFF : AFFINITY_ON;
}

/* Who has a line that the firmware can ring; the firmware itself wakes the others. */
static bool may_suspend(const struct vcpu *vcpu)
{
    return FEATURE_POWER != 0 && vcpu->partition->config->kind != MVP_REALTIME &&
           partition_has_pins(vcpu->partition);
}

static uint64_t features(const struct vcpu *vcpu, uint32_t id)
{
    switch (id) {
    case SMCCC_VERSION:
    case VERSION:
    case CPU_SUSPEND:
    case CPU_SUSPEND_64:
    case CPU_OFF:
    case CPU_ON:
    case CPU_ON_64:
    case AFFINITY_INFO:
    case AFFINITY_INFO_64:
    case MIGRATE_INFO_TYPE:
    case SYSTEM_OFF:
    case SYSTEM_RESET:
    case FEATURES:
        return SUCCESS;
    case SYSTEM_SUSPEND:
    case SYSTEM_SUSPEND_64:
        return may_suspend(vcpu) ? SUCCESS : NOT_SUPPORTED;
    default:
        return NOT_SUPPORTED;
    }
}

/* Only the last vCPU that is on may take the power away (Arm DEN0022, 5.20). */
static uint64_t system_suspend(struct vcpu *vcpu, uint32_t id)
{
    const struct partition *partition = vcpu->partition;

    if (!may_suspend(vcpu)) {
        return NOT_SUPPORTED;
    }
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        if (n != vcpu->number && partition->vcpus[n].state != VCPU_OFF) {
            return DENIED;
        }
    }
    if (argument(vcpu, id, 1) % 4 != 0) {
        return INVALID_ADDRESS;
    }
    vcpu->entry = argument(vcpu, id, 1);
    vcpu->argument = argument(vcpu, id, 2);
    return SUCCESS;
}

/* What is answered by a value, and needs no act. */
static uint64_t answer(struct vcpu *vcpu, uint32_t id)
{
    switch (id) {
    case CPU_ON:
    case CPU_ON_64:
        return cpu_on(vcpu, id);
    case AFFINITY_INFO:
    case AFFINITY_INFO_64:
        return affinity_info(vcpu, id);
    case SYSTEM_SUSPEND:
    case SYSTEM_SUSPEND_64:
        return system_suspend(vcpu, id);
    case MIGRATE_INFO_TYPE:
        return MIGRATE_NOT_NEEDED;
    case FEATURES:
        return features(vcpu, (uint32_t)vcpu->x[1]);
    default:
        return NOT_SUPPORTED;
    }
}

/* CPU_SUSPEND: every state is stand-by, it wakes where it slept. */
static uint32_t action(uint32_t id)
{
    switch (id) {
    case CPU_SUSPEND:
    case CPU_SUSPEND_64:
        return CALL_WAIT;
    case CPU_OFF:
        return CALL_CPU_OFF;
    case SYSTEM_OFF:
        return CALL_SYSTEM_OFF;
    case SYSTEM_RESET:
        return CALL_SYSTEM_RESET;
    default:
        return CALL_DONE;
    }
}

/* What comes of an answer that says success. */
static uint32_t granted(uint32_t id)
{
    switch (id & ~FUNCTION_64) {
    case CPU_ON:
        return CALL_CPU_ON;
    case SYSTEM_SUSPEND:
        return FEATURE_POWER != 0 ? CALL_SYSTEM_SUSPEND : CALL_DONE;
    default:
        return CALL_DONE;
    }
}

static __attribute__((noinline)) uint32_t serve(struct vcpu *vcpu, uint32_t id)
{
    uint32_t next = action(id);

    if (next != CALL_DONE) {
        vcpu->x[0] = SUCCESS;
        return next;
    }
    vcpu->x[0] = answer(vcpu, id);
    return vcpu->x[0] == SUCCESS ? granted(id) : CALL_DONE;
}

uint32_t psci_call(struct vcpu *vcpu, uint32_t id)
{
    if (id == VERSION) {
        vcpu->x[0] = VERSION_1_1;
        return CALL_DONE;
    }
    return serve(vcpu, id);
}
