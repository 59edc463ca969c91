/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory functions that a compiler may call of its own accord even where it is told that there
 * is no library (GCC manual, "Language Standards Supported by GCC"), and that bytes.c calls. Where
 * both ends are 8-byte aligned they move pairs of registers, which is allowed with the MMU off, too.
 */
    .section .text.memmove, "ax"
    .globl  memcpy
    .globl  memmove
    .type   memcpy, %function
    .type   memmove, %function
memcpy:
memmove:                            /* x0 = to, x1 = from, x2 = bytes; returns x0 */
    orr     x4, x0, x1
    sub     x3, x0, x1
    cmp     x3, x2
    b.lo    .Lbackward                /* `to` lies inside of what is read */
    mov     x3, x0
    tst     x4, #7
    b.ne    .Lbytes
    subs    x2, x2, #32
    b.lo    .Lrest
.Lpairs:
    ldp     x4, x5, [x1], #32
    ldp     x6, x7, [x1, #-16]
    stp     x4, x5, [x3], #32
    stp     x6, x7, [x3, #-16]
    subs    x2, x2, #32
    b.hs    .Lpairs
.Lrest:
    add     x2, x2, #32
.Lbytes:
    cbz     x2, .Ldone
    ldrb    w4, [x1], #1
    strb    w4, [x3], #1
    sub     x2, x2, #1
    b       .Lbytes
.Lbackward:
    add     x3, x0, x2
    add     x1, x1, x2
    orr     x4, x4, x2
    tst     x4, #15                 /* a pack has whole pages, and so has its move */
    b.ne    .Lback_bytes
.Lback_pairs:
    cbz     x2, .Ldone
    ldp     x4, x5, [x1, #-16]!
    stp     x4, x5, [x3, #-16]!
    sub     x2, x2, #16
    b       .Lback_pairs
.Lback_bytes:
    cbz     x2, .Ldone
    ldrb    w4, [x1, #-1]!
    strb    w4, [x3, #-1]!
    sub     x2, x2, #1
    b       .Lback_bytes
.Ldone:
    ret
    .size   memcpy, . - memcpy
    .size   memmove, . - memmove

    .section .text.memset, "ax"
    .globl  memset
    .type   memset, %function
memset:                             /* x0 = to, w1 = value, x2 = bytes; returns x0 */
    mov     x3, x0
    tst     x0, #7
    ccmp    w1, #0, #0, eq          /* aligned, and zeros: the one case that matters */
    b.ne    .Lfill
    subs    x2, x2, #64
    b.lo    .Lfill_rest
.Lzeros:
    stp     xzr, xzr, [x3], #64
    stp     xzr, xzr, [x3, #-48]
    stp     xzr, xzr, [x3, #-32]
    stp     xzr, xzr, [x3, #-16]
    subs    x2, x2, #64
    b.hs    .Lzeros
.Lfill_rest:
    add     x2, x2, #64
.Lfill:
    cbz     x2, .Lfilled
    strb    w1, [x3], #1
    sub     x2, x2, #1
    b       .Lfill
.Lfilled:
    ret
    .size   memset, . - memset

    .section .text.memcmp, "ax"
    .globl  memcmp
    .type   memcmp, %function
memcmp:
    mov     x3, x0
    mov     w0, #0
.Lcompare:
    cbz     x2, .Lcompared
    ldrb    w0, [x3], #1
    ldrb    w4, [x1], #1
    sub     x2, x2, #1
    subs    w0, w0, w4
    b.eq    .Lcompare
.Lcompared:
    ret
    .size   memcmp, . - memcmp
