/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's lock (smp.h): tickets, so that it is fair. Nothing but these routines touches
 * it. The exits call lock_enter and lock_leave with the guest's registers saved, x0..x2 in use.
 */
#include "offsets.h"

    .macro  lock_at register
    adrp    \register, machine
    add     \register, \register, :lo12:machine
    .endm

/* Uses x9..x12. */
    .macro  take_ticket
    lock_at x10
1:  ldaxr   w11, [x10]
    add     w12, w11, #0x10000      /* the next ticket, in the upper half */
    stxr    w13, w12, [x10]
    cbnz    w13, 1b
    and     w12, w11, #0xffff
    cmp     w12, w11, lsr #16
    b.eq    3f
    sevl
2:  wfe                             /* a store to what was loaded exclusively is an event */
    ldaxrh  w12, [x10]
    cmp     w12, w11, lsr #16
    b.ne    2b
3:  ldr     w12, [x9, #CPU_INDEX]
    str     w12, [x10, #SMP_HERE]
    .endm

    .macro  give_ticket
    ldrh    w11, [x10]
    add     w11, w11, #1
    stlrh   w11, [x10]
    .endm

/* lock_enter(x0 = vcpu on this CPU): keeps x0, x1, x2. */
    .section .text.lock_enter, "ax"
    .globl  lock_enter
    .type   lock_enter, %function
lock_enter:
    ldr     x9, [x0, #VCPU_HOME]
    take_ticket
    ldr     w12, [x10, #SMP_STILL]
    cbnz    w12, lock_door
    ret
lock_door:                          /* others are to stand still: x9 = this CPU */
    stp     x0, x1, [sp, #-32]!
    stp     x2, x30, [sp, #16]
    mov     x0, x9
    bl      smp_door
    mov     w9, w0
    ldp     x2, x30, [sp, #16]
    ldp     x0, x1, [sp], #32
    cbz     w9, exit_void           /* vectors.S */
    ret
    .size   lock_enter, . - lock_enter

/* lock_leave: on the way to a guest, nothing in use but x0 and SP. */
    .section .text.lock_leave, "ax"
    .globl  lock_leave
    .type   lock_leave, %function
lock_leave:
    lock_at x10
    ldr     w12, [x10, #SMP_STILL]
    cbnz    w12, lock_release
    give_ticket
    ret
lock_release:
    stp     x0, x30, [sp, #-16]!
    bl      smp_release
    ldp     x0, x30, [sp], #16
    lock_at x10
    give_ticket
    ret
    .size   lock_leave, . - lock_leave

/* arch_lock(x0 = cpu) */
    .section .text.arch_lock, "ax"
    .globl  arch_lock
    .type   arch_lock, %function
arch_lock:
    mov     x9, x0
    take_ticket
    ret
    .size   arch_lock, . - arch_lock

    .section .text.arch_unlock, "ax"
    .globl  arch_unlock
    .type   arch_unlock, %function
arch_unlock:
    lock_at x10
    give_ticket
    ret
    .size   arch_unlock, . - arch_unlock
