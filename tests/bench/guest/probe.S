/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry, the one vector, and the measured sequences. x16: counter at the vector, 0: not yet. The
 * handler of a GICv2 has x14 to itself, too.
 */
#include <mvp/platform.h>

    .section .head, "ax"
    .global _head
_head: /* arm64 Image header: the first two words are instructions */
    mrs x5, cntpct_el0
    b start
    .quad 0            /* text_offset */
    .quad _end         /* image_size */
    .quad 0xa          /* little-endian, 4 KiB pages, anywhere */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

    .text
start:
    adrp x1, _stack_end
    add sp, x1, :lo12:_stack_end
    adrp x1, first_instruction
    str x5, [x1, :lo12:first_instruction]
    adr x1, vectors
    msr vbar_el1, x1
    isb
    bl bench_main
    b .

    .macro symbol name
    .global \name
\name:
    .endm

    .macro count_from reg
    mrs \reg, cntvct_el0
    .endm

symbol probe_nothing
    count_from x9
    mrs x10, cntvct_el0
    sub x0, x10, x9
    ret

symbol probe_call
    count_from x9
    hvc #0
    mrs x10, cntvct_el0
    sub x0, x10, x9
    ret

symbol probe_read
    mov x1, x0
    count_from x9
    ldr w0, [x1]
    mrs x10, cntvct_el0
    sub x0, x10, x9
    ret

symbol probe_write
    mov w1, w0
    lsr x0, x0, #32
    count_from x9
    str w0, [x1]
    mrs x10, cntvct_el0
    sub x0, x10, x9
    ret

symbol probe_sgi
    mov x16, #0
#if BENCH_GIC == 2
    mov w1, w0
    lsr x0, x0, #32
#endif
    msr daifclr, #2
    count_from x9
#if BENCH_GIC == 2
    str w0, [x1]
#else
    msr icc_sgi1r_el1, x0
#endif
1:  cbz x16, 1b
    msr daifset, #2
    sub x0, x16, x9
    ret

    .macro arm_timer       /* x0: delay; x9 becomes the deadline */
    mov x16, #0
    mov x10, #1
    mrs x9, cntvct_el0
    add x9, x9, x0
    msr cntv_cval_el0, x9
    msr cntv_ctl_el0, x10
    isb
    .endm

symbol probe_timer
    arm_timer
    msr daifclr, #2
1:  cbz x16, 1b
    msr daifset, #2
    sub x0, x16, x9
    ret

symbol probe_timer_wfi
    arm_timer
    msr daifclr, #2
1:  wfi
    cbz x16, 1b
    msr daifset, #2
    sub x0, x16, x9
    ret

symbol probe_loop
    cbz x0, 1f
    arm_timer
1:  mov x12, #10000
    msr daifclr, #2
    count_from x11
2:  subs x12, x12, #1
    b.ne 2b
    mrs x13, cntvct_el0
    msr daifset, #2
    sub x0, x13, x11
    ret

#if BENCH_CPUS > 1
#define CPU_OFF 0x84000002
#define CPU_ON 0xc4000003
#define AFFINITY_INFO 0xc4000004

    .macro mailbox reg
    adrp \reg, noted
    add \reg, \reg, :lo12:noted
    .endm

    /* Until the other CPU has noted the counter; QEMU gives the turn up at each WFE. */
    .macro await
1:  wfe
    ldr x10, [x11]
    cbz x10, 1b
    sub x0, x10, x9
    .endm

    /* x0: 1: the other CPU stays, and takes interrupts. */
symbol probe_cpu_on
    mov x3, x0
    mailbox x11
    str xzr, [x11]
    adr x2, other
    mov x1, #1
    ldr x0, =CPU_ON
    count_from x9
    hvc #0
    await
    ret

symbol probe_ipi
    mailbox x11
    str xzr, [x11]
    count_from x9
    msr icc_sgi1r_el1, x0
    await
    ret

    /* The other CPU is off, or asleep, after a few turns. */
symbol settle
    mov x12, #16
1:  wfe
    subs x12, x12, #1
    b.ne 1b
    ret

other:
    mrs x10, cntvct_el0
    mailbox x11
    mov x13, x0
    cbnz x13, 1f
    str x10, [x11]
    sev
    ldr x0, =CPU_OFF
    hvc #0
1:  adr x1, vectors_of_other
    msr vbar_el1, x1
    mov x1, #7
    msr icc_sre_el1, x1
    isb
    mov x1, #0xff
    msr icc_pmr_el1, x1
    mov x1, #1
    msr icc_igrpen1_el1, x1
    isb
    str x10, [x11]
    msr daifclr, #2
2:  wfi
    b 2b
#endif

symbol handler_length
    mov x0, #(handler_end - handler) / 4
    ret

symbol semihosting
    hlt #0xf000
    ret

    .balign 2048
vectors:
    .rept 5
    b .
    .balign 128
    .endr
handler:               /* straight on, so that its length is what the assembler says */
    mrs x16, cntvct_el0
#if BENCH_GIC == 2
    ldr x14, =MVP_GICC_BASE
    ldr w17, [x14, #0x0c]   /* GICC_IAR */
    msr cntv_ctl_el0, xzr
    isb
    str w17, [x14, #0x10]   /* GICC_EOIR */
#else
    mrs x17, icc_iar1_el1
    msr cntv_ctl_el0, xzr
    isb
    msr icc_eoir1_el1, x17
#endif
    isb
    eret
handler_end:
    .balign 128
    .rept 10
    b .
    .balign 128
    .endr

#if BENCH_CPUS > 1
    .balign 2048
vectors_of_other:
    .rept 5
    b .
    .balign 128
    .endr
    mrs x16, cntvct_el0
    mrs x17, icc_iar1_el1
    msr icc_eoir1_el1, x17
    isb
    str x16, [x11]
    sev
    eret
    .balign 128
    .rept 10
    b .
    .balign 128
    .endr

    .bss
    .balign 8
noted:
    .skip 8
#endif
