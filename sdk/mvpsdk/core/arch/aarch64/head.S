/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry. The image starts as an arm64 Linux Image does (Linux Documentation/arch/arm64/booting.rst),
 * so every boot loader that starts such a kernel at EL2 starts this: x0 = device tree, MMU off.
 */
#include "offsets.h"

    .section .head, "ax"
    .globl _head
_head:
    b       start
    .long   0
    .quad   0                       /* text_offset */
    .quad   _end - _head            /* bytes that the image takes in memory */
    .quad   0xa                     /* little-endian, 4 KiB pages, anywhere in memory */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

start:
    mov     x1, #0

/* Also where the image starts again after it has moved home. x0 = device tree, x1 = pack, or 0. */
    .globl boot_again
boot_again:
    msr     daifset, #15
    msr     spsel, #1
    mov     x19, x0
    mov     x20, x1
    adrp    x0, _head
    add     x0, x0, :lo12:_head
    adrp    x1, _rela
    add     x1, x1, :lo12:_rela
    adrp    x2, _rela_end
    add     x2, x2, :lo12:_rela_end
relocate:                           /* R_AARCH64_RELATIVE only: offset, type, addend */
    cmp     x1, x2
    b.hs    relocated
    ldp     x3, x4, [x1], #16
    ldr     x5, [x1], #8
    add     x5, x5, x0
    str     x5, [x0, x3]
    b       relocate
relocated:
    adrp    x1, _bss
    add     x1, x1, :lo12:_bss
    adrp    x2, _bss_end
    add     x2, x2, :lo12:_bss_end
zero:
    cmp     x1, x2
    b.hs    zeroed
    stp     xzr, xzr, [x1]
    stp     xzr, xzr, [x1, #16]
    stp     xzr, xzr, [x1, #32]
    stp     xzr, xzr, [x1, #48]
    add     x1, x1, #64
    b       zero
zeroed:
    adrp    x1, cpu_stack_top
    add     x1, x1, :lo12:cpu_stack_top
    mov     sp, x1
    str     xzr, [x1, #STACK_SLOT + PANIC_STACK + PANIC_TAKEN]
    mov     x0, x19
    mov     x1, x20
    mrs     x2, CurrentEL
    b       boot_main

/* boot_jump(x0 = device tree, x1 = pack, x2 = new address of the image): goes on there. */
    .section .text.boot_jump, "ax"
    .globl boot_jump
boot_jump:
    dsb     sy
    ic      iallu
    dsb     sy
    isb
    adrp    x3, _head
    add     x3, x3, :lo12:_head
    adrp    x4, boot_again
    add     x4, x4, :lo12:boot_again
    sub     x4, x4, x3
    add     x2, x2, x4
    br      x2
