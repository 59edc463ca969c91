/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the other CPUs enter, as PSCI's CPU_ON or a spin table has it: EL2, MMU off. A CPU finds by
 * its affinity which one it is; until the MMU is on it reads nothing but struct secondaries, which
 * the first CPU has cleaned out to memory, and writes nothing.
 */
#include "offsets.h"

#define CURRENT_EL2 8
#define CPUS 8 /* MVP_MAX_CPUS */

    .section .text.secondary_entry, "ax"
    .globl  secondary_entry
secondary_entry:
    msr     daifset, #15
    msr     spsel, #1
    mrs     x1, CurrentEL
    cmp     x1, #CURRENT_EL2
    b.ne    park
    mrs     x1, mpidr_el1
    mov     x2, #0xffffff
    movk    x2, #0xff, lsl #32
    and     x1, x1, x2
    adrp    x2, secondaries
    add     x2, x2, :lo12:secondaries
    mov     x0, #0
which:
    ldr     x3, [x2, x0, lsl #3]
    cmp     x3, x1
    b.eq    found
    add     x0, x0, #1
    cmp     x0, #CPUS
    b.lo    which
park:                               /* nobody asked for this one */
    wfi
    b       park
found:
    ldp     x3, x4, [x2, #SECONDARY_TABLES]
    ldp     x5, x6, [x2, #SECONDARY_TABLES + 16]
    msr     ttbr0_el2, x3
    msr     tcr_el2, x4
    msr     mair_el2, x5
    isb
    tlbi    alle2
    dsb     sy
    ic      iallu
    dsb     sy
    isb
    msr     sctlr_el2, x6
    isb
    adrp    x1, cpu_stack_top
    add     x1, x1, :lo12:cpu_stack_top
    add     x1, x1, x0, lsl #STACK_STRIDE_SHIFT
    mov     sp, x1
    b       secondary_main
