/* SPDX-License-Identifier: Apache-2.0 */
    .arch armv8-a+fp+simd
#include "../firmware/fp.inc"

/* How many of the 34 hold anything: before their first use none may. */
    .global fp_nonzero
fp_nonzero:
    mov x5, #0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    umov x2, v\n\().d[0]
    umov x3, v\n\().d[1]
    orr x2, x2, x3
    cmp x2, #0
    cinc x5, x5, ne
    .endr
    mrs x2, fpcr
    mrs x3, fpsr
    orr x2, x2, x3
    cmp x2, #0
    cinc x0, x5, ne
    ret
