/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits from a guest, as the vectors hand them in. Each returns the vCPU to switch to; NULL: back
 * to the same one.
 */
#ifndef CORE_TRAP_H
#define CORE_TRAP_H

#include <stdint.h>

#include "sched.h"
#include "vcpu.h"

/* HVC #imm from AArch64: only x0..x17 are saved, pc is not. */
struct vcpu *trap_hvc(struct vcpu *vcpu);

/* What comes most often after calls and interrupts, a device's register or the CPU's, costs less:
 * x0..x30 are saved, pc is not, and what is left to do is told by a number. */
enum trap_outcome {
    TRAP_SERVED = 0,  /* on with the next instruction; x18..x29 are as they were */
    TRAP_RESCHED = 1, /* the same, by way of trap_served(): as cpu.resched says it */
    TRAP_RELOAD = 2,  /* the same as the first, but one of these registers has changed */
    TRAP_REFUSED = 3  /* nothing was done: it is trap_sync()'s */
};

/* A data abort. syndrome: ESR_EL2, address: FAR_EL2, hpfar: HPFAR_EL2. */
uint32_t trap_data(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t hpfar);
/* A trapped MSR, MRS or system instruction. */
uint32_t trap_register(struct vcpu *vcpu, uint64_t syndrome);
/* After TRAP_RESCHED, everything is saved: somebody else may want the CPU now. */
struct vcpu *trap_served(struct vcpu *vcpu);

/* Any other synchronous exception: everything is saved. */
struct vcpu *trap_sync(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t hpfar);

/* Asynchronous external abort. */
struct vcpu *trap_serror(struct vcpu *vcpu, uint64_t syndrome);

/* The guest address of an abort that stage-2 made. */
uint64_t trap_ipa(uint64_t address, uint64_t hpfar);

/* enum trap_outcome of an access by register `reg` that was served; 31: the zero register. */
uint32_t trap_outcome(const struct vcpu *vcpu, uint32_t reg);

#endif
