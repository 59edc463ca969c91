/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry and exception vectors of realtime firmware.
 *
 * Entered as Linux is: EL1, MMU off, interrupts masked, x0 = device tree. The firmware is linked at
 * 0 as a position-independent ELF and finds itself at the start of its RAM, wherever that is.
 */

    .macro address reg, symbol
    adrp \reg, \symbol
    add \reg, \reg, :lo12:\symbol
    .endm

#define R_AARCH64_RELATIVE 1027 /* Arm IHI 0056, section 5.7.18 */

    .section .text.rt.entry, "ax"
    .global _start
_start:
    msr daifset, #0xf
    mrs x1, CurrentEL
    cmp x1, #(1 << 2)
    b.ne stop

    /* Relocate: word at base + offset = base + addend. The bottom of the image is its base. */
    address x1, _rt_base
    address x2, _rt_rela_start
    address x3, _rt_rela_end
1:  cmp x2, x3
    b.hs 2f
    ldp x4, x5, [x2], #16 /* offset, kind */
    ldr x6, [x2], #8      /* addend */
    cmp x5, #R_AARCH64_RELATIVE
    b.ne stop
    add x6, x6, x1
    str x6, [x1, x4]
    b 1b

2:  address x1, _rt_bss_start
    address x2, _rt_bss_end
3:  cmp x1, x2
    b.hs 4f
    stp xzr, xzr, [x1], #16
    b 3b

4:  address x1, _rt_stack_end
    mov sp, x1
    address x1, vectors
    msr vbar_el1, x1
    isb
    b rt_start

stop:
    wfi
    b stop

/* Interrupts never nest, and a synchronous exception is the end, so ELR and SPSR stay where they
 * are; rt_irq() keeps the other registers itself (AAPCS64, section 6.1.1). */
on_irq:
    stp x0, x1, [sp, #-176]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x29, [sp, #144]
    str x30, [sp, #160]
    bl rt_irq
    ldr x30, [sp, #160]
    ldp x18, x29, [sp, #144]
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

/* Whatever it was, a fresh stack: the old one may be the reason. */
on_exception:
    address x1, _rt_stack_end
    mov sp, x1
    mrs x0, esr_el1
    mrs x1, far_el1
    mrs x2, elr_el1
    b rt_exception

    .balign 2048
vectors:
    .rept 5              /* from SP_EL0, which is never used; synchronous */
    b on_exception
    .balign 128
    .endr
    b on_irq
    .balign 128
    .rept 10             /* FIQ, SError, and lower exception levels: there are none */
    b on_exception
    .balign 128
    .endr

/* uint64_t rt_call_pair(function, a, b, uint64_t *second): SMCCC keeps x4 to x17 as they are. */
    .section .text.rt_call_pair, "ax"
    .global rt_call_pair
rt_call_pair:
    mov x9, x3
    hvc #0
    cbz x9, 1f
    str x1, [x9]
1:  ret
