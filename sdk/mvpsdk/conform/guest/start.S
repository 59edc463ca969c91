/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of the first vCPU and of the others, and the exception vectors.
 *
 * What a vCPU is entered with stays in registers until the MMU is on: the words that it writes
 * before are not what another vCPU reads through its cache.
 */
#include "offsets.h"

#define R_AARCH64_RELATIVE 1027 /* Arm IHI 0056, section 5.7.18 */
#define MAIR 0x00ff             /* attribute 0: normal write-back; 1: device-nGnRnE */
#define TCR 0x803519            /* 39 bits, 4 KiB granule, write-back inner-shareable, EPD1 */
#define SCTLR_ON 0x30d0180d     /* RES1 bits, MMU, caches, stack alignment */

    .macro address reg, symbol
    adrp \reg, \symbol
    add \reg, \reg, :lo12:\symbol
    .endm

    .section .head, "ax"
    .global _head
_head: /* arm64 Image header (Linux Documentation/arch/arm64/booting.rst) */
    b start
    .long 0
    .quad 0            /* text_offset */
    .quad _end - _head /* image_size, a difference: nothing relocates it */
    .quad 0xa          /* little-endian, 4 KiB pages, anywhere */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

    .text
    /* x19..x22: x0..x3 as they came; x23: CurrentEL; x24: DAIF; x25: SPSel; x26: SCTLR; x27: the
     * timers' control registers; x28: this vCPU's number. */
    .macro keep_entry
    mov x19, x0
    mov x20, x1
    mov x21, x2
    mov x22, x3
    mrs x23, CurrentEL
    mrs x24, daif
    mrs x25, spsel
    mrs x26, sctlr_el1
    mrs x27, cntv_ctl_el0
    mrs x1, cntp_ctl_el0
    orr x27, x27, x1, lsl #8
    mrs x28, mpidr_el1
    and x28, x28, #0xff
    msr daifset, #0xf
    msr spsel, #1
    .endm

    /* The MMU, the vectors and this vCPU's place in cpus[]. */
    .macro switch_on
    ldr x1, =MAIR
    msr mair_el1, x1
    ldr x1, =TCR
    mrs x2, id_aa64mmfr0_el1
    and x2, x2, #7
    orr x1, x1, x2, lsl #32
    msr tcr_el1, x1
    address x1, table
    msr ttbr0_el1, x1
    tlbi vmalle1
    ic iallu
    dsb nsh
    isb
    ldr x1, =SCTLR_ON
    msr sctlr_el1, x1
    isb

    address x1, vectors
    msr vbar_el1, x1
    mov x1, #(3 << 20)              /* CPACR_EL1.FPEN */
    msr cpacr_el1, x1
    address x0, cpus
    mov x1, #CPU_STRIDE
    madd x0, x28, x1, x0
    msr tpidr_el1, x0
    isb
    .endm

    /* What was kept, into the struct entry at x1. */
    .macro store_entry
    stp x19, x20, [x1, #ENTRY_X0]
    stp x21, x22, [x1, #ENTRY_X0 + 16]
    stp x23, x24, [x1, #ENTRY_LEVEL]
    stp x25, x26, [x1, #ENTRY_SPSEL]
    address x2, _head
    stp x27, x2, [x1, #ENTRY_TIMERS]
    .endm

start:
    keep_entry

    /* Relocate: word at base + offset = base + addend. */
    address x1, _head
    address x2, _rela_start
    address x3, _rela_end
1:  cmp x2, x3
    b.hs 2f
    ldp x4, x5, [x2], #16
    ldr x6, [x2], #8
    cmp x5, #R_AARCH64_RELATIVE
    b.ne halt
    add x6, x6, x1
    str x6, [x1, x4]
    b 1b

2:  address x1, _bss_start
    address x2, _end
3:  stp xzr, xzr, [x1], #16
    cmp x1, x2
    b.lo 3b

    /* Level 1 of the only table: device, RAM's GiB, devices. */
    address x1, table
    mov x2, #0x405                  /* accessed, attribute 1, a block */
    movk x2, #0x60, lsl #48         /* never executed */
    mov x3, #0x701                  /* accessed, inner-shareable, attribute 0, a block */
    mov x4, #0x40000000
    mov x5, #0
4:  cmp x5, #1
    csel x6, x3, x2, eq
    madd x6, x5, x4, x6
    str x6, [x1, x5, lsl #3]
    add x5, x5, #1
    cmp x5, #512
    b.lo 4b

    /* What a cache may hold of all that was written is from before. */
    mrs x3, ctr_el0
    ubfx x3, x3, #16, #4
    mov x4, #4
    lsl x3, x4, x3
    address x1, _data_start
    address x2, _end
5:  dc ivac, x1
    add x1, x1, x3
    cmp x1, x2
    b.lo 5b
    dsb sy
    b on

    .global secondary
secondary:
    keep_entry

on: switch_on
    address x1, stacks + STACK_SIZE
    mov x2, #STACK_SIZE
    madd x1, x28, x2, x1
    mov sp, x1
    sub sp, sp, #ENTRY_SIZE
    mov x1, sp
    store_entry
    mov x0, x28
    bl conform_start
halt:
    wfi
    b halt

    /* x0: the context, x1: struct entry, x2: where the counter goes. What C needs again lies on the
     * stack, and the stack in `asleep`. */
    .global system_suspend
system_suspend:
    stp x29, x30, [sp, #-112]!
    stp x27, x28, [sp, #16]
    stp x25, x26, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x21, x22, [sp, #64]
    stp x19, x20, [sp, #80]
    stp x1, x2, [sp, #96]
    address x3, asleep
    mov x4, sp
    str x4, [x3]
    mov x2, x0
    address x1, resumed
    mov x0, #0xe                    /* SYSTEM_SUSPEND, 64-bit */
    movk x0, #0xc400, lsl #16
    hvc #0
    b 1f

    .global resumed
resumed:
    mrs x1, cntpct_el0
    keep_entry
    switch_on
    address x3, asleep
    ldr x4, [x3]
    mov sp, x4
    ldp x1, x2, [sp, #96]
    str x20, [x2]
    store_entry
    mov x0, #1
1:  ldp x19, x20, [sp, #80]
    ldp x21, x22, [sp, #64]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #32]
    ldp x27, x28, [sp, #16]
    ldp x29, x30, [sp], #112
    ret

/* An exception that a probe provokes, or that should not come: noted, and stepped over. A fetch that
 * failed goes back to who called. */
on_sync:
    msr tpidr_el0, x0
    mrs x0, tpidr_el1
    stp x1, x2, [x0, #CPU_SAVED]
    ldr x1, [x0, #CPU_COUNT]
    add x1, x1, #1
    mrs x2, esr_el1
    stp x1, x2, [x0, #CPU_COUNT]
    mrs x1, far_el1
    mrs x2, elr_el1
    stp x1, x2, [x0, #CPU_FAR]
    ldp x1, x2, [x0, #CPU_ARMED]
    cbnz x1, 1f
    add x2, x2, #1
    str x2, [x0, #CPU_STRAYS]
    mrs x1, esr_el1
    mrs x2, elr_el1
    stp x1, x2, [x0, #CPU_STRAY_ESR]
1:  mrs x1, esr_el1
    lsr x1, x1, #27
    cmp x1, #(0x20 >> 1)            /* instruction abort, from either level */
    mrs x2, elr_el1
    add x2, x2, #4
    csel x2, x30, x2, eq
    msr elr_el1, x2
    ldp x1, x2, [x0, #CPU_SAVED]
    mrs x0, tpidr_el0
    eret

/* Interrupts may nest: a handler that unmasks them finds its return address again. */
    .macro interrupt handler
    stp x0, x1, [sp, #-192]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x29, [sp, #144]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x30, x0, [sp, #160]
    str x1, [sp, #176]
    bl \handler
    ldr x1, [sp, #176]
    ldp x30, x0, [sp, #160]
    msr elr_el1, x0
    msr spsr_el1, x1
    ldp x18, x29, [sp, #144]
    ldp x16, x17, [sp, #128]
    ldp x14, x15, [sp, #112]
    ldp x12, x13, [sp, #96]
    ldp x10, x11, [sp, #80]
    ldp x8, x9, [sp, #64]
    ldp x6, x7, [sp, #48]
    ldp x4, x5, [sp, #32]
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp], #192
    eret
    .endm

on_irq:
    interrupt conform_irq
on_fiq:
    interrupt conform_fiq

    .balign 2048
vectors:
    .rept 5              /* from SP_EL0, which is never used; synchronous */
    b on_sync
    .balign 128
    .endr
    b on_irq
    .balign 128
    b on_fiq
    .balign 128
    .rept 9              /* SError, and lower exception levels: there are none */
    b on_sync
    .balign 128
    .endr

    .bss
    .balign 4096
table:
    .skip 4096
asleep:
    .skip 16
stacks:
    .skip CPUS_MAX * STACK_SIZE
