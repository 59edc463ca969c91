/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors that look at the counter before anything else, and a pattern in the FP registers. */
    .arch armv8-a+fp+simd

/* As the library's own, but for the counter. TPIDR_EL0 and TPIDR_EL1 are nobody's here. */
    .section .text.probe, "ax"
on_irq:
    msr tpidr_el1, x0
    mrs x0, cntvct_el0              /* the second instruction of the vector's four */
    msr tpidr_el0, x0
    mrs x0, tpidr_el1
    stp x0, x1, [sp, #-176]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x29, [sp, #144]
    str x30, [sp, #160]
    mrs x0, tpidr_el0
    bl probe_irq
    ldr x30, [sp, #160]
    ldp x18, x29, [sp, #144]
    ldp x16, x17, [sp, #128]
    ldp x14, x15, [sp, #112]
    ldp x12, x13, [sp, #96]
    ldp x10, x11, [sp, #80]
    ldp x8, x9, [sp, #64]
    ldp x6, x7, [sp, #48]
    ldp x4, x5, [sp, #32]
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp], #176
    eret

on_exception:
    mrs x0, esr_el1
    mrs x1, far_el1
    mrs x2, elr_el1
    b rt_exception

    .balign 2048
vectors:
    .rept 5
    b on_exception
    .balign 128
    .endr
    b on_irq
    .balign 128
    .rept 10
    b on_exception
    .balign 128
    .endr

    .global probe_start
probe_start:
    adrp x0, vectors
    add x0, x0, :lo12:vectors
    msr vbar_el1, x0
    mov x0, #(3 << 20)              /* CPACR_EL1.FPEN */
    msr cpacr_el1, x0
    isb
    ret

#include "fp.inc"
