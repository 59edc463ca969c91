/* SPDX-License-Identifier: Apache-2.0 */
/* A vCPU's registers that are not general ones: on and off the CPU. */
#include <stddef.h>

#include "aarch64.h"
#include "arch.h"
#include "gic.h"
#include "machine.h"
#include "offsets.h"
#include "regs.h"
#include "timer.h"
#include "trace.h"

_Static_assert(offsetof(struct vcpu, pc) == VCPU_PC, "vectors.S");
_Static_assert(offsetof(struct vcpu, pstate) == VCPU_PC + 8, "vectors.S");
_Static_assert(offsetof(struct vcpu, stack) == VCPU_STACK, "vectors.S");
_Static_assert(offsetof(struct vcpu, home) == VCPU_HOME, "vectors.S");
_Static_assert(offsetof(struct cpu, index) == CPU_INDEX, "lock.S");
_Static_assert(offsetof(struct machine, smp.lock) == 0, "lock.S");
_Static_assert(offsetof(struct machine, smp.here) == SMP_HERE, "lock.S");
_Static_assert(offsetof(struct machine, smp.still) == SMP_STILL, "lock.S");

/* EL1 and EL0 registers that a guest owns: each has its place in arch_context.system. */
/* clang-format off */
#define SYSTEM(each)                                                                               \
    each(0, "sctlr_el1") each(1, "cpacr_el1") each(2, "ttbr0_el1") each(3, "ttbr1_el1")            \
    each(4, "tcr_el1") each(5, "esr_el1") each(6, "far_el1") each(7, "afsr0_el1")                  \
    each(8, "afsr1_el1") each(9, "mair_el1") each(10, "amair_el1") each(11, "vbar_el1")            \
    each(12, "contextidr_el1") each(13, "tpidr_el0") each(14, "tpidrro_el0") each(15, "tpidr_el1") \
    each(16, "sp_el0") each(17, "sp_el1") each(18, "elr_el1") each(19, "spsr_el1")                 \
    each(20, "par_el1") each(21, "csselr_el1") each(22, "cntkctl_el1")
/* clang-format on */

#define SYSTEM_SCTLR 0
#define SYSTEM_GIC 23              /* and the rest: gic.h's */
#define SCTLR_EL1_RESET 0x30d00800 /* RES1 bits; MMU, caches and alignment checks off */
#define PSTATE_RESET 0x3c5         /* EL1h, DAIF masked */
#define MPIDR_RES1 0x80000000
#define CPTR_TFP 0x400
#define CPTR_BASE 0x33ff /* RES1, and SVE trapped */

/* NOLINTNEXTLINE(readability-function-size): a table, a statement for each register */
static void save_system(uint64_t *system)
{
#define SAVE(n, name) system[n] = READ(name);
    SYSTEM(SAVE)
    gic_save(&system[SYSTEM_GIC]);
}

static void load_system(const uint64_t *system)
{
#define LOAD(n, name) WRITE(name, system[n]);
    SYSTEM(LOAD)
    gic_load(&system[SYSTEM_GIC]);
}

static void save(struct vcpu *vcpu)
{
    save_system(vcpu->context.system);
    if (vcpu->vgic.loaded != 0) { /* else it has been stopped, and these are not its own */
        vcpu->vtimer_control = READ("cntv_ctl_el0");
        vcpu->vtimer_compare = READ("cntv_cval_el0");
        vgic_save(vcpu);
    }
}

static void reset(struct vcpu *vcpu)
{
    for (uint32_t n = 0; n < 31; n++) {
        vcpu->x[n] = 0;
    }
    for (uint32_t n = 0; n < sizeof vcpu->context.system / 8; n++) {
        vcpu->context.system[n] = 0;
    }
    for (uint32_t n = 0; n < sizeof vcpu->context.fp / 8; n++) {
        vcpu->context.fp[n] = 0;
    }
    if (vcpu->home->fp_owner == vcpu) {
        vcpu->home->fp_owner = NULL;
    }
    vcpu->context.system[SYSTEM_SCTLR] = SCTLR_EL1_RESET;
    vcpu->x[0] = vcpu->argument;
    vcpu->pc = vcpu->entry;
    vcpu->pstate = PSTATE_RESET;
    vcpu->vtimer_control = 0;
    vcpu->vtimer_compare = 0;
    vcpu->fresh = 0;
}

static void load(struct vcpu *vcpu)
{
    load_system(vcpu->context.system);
    WRITE("vttbr_el2", vcpu->partition->vttbr);
    WRITE("vmpidr_el2", MPIDR_RES1 | vcpu->number);
    WRITE("cntvoff_el2", vcpu->partition->counter_offset);
    WRITE("cptr_el2", vcpu->home->fp_owner == vcpu ? CPTR_BASE : CPTR_BASE | CPTR_TFP);
    vgic_load(vcpu); /* before its timer is on: one that is active must not come again */
    WRITE("cntv_cval_el0", vcpu->vtimer_compare);
    WRITE("cntv_ctl_el0", vcpu->vtimer_control);
}

void context_switch(struct vcpu *next, struct vcpu *previous)
{
    TRACE(TRACE_SWITCH, next, trace_vcpu(previous));
    if (previous != NULL) {
        save(previous);
    }
    WRITE("cntv_ctl_el0", 0); /* before the offset changes under it */
    if (next->fresh != 0) {
        reset(next);
    }
    load(next);
    ISB();
    timer_program(next->home);
}

void arch_fp_load(struct vcpu *vcpu)
{
    struct cpu *cpu = vcpu->home;

    WRITE("cptr_el2", CPTR_BASE);
    ISB();
    if (cpu->fp_owner == vcpu) {
        return;
    }
    if (cpu->fp_owner != NULL) {
        fp_save(cpu->fp_owner->context.fp);
    }
    fp_load(vcpu->context.fp);
    cpu->fp_owner = vcpu;
}

void arch_vtimer_off(void)
{
    WRITE("cntv_ctl_el0", 0);
    ISB();
}
