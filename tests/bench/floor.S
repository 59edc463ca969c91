/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: the least that software at EL2 can cost. It traps what a hypervisor must trap, does the
 * access or passes the interrupt on, and returns. No partition, no check, one register saved. Knows
 * its guest: at GUEST, which touches the GIC by w0 and [x1] only.
 */
#define GUEST 0x44000000
#define LR_PENDING_GROUP1 (5 << 60 | 0x80 << 48)     /* state, group, priority (ICH_LR<n>_EL2) */

    .section .head, "ax"
    .global _head
_head: /* arm64 Image header, so that QEMU enters at EL2 as it would Linux */
    b start
    .long 0
    .quad 0, 0x10000, 0xa, 0, 0, 0
    .ascii "ARM\x64"
    .long 0

start:
    adr x1, vectors
    msr vbar_el2, x1
    adr x1, stage2
    msr vttbr_el2, x1
    ldr x1, =0x80023560             /* VTCR: 4 GiB from level 1, 4 KiB, write-back, 40-bit PA */
    msr vtcr_el2, x1
    ldr x1, =0x80000019             /* HCR: RW, IMO, FMO, VM */
    msr hcr_el2, x1
    mov x1, #3
    msr cnthctl_el2, x1
    msr cntvoff_el2, xzr
    mov x1, #0xf
    msr icc_sre_el2, x1
    isb
    mov x1, #0xf0
    msr icc_pmr_el1, x1
    mov x1, #2                      /* EOIR drops the priority, the guest's EOI deactivates */
    msr icc_ctlr_el1, x1
    mov x1, #1
    msr icc_igrpen1_el1, x1
    msr ich_hcr_el2, x1
    ldr x1, =0x30d00800
    msr sctlr_el1, x1
    mov x1, #0x3c5
    msr spsr_el2, x1
    ldr x1, =GUEST
    msr elr_el2, x1
    isb
    eret

sync:
    msr tpidr_el2, x2
    mrs x2, esr_el2
    lsr x2, x2, #26
    cmp x2, #0x16                   /* HVC: the answer is x0 as it is */
    b.eq back
    cmp x2, #0x24                   /* data abort; else a write of ICC_SGI1R */
    mrs x2, elr_el2
    add x2, x2, #4
    msr elr_el2, x2
    b.ne sgi
    mrs x2, esr_el2
    tbnz x2, #6, 1f                 /* WnR */
    ldr w0, [x1]
    b back
1:  str w0, [x1]
back:
    mrs x2, tpidr_el2
    eret
sgi:
    ldr x2, =LR_PENDING_GROUP1 | 1
    msr ich_lr1_el2, x2
    b back
irq:
    msr tpidr_el2, x2
    mrs x2, icc_iar1_el1
    msr icc_eoir1_el1, x2
    ldr x2, =LR_PENDING_GROUP1 | 1 << 61 | 27 << 32 | 27     /* HW */
    msr ich_lr0_el2, x2
    b back

    .ltorg
    .balign 2048
vectors:
    .rept 8
    b .
    .balign 128
    .endr
    b sync
    .balign 128
    b irq
    .balign 4096
stage2: /* nothing in the first GiB, RAM in the second */
    .quad 0, 0x400007fd, 0, 0
    .balign 4096
