/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry, exception vectors, and the one way in and out of a task.
 *
 * The loader puts the image anywhere on a 2 MiB boundary and enters it with the MMU off; the kernel
 * is linked at KERNEL_BASE. Until the MMU is on, only PC-relative addresses are used.
 */
#include "layout.h"

    .section .head, "ax"
    .global _head
/* Linux arm64 Image header (Documentation/arch/arm64/booting.rst). */
_head:
    b start
    .long 0
    .quad 0              /* text_offset */
    .quad _image_size    /* bytes taken at run time */
    .quad 0xa            /* little-endian, 4 KiB pages, anywhere in memory */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

    .macro address reg, symbol
    adrp \reg, \symbol
    add \reg, \reg, :lo12:\symbol
    .endm

    .text
start:
    msr daifset, #0xf
    mov x19, x0          /* device tree, physical */
    mrs x1, CurrentEL
    cmp x1, #(1 << 2)
    b.ne halt            /* made for EL1; there is no console to say so on yet */

    /* Zero what the file does not hold. No line of it may stay behind in a cache. */
    address x1, _bss_start
    address x2, _bss_end
1:  stp xzr, xzr, [x1], #16
    cmp x1, x2
    b.lo 1b
    address x1, boot_stack_end
    mov sp, x1

    mov x0, x19
    address x1, _head
    bl mmu_build
    address x1, _bss_start
    address x2, _bss_end
2:  dc ivac, x1
    add x1, x1, #16
    cmp x1, x2
    b.lo 2b
    dsb sy

    ldr x1, =MMU_MAIR
    msr mair_el1, x1
    ldr x20, =MMU_TCR
    mrs x1, id_aa64mmfr0_el1
    and x1, x1, #7
    bfi x20, x1, #32, #3 /* IPS: as many physical bits as the CPU has */
    msr tcr_el1, x20
    address x1, mmu_low
    msr ttbr0_el1, x1
    address x1, mmu_high
    msr ttbr1_el1, x1
    tlbi vmalle1
    ic iallu
    dsb nsh
    isb
    ldr x1, =MMU_SCTLR
    msr sctlr_el1, x1
    isb
    ldr x1, =high
    br x1

high:
    orr x20, x20, #(1 << 7) /* EPD0: the low half, and with it address 0, is nobody's from here */
    msr tcr_el1, x20
    isb
    tlbi vmalle1
    dsb nsh
    isb
    ldr x1, =boot_stack_end
    mov sp, x1
    ldr x1, =vectors
    msr vbar_el1, x1
    isb
    ldr x0, =FDT_WINDOW
    bfxil x0, x19, #0, #21
    bl kernel_main
halt:
    wfi
    b halt

/* A task's registers live on its own stack while it does not run; struct frame in kernel.h. */
    .macro enter handler
    sub sp, sp, #FRAME_SIZE
    stp x0, x1, [sp, #0]
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x30, x1, [sp, #240]
    str x2, [sp, #256]
    mov x0, sp
    bl \handler
    b resume
    .endm

/* void resume(struct frame *): goes on where that frame was left. */
    .global resume
resume:
    mov sp, x0
    ldr x2, [sp, #256]
    ldp x30, x1, [sp, #240]
    msr spsr_el1, x2
    msr elr_el1, x1
    ldp x28, x29, [sp, #224]
    ldp x26, x27, [sp, #208]
    ldp x24, x25, [sp, #192]
    ldp x22, x23, [sp, #176]
    ldp x20, x21, [sp, #160]
    ldp x18, x19, [sp, #144]
    ldp x16, x17, [sp, #128]
    ldp x14, x15, [sp, #112]
    ldp x12, x13, [sp, #96]
    ldp x10, x11, [sp, #80]
    ldp x8, x9, [sp, #64]
    ldp x6, x7, [sp, #48]
    ldp x4, x5, [sp, #32]
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp, #0]
    add sp, sp, #FRAME_SIZE
    eret

on_sync:
    enter trap_sync
on_irq:
    enter trap_irq
on_other:
    enter trap_other

    .balign 2048
vectors:
    .rept 4              /* from SP_EL0: never used */
    b on_other
    .balign 128
    .endr
    b on_sync
    .balign 128
    b on_irq
    .balign 128
    .rept 10             /* FIQ, SError, and lower exception levels: there are none */
    b on_other
    .balign 128
    .endr

/* uint64_t psci_hvc(function, a, b, c), uint64_t psci_smc(...): SMC Calling Convention. */
    .global psci_hvc
psci_hvc:
    hvc #0
    ret
    .global psci_smc
psci_smc:
    smc #0
    ret

    .bss
    .balign 16
    .skip 4096
boot_stack_end:
