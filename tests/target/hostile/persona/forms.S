/* SPDX-License-Identifier: Apache-2.0 */
/* The instructions that attack. x0 is the address, x1 what is written; each ends in SVC #0x600d. */
    .arch armv8-a

    .macro form name, instruction:vararg
    .global form_\name
form_\name:
    \instruction
    svc #0x600d
    .endm

/* Described by the syndrome: they can be emulated. */
    form read8, ldrb w1, [x0]
    form read16, ldrh w1, [x0]
    form read32, ldr w1, [x0]
    form read64, ldr x1, [x0]
    form signed8, ldrsb x1, [x0]
    form acquire, ldar w1, [x0]
    form write8, strb w1, [x0]
    form write16, strh w1, [x0]
    form write32, str w1, [x0]
    form write64, str x1, [x0]
    form release, stlr w1, [x0]

/* Not described: a device access of this kind is an abort. */
    form load_pair, ldp w1, w2, [x0]
    form store_pair, stp w1, w2, [x0]
    form load_exclusive, ldxr w1, [x0]
    form load_pre, ldr w1, [x0, #0]!
    form load_post, ldr w1, [x0], #4
    form store_pre, str w1, [x0, #0]!
    form store_post, str w1, [x0], #4

    .global form_store_exclusive
form_store_exclusive:               /* its monitor is set at an address that may be read */
    ldxr w2, [x0]
    stxr w3, w1, [x0]
    svc #0x600d

    .global form_zero
form_zero:
    dc zva, x0
    svc #0x600d
    .global form_clean
form_clean:
    dc civac, x0
    svc #0x600d
    .global form_invalidate
form_invalidate:
    dc ivac, x0
    svc #0x600d
    .global form_fetch_line
form_fetch_line:
    ic ivau, x0
    svc #0x600d

    .arch armv8.1-a
    form swap, swp w1, w2, [x0]
    form add, ldadd w1, w2, [x0]
    form compare, cas w1, w2, [x0]
    .arch armv8-a+fp+simd
    form load_vector, ldr q0, [x0]
    form store_vector, str q0, [x0]
    .arch armv8-a

/* Exceptions of one's own. */
    form break, brk #1
    form halt, hlt #1
    form call, svc #2
    form hvc_at_el0, hvc #0
    form smc_at_el0, smc #0
    form none, nop
    form undefined, .inst 0
    form debug_exit, dcps2
    .global form_sleep_event
form_sleep_event:
    wfe
    wfe
    svc #0x600d
    .global form_return
form_return:                        /* ERET with SPSR = x0, to x1 */
    msr spsr_el1, x0
    msr elr_el1, x1
    eret

/* For AArch32: SVC #0 and a load from r0. */
    .balign 4
    .global form_a32_call
form_a32_call:
    .word 0xef000000                /* svc #0 */
    .global form_a32_read
form_a32_read:
    .word 0xe5901000                /* ldr r1, [r0] */
    .word 0xef000000

/* Extensions that no guest is offered. */
    form sve, .inst 0x04bf5020      /* rdvl x0, #1 */
    form matrix, .inst 0xd503477f      /* smstart */
    form mte, .inst 0x9adf1000      /* irg x0, x0 */
    form pauth, .inst 0xdac103e0    /* pacia x0, sp */
