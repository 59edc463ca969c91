/* SPDX-License-Identifier: Apache-2.0 */
#include "trap.h"

#include <stddef.h>

#include "arch.h"
#include "call.h"
#include "console.h"
#include "machine.h"
#include "optional.h"
#include "partition.h"
#include "timer.h"
#include "trace.h"

/* ESR_ELx (Arm DDI 0487, D19): exception class in 31:26, instruction length in 25. */
#define EC_SHIFT 26
#define EC_UNKNOWN 0x00
#define EC_WFX 0x01
#define EC_FP 0x07
#define EC_SMC64 0x17
#define EC_IABT_LOWER 0x20
#define EC_IABT_SAME 0x21
#define EC_DABT_LOWER 0x24
#define EC_DABT_SAME 0x25
#define ESR_IL 0x02000000
#define ISS_ISV 0x01000000 /* data abort: the syndrome tells what the instruction does */
#define ESR_WNR 0x40       /* data abort: a write */
#define FSC_EXTERNAL 0x10  /* synchronous external abort, not on a table walk */
#define WFX_WFE 1          /* ISS of EC_WFX: the instruction was WFE */
#define PSTATE_EL1 0x4     /* PSTATE.M of EL1t and EL1h */
#define PSTATE_MODE 0xf

static __attribute__((noinline)) struct vcpu *act(struct vcpu *vcpu, uint32_t action)
{
    struct partition *partition = vcpu->partition;

    switch (action) {
    case CALL_WAIT:
        sched_wait(vcpu);
        break;
    case CALL_CPU_OFF:
        vcpu_stop(vcpu);
        break;
#if FEATURE_POWER
    case CALL_SYSTEM_SUSPEND:
        partition_suspend(vcpu);
        break;
#endif
    case CALL_SYSTEM_OFF:
    case CALL_SYSTEM_RESET:
        if (partition->config->kind == MVP_REALTIME) {
            console_flush();
            arch_power(action == CALL_SYSTEM_RESET);
        }
        partition_stop(partition);
        if (action == CALL_SYSTEM_RESET && partition->state == MVP_PARTITION_STOPPED) {
            partition_start(partition);
        }
        break;
    default: /* CALL_CPU_ON, CALL_SAID: done by the call itself */
        break;
    }
    return sched_exit(vcpu);
}

struct vcpu *trap_hvc(struct vcpu *vcpu)
{
    uint32_t action;

    TRACE(TRACE_HVC, vcpu, vcpu->x[0]);
    action = call_dispatch(vcpu);
    return action == CALL_DONE ? NULL : act(vcpu, action);
}

static void inject(struct vcpu *vcpu, uint64_t class, uint64_t detail, uint64_t address)
{
    TRACE(TRACE_FAULT, vcpu, class << EC_SHIFT | ESR_IL | detail);
    arch_inject(vcpu, class << EC_SHIFT | ESR_IL | detail, address);
}

static bool from_el1(const struct vcpu *vcpu)
{
    return (vcpu->pstate & PSTATE_MODE & ~1U) == PSTATE_EL1;
}

/* An address that nobody gave the partition: it hears of it as it would on a machine, the log hears
 * of it, and everyone else goes on. */
static void wild_access(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t ipa)
{
    bool fetch = syndrome >> EC_SHIFT == EC_IABT_LOWER;
    uint32_t reason =
        fetch || (syndrome & ISS_ISV) != 0 ? MVP_RUN_STAGE2_FAULT : MVP_RUN_NO_SYNDROME;
    uint64_t values[4] = {vcpu->partition->index, reason, vcpu->pc, ipa};
    uint64_t class = fetch ? EC_IABT_LOWER : EC_DABT_LOWER;

    if (fetch && arch_in_vector(vcpu)) {
        /* Its own abort handler can't be fetched: no guest code will ever run again. One line says
         * all of it: while lines are written no interrupt is taken. */
        partition_crash(vcpu->partition, reason, vcpu->pc, ipa);
        return;
    }
    log_values("wild access partition=% reason=% pc=% address=%", values);
    inject(vcpu, class + (from_el1(vcpu) ? 1 : 0), FSC_EXTERNAL | (fetch ? 0 : syndrome & ESR_WNR),
           address);
}

static void undefined(struct vcpu *vcpu, uint64_t syndrome)
{
    uint64_t values[4] = {vcpu->partition->index, MVP_RUN_TRAP, vcpu->pc, syndrome};

    log_values("not offered partition=% reason=% pc=% syndrome=%", values);
    inject(vcpu, EC_UNKNOWN, 0, 0);
}

static struct vcpu *smc(struct vcpu *vcpu)
{
    vcpu->pc += 4; /* unlike HVC's, its return address is the instruction itself */
    return trap_hvc(vcpu);
}

struct vcpu *trap_served(struct vcpu *vcpu)
{
    vcpu->pc += 4;
    return sched_exit(vcpu);
}

struct vcpu *trap_sync(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t hpfar)
{
    uint64_t class = syndrome >> EC_SHIFT;

    TRACE(TRACE_SYNC, vcpu, syndrome);
    if (FEATURE_FLASH != 0 && vcpu->again != 0) {
        vcpu->again = 0;
    } else if (class == EC_DABT_LOWER || class == EC_IABT_LOWER) {
        wild_access(vcpu, syndrome, address, trap_ipa(address, hpfar));
    } else if (class == EC_WFX) {
        vcpu->pc += 4;
        if ((syndrome & WFX_WFE) == 0) {
            sched_wait(vcpu);
        } else {
            sched_pass(vcpu);
        }
    } else if (class == EC_FP) {
        arch_fp_load(vcpu);
    } else if (class == EC_SMC64) {
        return smc(vcpu);
    } else {
        undefined(vcpu, syndrome);
    }
    return sched_exit(vcpu);
}

struct vcpu *trap_serror(struct vcpu *vcpu, uint64_t syndrome)
{
    partition_crash(vcpu->partition, MVP_RUN_SERROR, vcpu->pc, syndrome);
    return sched_exit(vcpu);
}
