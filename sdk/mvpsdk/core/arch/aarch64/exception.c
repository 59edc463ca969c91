/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions given to a guest at its own EL1. */
#include "aarch64.h"
#include "arch.h"
#include "regs.h"

#define MODE 0xf
#define AARCH32 0x10
#define MODE_EL1T 0x4
#define MODE_EL1H 0x5
#define PSTATE_HANDLER 0x3c5  /* EL1h, DAIF masked */
#define VECTOR_SAME_SP0 0x000 /* synchronous, offsets from VBAR_EL1 */
#define VECTOR_SAME_SPX 0x200
#define VECTOR_LOWER 0x400
#define VECTOR_LOWER_A32 0x600
#define VECTORS_SIZE 0x800

static uint64_t vector_offset(uint64_t pstate)
{
    if ((pstate & AARCH32) != 0) { /* a program's: EL1 itself is AArch64 here */
        return VECTOR_LOWER_A32;
    }
    if ((pstate & MODE) == MODE_EL1H) {
        return VECTOR_SAME_SPX;
    }
    return (pstate & MODE) == MODE_EL1T ? VECTOR_SAME_SP0 : VECTOR_LOWER;
}

void arch_inject(struct vcpu *vcpu, uint64_t esr, uint64_t far)
{
    WRITE("esr_el1", esr);
    WRITE("far_el1", far);
    WRITE("elr_el1", vcpu->pc);
    WRITE("spsr_el1", vcpu->pstate);
    vcpu->pc = READ("vbar_el1") + vector_offset(vcpu->pstate);
    vcpu->pstate = PSTATE_HANDLER;
}

bool arch_in_vector(struct vcpu *vcpu)
{
    return vcpu->pc - READ("vbar_el1") < VECTORS_SIZE;
}
