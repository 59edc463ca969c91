/* SPDX-License-Identifier: Apache-2.0 */
/* Entry and the one vector that matters of the EL2 stub; stub.c says what it is for. */
    .section .head, "ax"
    .global _head
_head: /* arm64 Image header, so that QEMU enters it at EL2 as it would Linux */
    b start
    .long 0
    .quad 0, 0x10000, 0xa, 0, 0, 0
    .ascii "ARM\x64"
    .long 0

start:
    adrp x0, stack_end
    add x0, x0, :lo12:stack_end
    mov sp, x0
    adrp x0, vectors
    add x0, x0, :lo12:vectors
    msr vbar_el2, x0
    b stub_start

on_call:
    stp x0, x1, [sp, #-176]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x30, [sp, #144]
    mov x0, sp
    bl stub_call
    ldp x18, x30, [sp, #144]
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

    .balign 2048
vectors:
    .rept 8
    b .
    .balign 128
    .endr
    b on_call

    .bss
    .balign 16
    .skip 4096
stack_end:
