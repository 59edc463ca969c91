/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest persona: an arm64 Image that says on its PL011 every 20 ms that it is up, ten times,
 * and powers itself off. Position-independent; it uses no stack.
 */
#include <mvp/platform.h>

.equ SYSTEM_OFF, 0x84000008 /* PSCI, Arm DEN 0022 */
.equ STEP, 50               /* in a second: 20 ms */
.equ LAST, '9'

.section .text
header: /* Linux Documentation/arch/arm64/booting.rst */
    b start
    .long 0
    .quad 0        /* text_offset */
    .quad 0x10000  /* image_size */
    .quad 0xa      /* little endian, 4 KiB pages, anywhere */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

start:
    mov x20, MVP_UART_BASE
    mrs x21, cntfrq_el0
    mov x22, STEP
    udiv x21, x21, x22
    mov w23, '0'
    mrs x24, cntvct_el0
next:
    adr x1, words
    bl print
    strb w23, [x20]
    mov w2, '\n'
    strb w2, [x20]
    add x24, x24, x21
until:
    isb
    mrs x25, cntvct_el0
    cmp x25, x24
    b.lo until
    add w23, w23, 1
    cmp w23, LAST
    b.ls next
    ldr w0, off
    hvc 0
    b .

print:
    ldrb w2, [x1], 1
    cbz w2, done
    strb w2, [x20]
    b print
done:
    ret

.balign 4
off: .long SYSTEM_OFF
words: .asciz "up "

/* What a linter looks for in the kernel of this platform: what it has drivers for. */
.asciz "arm,pl011"
.asciz "arm,gic-v3"
.asciz "arm,gic-400"
.asciz "arm,armv8-timer"
.asciz "arm,psci-1.0"
