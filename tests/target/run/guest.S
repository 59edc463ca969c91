/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest machine to test `mvpsdk run` with: an arm64 Image, entered at EL2, that prints on
 * QEMU virt's PL011 as the hypervisor's console does, counts milliseconds in memory, and powers off.
 * Built position-independent and loaded by QEMU's -kernel.
 */
.equ UART, 0x09000000
.equ COUNTER, 0x40100000     /* milliseconds since entry, 64 bits: the test reads it here */
.equ SYSTEM_OFF, 0x84000008  /* PSCI, Arm DEN 0022 */

.section .text
header:                      /* Linux Documentation/arm64/booting.rst */
    b start
    .long 0
    .quad 0x200000           /* text_offset: where QEMU loads it above the start of RAM */
    .quad 0x10000            /* image_size */
    .quad 0xa                /* little endian, 4 KiB pages, anywhere */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

start:
    mov x20, UART
    adr x1, greeting
    bl print
    mov x21, COUNTER
    str xzr, [x21]
tick:                        /* a million instructions: a millisecond under -icount shift=0 */
    ldr x27, spins
spin:
    subs x27, x27, 1
    b.ne spin
    ldr x26, [x21]
    add x26, x26, 1
    str x26, [x21]
    cmp x26, 100
    b.ne later
    adr x1, middle
    bl print
later:
    ldr x27, limit
    cmp x26, x27
    b.lo tick
    adr x1, farewell
    bl print
    ldr w0, off
    smc 0
    b .

print:
    ldrb w2, [x1], 1
    cbz w2, done
    strb w2, [x20]
    b print
done:
    ret

.balign 8
limit: .quad LIMIT
spins: .quad 499995         /* the ten instructions outside of the inner loop make it whole */
off: .long SYSTEM_OFF
greeting: .asciz "board loader\n[mvp] hello\r\n[work] ab\r\n[realtime] tick\r\n[work+ cd\r\n"
middle: .asciz "[realtime] 100 ms\r\n"
farewell: .asciz "[mvp] bye\r\n"
