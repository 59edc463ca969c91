/* SPDX-License-Identifier: Apache-2.0 */
/* Entry and vectors of a guest that does what it must not. UNMAPPED: its vectors are nowhere. */

    .section .head, "ax"
    .globl _head
_head: /* arm64 Image header */
    nop
    b       start
    .quad   0                       /* text_offset */
    .quad   _end                    /* image_size */
    .quad   0xa                     /* little-endian, 4 KiB pages, anywhere */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

    .text
start:
    adrp    x0, _stack_end
    add     x0, x0, :lo12:_stack_end
    mov     sp, x0
#ifdef UNMAPPED
    ldr     x0, =UNMAPPED
#else
    adr     x0, vectors
#endif
    msr     vbar_el1, x0
    isb
    b       outlaw_main

/* Each returns the syndrome of the exception that it made, and 0 if there was none. The handler goes
 * on at x17. */
    .macro attempt name
    .globl \name
\name:
    adr     x17, 1f
    mov     x16, #0
    .endm

    .macro judged
1:  mov     x0, x16
    ret
    .endm

    attempt try_read
    ldr     w1, [x0]
    judged

    attempt try_read_pair           /* a load that the syndrome does not describe */
    ldp     w1, w2, [x0]
    judged

    attempt try_write
    str     wzr, [x0]
    judged

    attempt try_jump
    br      x0
    judged

    attempt try_counter             /* the performance monitor is not offered */
    msr     pmcr_el0, xzr
    judged

    .globl  smc
smc:
    smc     #0
    ret

    .balign 2048
vectors:
    .rept 16
    .balign 128
    mrs     x16, esr_el1
    mrs     x18, far_el1
    adr     x15, last_address
    str     x18, [x15]
    msr     elr_el1, x17
    eret
    .endr
    .balign 8
    .globl  last_address
last_address:
    .quad   0
