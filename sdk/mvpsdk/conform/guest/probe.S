/* SPDX-License-Identifier: Apache-2.0 */
/* One access each, in the forms that matter: the vector steps over the one that is aborted. */

    .macro probe name, instructions:vararg
    .global \name
\name:
    \instructions
    ret
    .endm

/* x0: address, x1: value; what was read comes back in x0. */
    probe probe_read1, ldrb w0, [x0]
    probe probe_read2, ldrh w0, [x0]
    probe probe_read4, ldr w0, [x0]
    probe probe_read8, ldr x0, [x0]
    probe probe_write1, strb w1, [x0]
    probe probe_write2, strh w1, [x0]
    probe probe_write4, str w1, [x0]
    probe probe_write8, str x1, [x0]
    probe probe_signed1, ldrsb x0, [x0]
    probe probe_signed1_32, ldrsb w0, [x0]
    probe probe_to_nowhere, ldr wzr, [x0]
    probe probe_zero, str wzr, [x0]

    .global probe_pair
probe_pair:
    ldp w2, w3, [x0]
    ret

/* Into x28, which calls of C keep: the hypervisor's light exits do not save it. */
    .global probe_kept
probe_kept:
    mov x2, x28
    ldr w28, [x0]
    mov x0, x28
    mov x28, x2
    ret

/* probe_fetch(address): runs what is there; an abort comes back here. */
    .global probe_fetch
probe_fetch:
    stp x29, x30, [sp, #-16]!
    blr x0
    ldp x29, x30, [sp], #16
    ret

/* call(x0 = 18 registers, in and out, x1 = 1: by SMC). */
    .global call_registers
call_registers:
    stp x29, x30, [sp, #-32]!
    stp x19, x20, [sp, #16]
    mov x19, x0
    mov x20, x1
    ldp x0, x1, [x19, #0]
    ldp x2, x3, [x19, #16]
    ldp x4, x5, [x19, #32]
    ldp x6, x7, [x19, #48]
    ldp x8, x9, [x19, #64]
    ldp x10, x11, [x19, #80]
    ldp x12, x13, [x19, #96]
    ldp x14, x15, [x19, #112]
    ldp x16, x17, [x19, #128]
    cbnz x20, 1f
    hvc #0
    b 2f
1:  smc #0
2:  stp x0, x1, [x19, #0]
    stp x2, x3, [x19, #16]
    stp x4, x5, [x19, #32]
    stp x6, x7, [x19, #48]
    stp x8, x9, [x19, #64]
    stp x10, x11, [x19, #80]
    stp x12, x13, [x19, #96]
    stp x14, x15, [x19, #112]
    stp x16, x17, [x19, #128]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #32
    ret
