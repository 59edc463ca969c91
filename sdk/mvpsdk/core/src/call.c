/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <mvp/abi.h>

#include "arch.h"
#include "console.h"
#include "guest.h"
#include "judge.h"
#include "machine.h"
#include "partition.h"
#include "psci.h"

/* Arm Architecture Calls (Arm DEN0028). */
#define SMCCC_VERSION 0x80000000
#define SMCCC_ARCH_FEATURES 0x80000001
#define SMCCC_1_2 0x10002

#define PINS 0xff /* a bit for each */

#define NOT_SUPPORTED 0xffffffffffffffff /* as MVP_NOT_SUPPORTED, and so on */
#define INVALID 0xfffffffffffffffe
#define DENIED 0xfffffffffffffffd

#define VENDOR_CALLS \
    (FEATURE_POWER != 0 ? 10 : 9) /* standard queries and MVP calls, as MVP_CALL_COUNT tells */

static bool is_realtime(const struct vcpu *vcpu)
{
    return vcpu->partition->config->kind == MVP_REALTIME;
}

static uint64_t arch_features(uint64_t id)
{
    return (uint32_t)id == SMCCC_VERSION || (uint32_t)id == SMCCC_ARCH_FEATURES ? 0 : NOT_SUPPORTED;
}

static uint64_t uid(struct vcpu *vcpu)
{
    vcpu->x[1] = MVP_UID_1;
    vcpu->x[2] = MVP_UID_2;
    vcpu->x[3] = MVP_UID_3;
    return MVP_UID_0;
}

static uint64_t revision(struct vcpu *vcpu)
{
    vcpu->x[1] = MVP_ABI_MINOR;
    return MVP_ABI_MAJOR;
}

static uint64_t features(struct vcpu *vcpu)
{
    vcpu->x[1] = MVP_ABI_MAJOR << 16 | MVP_ABI_MINOR;
    return judge_features(vcpu->partition->config->vgic);
}

static uint64_t console_write(struct vcpu *vcpu)
{
    uint8_t text[CONSOLE_STEP] __attribute__((aligned(8)));
    uint64_t wanted = vcpu->x[2];
    uint32_t size = wanted < CONSOLE_STEP ? (uint32_t)wanted : CONSOLE_STEP;

    if (wanted > MVP_CONSOLE_WRITE_MAX || !guest_read(vcpu, vcpu->x[1], text, size)) {
        return INVALID;
    }
    return console_guest_write(vcpu->partition, text, size);
}

static uint64_t partition_info(struct vcpu *vcpu)
{
    vcpu->x[1] = machine.partition_count;
    vcpu->x[2] = vcpu->partition->config->kind;
    return vcpu->partition->index;
}

static uint64_t partition_state(const struct vcpu *vcpu)
{
    if (!is_realtime(vcpu)) {
        return DENIED;
    }
    return vcpu->x[1] < machine.partition_count ? machine.partitions[vcpu->x[1]].state : INVALID;
}

/* Kept as what must be added to the counter's own seconds. */
static uint64_t time_of_day(const struct vcpu *vcpu)
{
    if (!is_realtime(vcpu)) {
        return DENIED;
    }
    machine.time_of_day = vcpu->x[1] - arch_time() / arch_time_frequency();
    return MVP_SUCCESS;
}

static uint64_t trace_mark(const struct vcpu *vcpu)
{
    uint64_t values[2] = {vcpu->partition->index, vcpu->x[1]};

    log_values("mark partition=% value=%", values);
    return MVP_SUCCESS;
}

#if FEATURE_POWER
/* A partition that is off finds them so when it starts. */
static uint64_t pins(const struct vcpu *vcpu)
{
    struct partition *partition = &machine.partitions[vcpu->x[1] % MVP_MAX_PARTITIONS];

    if (!is_realtime(vcpu)) {
        return DENIED;
    }
    if (vcpu->x[1] >= machine.partition_count || vcpu->x[2] > PINS ||
        !partition_has_pins(partition)) {
        return INVALID;
    }
    pl061_drive(&partition->vcpus[0], (uint8_t)vcpu->x[2]);
    return MVP_SUCCESS;
}
#endif

/* All but PSCI; an id that nobody knows is not supported. */
static uint64_t serve(struct vcpu *vcpu, uint32_t id)
{
    switch (id) {
    case SMCCC_VERSION:
        return SMCCC_1_2;
    case SMCCC_ARCH_FEATURES:
        return arch_features(vcpu->x[1]);
    case MVP_CALL_COUNT:
        return VENDOR_CALLS;
    case MVP_CALL_UID:
        return uid(vcpu);
    case MVP_CALL_REVISION:
        return revision(vcpu);
    case MVP_CALL_FEATURES:
        return features(vcpu);
    case MVP_CALL_CONSOLE_WRITE:
        return console_write(vcpu);
    case MVP_CALL_PARTITION_INFO:
        return partition_info(vcpu);
    case MVP_CALL_PARTITION_STATE:
        return partition_state(vcpu);
    case MVP_CALL_TIME_OF_DAY:
        return time_of_day(vcpu);
    case MVP_CALL_TRACE_MARK:
        return trace_mark(vcpu);
#if FEATURE_POWER
    case MVP_CALL_PINS:
        return pins(vcpu);
#endif
    default:
        return NOT_SUPPORTED;
    }
}

static __attribute__((noinline)) uint32_t vendor_call(struct vcpu *vcpu, uint32_t id)
{
    vcpu->x[0] = serve(vcpu, id);
    return vcpu->home->resched != 0 ? CALL_SAID : CALL_DONE;
}

uint32_t call_dispatch(struct vcpu *vcpu)
{
    uint32_t id = (uint32_t)vcpu->x[0];

    if ((id & PSCI_ID_MASK) == PSCI_ID_BASE) {
        return psci_call(vcpu, id);
    }
    return vendor_call(vcpu, id);
}
