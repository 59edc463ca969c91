/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stacks, and what happens when EL2 itself takes an exception.
 *
 * Below the CPU's stack lies a page that mmu.c leaves out, so that an overflow faults at once. The
 * panic has a stack of its own above: SP may be anything by then, a guest's struct vcpu for one.
 */
#include "offsets.h"
#include "optional.h"

    .section .stack, "aw", %nobits
    .globl cpu_guard, cpu_stack_top, panic_frame
    .balign 4096
    .type   cpu_guard, %object
cpu_guard:
    .skip   4096
    .size   cpu_guard, . - cpu_guard
    .skip   4096 - STACK_SLOT - PANIC_STACK - PANIC_FRAME
cpu_stack_top:                      /* one for each physical CPU */
    .skip   STACK_SLOT              /* the vCPU whose registers are on the CPU (vectors.S) */
    .skip   PANIC_STACK
panic_frame:
    .skip   PANIC_FRAME
#if FEATURE_SMP
    .skip   7 << STACK_STRIDE_SHIFT /* those of the other CPUs alike: MVP_MAX_CPUS */
#endif

    .section .text.panic_entry, "ax"
    .globl panic_entry
panic_entry:
    msr     tpidr_el2, x0           /* nobody else uses it */
    adrp    x0, panic_frame
    add     x0, x0, :lo12:panic_frame
    ldr     x0, [x0, #PANIC_TAKEN]
    cbnz    x0, panic_halt          /* the panic itself has failed: say no more */
    adrp    x0, panic_frame
    add     x0, x0, :lo12:panic_frame
    stp     x1, x2, [x0, #8]
    stp     x3, x4, [x0, #24]
    stp     x5, x6, [x0, #40]
    stp     x7, x8, [x0, #56]
    stp     x9, x10, [x0, #72]
    stp     x11, x12, [x0, #88]
    stp     x13, x14, [x0, #104]
    stp     x15, x16, [x0, #120]
    stp     x17, x18, [x0, #136]
    stp     x19, x20, [x0, #152]
    stp     x21, x22, [x0, #168]
    stp     x23, x24, [x0, #184]
    stp     x25, x26, [x0, #200]
    stp     x27, x28, [x0, #216]
    stp     x29, x30, [x0, #232]
    mrs     x1, tpidr_el2
    str     x1, [x0]
    mov     x1, sp
    str     x1, [x0, #PANIC_SP]
    mov     x1, #1
    str     x1, [x0, #PANIC_TAKEN]
    mov     sp, x0
    bl      panic
    .globl panic_halt
panic_halt:
    wfi
    b       panic_halt
