/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry and vectors of the hostile persona, and the three ways in which it attacks: code tried at an
 * exception level, a call with all registers, interrupts that never end.
 */
#include "offsets.h"

    .macro address reg, symbol
    adrp \reg, \symbol
    add \reg, \reg, :lo12:\symbol
    .endm

    .section .head, "ax"
    .global _head
_head: /* arm64 Image header */
    nop
    b start
    .quad 0                         /* text_offset */
    .quad _size                     /* image_size */
    .quad 0xa                       /* little-endian, 4 KiB pages, anywhere */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0
    .global groups, calls           /* at 64 and 72: the test sets them in the image */
groups:
    .quad -1
calls:
    .quad 1000

    .text
start:
    address x0, _stack_end
    mov sp, x0
    address x0, vectors
    msr vbar_el1, x0
    mov x0, #(3 << 20)              /* CPACR_EL1.FPEN */
    msr cpacr_el1, x0
    isb
    b hostile_main

/* attempt(x0 = code, x1 = SPSR, x2 = x0..x3 for it): jump there; whatever exception ends it, what it
 * was stands in `outcome` when this returns. */
    .global attempt
attempt:
    address x3, saved
    stp x19, x20, [x3, #0]
    stp x21, x22, [x3, #16]
    stp x23, x24, [x3, #32]
    stp x25, x26, [x3, #48]
    stp x27, x28, [x3, #64]
    stp x29, x30, [x3, #80]
    mov x4, sp
    str x4, [x3, #96]
    msr elr_el1, x0
    msr spsr_el1, x1
    mov x4, x2
    ldp x0, x1, [x4, #0]
    ldp x2, x3, [x4, #16]
    eret

    .macro vector n
    .balign 128
    msr tpidr_el1, x0
    mov x0, #\n
    b caught
    .endm

    .balign 2048
    .global vectors
vectors:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    vector \n
    .endr
    .balign 128

caught:
    msr tpidrro_el0, x1
    address x1, outcome
    str x0, [x1, #OUTCOME_VECTOR]
    mrs x0, tpidr_el1
    str x0, [x1, #OUTCOME_X]
    mrs x0, tpidrro_el0
    stp x0, x2, [x1, #OUTCOME_X + 8]
    str x3, [x1, #OUTCOME_X + 24]
    mrs x0, esr_el1
    mrs x2, far_el1
    stp x0, x2, [x1, #OUTCOME_ESR]
    mrs x0, elr_el1
    mrs x2, spsr_el1
    stp x0, x2, [x1, #OUTCOME_ELR]
    address x3, saved
    ldr x0, [x3, #96]
    mov sp, x0
    ldp x19, x20, [x3, #0]
    ldp x21, x22, [x3, #16]
    ldp x23, x24, [x3, #32]
    ldp x25, x26, [x3, #48]
    ldp x27, x28, [x3, #64]
    ldp x29, x30, [x3, #80]
    ret

/* call_hvc, call_smc(x0 = x0..x30): all registers go in, all come back. */
    .macro call_all name, instruction
    .global \name
\name:
    address x3, saved
    stp x19, x20, [x3, #0]
    stp x21, x22, [x3, #16]
    stp x23, x24, [x3, #32]
    stp x25, x26, [x3, #48]
    stp x27, x28, [x3, #64]
    stp x29, x30, [x3, #80]
    msr tpidr_el1, x0
    ldp x1, x2, [x0, #8]
    ldp x3, x4, [x0, #24]
    ldp x5, x6, [x0, #40]
    ldp x7, x8, [x0, #56]
    ldp x9, x10, [x0, #72]
    ldp x11, x12, [x0, #88]
    ldp x13, x14, [x0, #104]
    ldp x15, x16, [x0, #120]
    ldp x17, x18, [x0, #136]
    ldp x19, x20, [x0, #152]
    ldp x21, x22, [x0, #168]
    ldp x23, x24, [x0, #184]
    ldp x25, x26, [x0, #200]
    ldp x27, x28, [x0, #216]
    ldp x29, x30, [x0, #232]
    ldr x0, [x0]
    \instruction
    msr tpidrro_el0, x0
    mrs x0, tpidr_el1
    stp x1, x2, [x0, #8]
    stp x3, x4, [x0, #24]
    stp x5, x6, [x0, #40]
    stp x7, x8, [x0, #56]
    stp x9, x10, [x0, #72]
    stp x11, x12, [x0, #88]
    stp x13, x14, [x0, #104]
    stp x15, x16, [x0, #120]
    stp x17, x18, [x0, #136]
    stp x19, x20, [x0, #152]
    stp x21, x22, [x0, #168]
    stp x23, x24, [x0, #184]
    stp x25, x26, [x0, #200]
    stp x27, x28, [x0, #216]
    stp x29, x30, [x0, #232]
    mrs x1, tpidrro_el0
    str x1, [x0]
    address x3, saved
    ldp x19, x20, [x3, #0]
    ldp x21, x22, [x3, #16]
    ldp x23, x24, [x3, #32]
    ldp x25, x26, [x3, #48]
    ldp x27, x28, [x3, #64]
    ldp x29, x30, [x3, #80]
    ret
    .endm

    call_all call_hvc, "hvc #0"
    call_all call_smc, "smc #0"

/* keep(x0 = virtual counter at which it ends): how many of x1..x30 have changed by then. */
    .global keep
keep:
    address x1, saved
    stp x19, x20, [x1, #0]
    stp x21, x22, [x1, #16]
    stp x23, x24, [x1, #32]
    stp x25, x26, [x1, #48]
    stp x27, x28, [x1, #64]
    stp x29, x30, [x1, #80]
    .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    mov x\n, #0xa500 + \n
    .endr
1:  mrs x1, cntvct_el0
    cmp x1, x0
    b.lo 1b
    mov x0, #0
    .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    mov x1, #0xa500 + \n
    cmp x\n, x1
    cinc x0, x0, ne
    .endr
    address x1, saved
    ldp x19, x20, [x1, #0]
    ldp x21, x22, [x1, #16]
    ldp x23, x24, [x1, #32]
    ldp x25, x26, [x1, #48]
    ldp x27, x28, [x1, #64]
    ldp x29, x30, [x1, #80]
    ret

/* Vectors of the storms: each interrupt is counted and ended, and what made it is left as it is.
 * x18 is the value that is written to ICC_SGI1R_EL1 each time, if it is not 0. */
    .balign 2048
    .global storm_vectors
storm_vectors:
    .rept 5
    b .
    .balign 128
    .endr
    b 1f
    .balign 128
    .rept 10
    b .
    .balign 128
    .endr
1:  stp x0, x1, [sp, #-16]!
    address x0, storm_count
    ldr x1, [x0]
    add x1, x1, #1
    str x1, [x0]
    mrs x1, s3_0_c12_c12_0          /* ICC_IAR1_EL1 */
    str x1, [x0, #8]
    msr s3_0_c12_c12_1, x1          /* ICC_EOIR1_EL1 */
    cbz x18, 2f
    msr s3_0_c12_c11_5, x18         /* ICC_SGI1R_EL1 */
2:  mrs x0, cntvct_el0
    cmp x0, x17
    b.lo 3f
    mrs x0, spsr_el1                /* over: nothing else would run as long as it lasts */
    orr x0, x0, #0x80
    msr spsr_el1, x0
3:  ldp x0, x1, [sp], #16
    eret

/* storm(x0 = virtual counter at which it ends, x1 = x18, x2 = 1: with WFI) */
    .global storm
storm:
    mov x17, x0
    mov x18, x1
    cbz x1, 1f
    msr s3_0_c12_c11_5, x1
1:  msr daifclr, #2
2:  cbz x2, 3f
    wfi
3:  isb
    mrs x3, cntvct_el0
    cmp x3, x17
    b.lo 2b
    msr daifset, #2
    ret

    .bss
    .balign 16
saved:
    .skip 112
    .global storm_count
storm_count:
    .skip 16
