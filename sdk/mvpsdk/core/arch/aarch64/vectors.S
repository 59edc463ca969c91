/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions to EL2, and the way back.
 *
 * While a guest runs, SP_EL2 points at its struct vcpu, whose first field is x0..x30: an exit stores
 * what C may change and takes the CPU's stack from the vCPU. The slot at the stack's top names the
 * vCPU on the CPU. HVC and interrupts save only what the AAPCS64 lets C change (x0..x17, x30; the
 * core is compiled with x18 fixed); the rest is saved only if the vCPU is switched away.
 */
#include "offsets.h"
#include "optional.h"

    .macro save_few
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    str     x30, [sp, #240]
    .endm

    .macro to_stack                 /* x0 = vcpu */
    mov     x0, sp
    ldr     x2, [x0, #VCPU_STACK]
    mov     sp, x2
    .endm

    .macro enter_locked             /* x0 = vcpu; with one CPU there is nobody to lock out */
#if FEATURE_SMP
    bl      lock_enter
#endif
    .endm

    .macro leave_locked
#if FEATURE_SMP
    bl      lock_leave
#endif
    .endm

    .macro save_high v              /* of vcpu v */
    stp     x18, x19, [\v, #144]
    stp     x20, x21, [\v, #160]
    stp     x22, x23, [\v, #176]
    stp     x24, x25, [\v, #192]
    stp     x26, x27, [\v, #208]
    stp     x28, x29, [\v, #224]
    .endm

    .macro save_state v             /* of vcpu v; uses x2, x3 */
    mrs     x2, elr_el2
    mrs     x3, spsr_el2
    stp     x2, x3, [\v, #VCPU_PC]
    .endm

    .macro load_low                 /* x2..x17, x30 from sp */
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldr     x30, [sp, #240]
    .endm

    .macro resume_few
    leave_locked
    ldr     x0, [sp]
    mov     sp, x0
    load_low
    ldp     x0, x1, [sp, #0]
    eret
    .endm

    .macro next_instruction         /* uses x2 */
    mrs     x2, elr_el2
    add     x2, x2, #4
    msr     elr_el2, x2
    .endm

    .macro slot number              /* an error if the one before it has outgrown its 128 bytes */
    .org    vectors + \number * 128
    .endm

/* 16 slots of 32 instructions each (Arm DDI 0487, D1.3.1.4). Most need one; what the others are too
 * small for stands behind it there. */
    .section .vectors, "ax"
    .balign 2048
    .globl  vectors
vectors:
    slot 0                          /* from EL2 with SP_EL0: never used */
    b       panic_entry

sync_other:                         /* x0 = vcpu, x1 = syndrome, x2 = exception class */
    save_high x0
    cmp     x2, #0x24               /* data abort */
    b.ne    sync_register
    mrs     x2, far_el2
    mrs     x3, hpfar_el2
    bl      trap_data
    cbnz    w0, sync_rare
step:
    next_instruction
    resume_few

    slot 1
    b       panic_entry

sync_register:
    cmp     x2, #0x18               /* MSR, MRS, system instruction */
    b.ne    sync_full
    bl      trap_register
    cbz     w0, step
sync_rare:                          /* w0: enum trap_outcome */
    mov     w1, w0
    ldr     x0, [sp]
    cmp     w1, #2                  /* TRAP_RELOAD */
    b.hi    sync_refused
    b.lo    sync_served
    next_instruction
    b       resume_registers
sync_served:
    save_state x0
    bl      trap_served
    cbz     x0, resume_all
    b       switch_all
sync_refused:
    mrs     x1, esr_el2
sync_full:
    save_state x0
    mrs     x2, far_el2
    mrs     x3, hpfar_el2
    bl      trap_sync
    cbz     x0, resume_all
    b       switch_all

    slot 2
    b       panic_entry

serror_full:
    save_high x0
    save_state x0
    bl      trap_serror
    cbz     x0, resume_all
    b       switch_all

switch_few:                         /* x0 = next */
    ldr     x1, [sp]
    save_high x1
    save_state x1
switch_all:
    ldr     x1, [sp]
    str     x0, [sp]
    bl      context_switch
    b       resume_all

    slot 3
    b       panic_entry

resume_all:
    ldr     x0, [sp]
    ldp     x2, x3, [x0, #VCPU_PC]
    msr     elr_el2, x2
    msr     spsr_el2, x3
resume_registers:                   /* x0 = vcpu */
    leave_locked
    mov     sp, x0
    load_low
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldp     x0, x1, [sp, #0]
    eret

    slot 4                          /* from EL2: our own fault */
    b       panic_entry
    slot 5
    b       panic_entry
    slot 6
    b       panic_entry
    slot 7
    b       panic_entry

    slot 8                          /* from a guest in AArch64: synchronous */
    save_few
    mrs     x1, esr_el2
    to_stack
    enter_locked
    lsr     x2, x1, #26
    cmp     x2, #0x16               /* HVC */
    b.ne    sync_other
    bl      trap_hvc
    cbnz    x0, switch_few
    b       resume

    slot 9                          /* IRQ */
    save_few
    to_stack
    enter_locked
    bl      trap_irq
    cbnz    x0, switch_few
resume:
    resume_few

    slot 10                         /* FIQ: nothing is in group 0 */
    b       panic_entry
    slot 11                         /* SError */
    save_few
    mrs     x1, esr_el2
    to_stack
    enter_locked
    b       serror_full

    slot 12                         /* from a guest in AArch32 */
    b       panic_entry
    slot 13
    b       panic_entry
    slot 14
    b       panic_entry
    slot 15
    b       panic_entry

/* enter(x0 = vcpu): the first guest on this CPU. */
    .globl  enter
enter:
    ldr     x1, [x0, #VCPU_STACK]
    mov     sp, x1
    str     x0, [sp]
    mov     x1, #0
    bl      context_switch
    b       resume_all

#if FEATURE_SMP
    .globl  exit_void               /* from lock_enter: the vCPU is not what it was when it trapped */
exit_void:
    save_high x0
    save_state x0
    ldr     x0, [x0, #VCPU_HOME]
    bl      sched_run
    b       switch_all
#endif
