/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A persona that fills a page of its memory, and says ten times a second whether it still is as it was.
 */
#define UART 0x09000000
#define PAGE_AT 0x100000 /* from the start of RAM; the firmware knows it (VICTIM) */
#define WORDS 512
#define MARK 0x1234567
#define SGI_FRAME 0x080b0000 /* of its redistributor */
#define TIMER 27
#define ICC_IAR1 s3_0_c12_c12_0
#define ICC_EOIR1 s3_0_c12_c12_1
#define ICC_IGRPEN1 s3_0_c12_c12_7
#define ICC_PMR s3_0_c4_c6_0

    .section .head, "ax"
    .global _head
_head: /* arm64 Image header */
    nop
    b start
    .quad 0, 0x10000, 0xa, 0, 0, 0
    .ascii "ARM\x64"
    .long 0

start:
    adr x19, _head
    add x19, x19, #PAGE_AT
    ldr x20, =MARK
    mov x1, #WORDS
fill:
    sub x1, x1, #1
    add x2, x20, x1
    str x2, [x19, x1, lsl #3]
    cbnz x1, fill
    ldr x1, =0x08000000 /* GICD_CTLR: group 1 */
    mov w2, #2
    str w2, [x1]
    ldr x1, =SGI_FRAME
    mov w2, #(1 << TIMER)
    str w2, [x1, #0x80]  /* GICR_IGROUPR0 */
    str w2, [x1, #0x100] /* GICR_ISENABLER0 */
    mov x2, #0xf0
    msr ICC_PMR, x2
    mov x2, #1
    msr ICC_IGRPEN1, x2
    dsb sy
    isb

look:
    mov x1, #WORDS
    adr x3, whole
1:  sub x1, x1, #1
    add x2, x20, x1
    ldr x4, [x19, x1, lsl #3]
    cmp x4, x2
    b.eq 2f
    adr x3, harmed
2:  cbnz x1, 1b
    ldr x5, =UART
3:  ldrb w4, [x3], #1
    cbz w4, 4f
    str w4, [x5]
    b 3b
4:  mrs x6, cntfrq_el0
    mov x7, #10
    udiv x6, x6, x7
    msr cntv_tval_el0, x6
    mov x6, #1
    msr cntv_ctl_el0, x6
5:  wfi /* others' interrupts end it, too */
    mrs x6, ICC_IAR1
    cmp x6, #TIMER
    b.ne 5b
    msr cntv_ctl_el0, xzr
    msr ICC_EOIR1, x6
    b look

whole:
    .asciz "whole\n"
harmed:
    .asciz "harmed\n"
