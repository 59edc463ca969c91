/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern in the FP and SIMD registers: for the guest, and for the firmware beside it. */
#ifndef __clang__
    .arch armv8-a+fp+simd
#else
    .arch_extension fp
    .arch_extension simd
#endif

/* x0: the pattern; register n holds it + n in both halves, FPCR and FPSR hold some bits of it. */
    .global fp_fill
fp_fill:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add x1, x0, #\n
    dup v\n\().2d, x1
    .endr
    and x1, x0, #0x7c00000          /* FPCR: rounding, flush to zero, default NaN, half precision */
    msr fpcr, x1
    and x1, x0, #0x1f               /* FPSR: what has happened */
    msr fpsr, x1
    ret

/* How many of the 34 are not as fp_fill(x0) left them. */
    .global fp_wrong
fp_wrong:
    mov x5, #0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add x1, x0, #\n
    umov x2, v\n\().d[0]
    umov x3, v\n\().d[1]
    cmp x1, x2
    ccmp x1, x3, #0, eq
    cinc x5, x5, ne
    .endr
    mrs x2, fpcr
    and x1, x0, #0x7c00000
    cmp x1, x2
    cinc x5, x5, ne
    mrs x2, fpsr
    and x1, x0, #0x1f
    cmp x1, x2
    cinc x0, x5, ne
    ret
