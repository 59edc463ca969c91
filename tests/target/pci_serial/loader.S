/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a boot loader does before it jumps: QEMU's PCI serial card (a 16550A) gets its ports, 8 bits and
 * its FIFOs on, and the hypervisor is entered with the device tree that came.
 */
#define CONFIG 0x3f008000 /* of device 1 on bus 0: ECAM, with highmem=off */
#define PORTS 0x1000      /* in the window that begins at: */
#define WINDOW 0x3eff0000
#define LCR 3
#define FCR 2
#define HYPERVISOR 0x50000000

    .global _head
_head: /* arm64 Image header, so that QEMU enters it at EL2 with the device tree in x0 */
    b start
    .long 0
    .quad 0, 0x10000, 0xa, 0, 0, 0
    .ascii "ARM\x64"
    .long 0

start:
    ldr x1, =CONFIG
    ldr w2, =PORTS
    str w2, [x1, #0x10] /* BAR 0 */
    mov w2, #1
    str w2, [x1, #0x04] /* command: I/O space */
    dsb sy
    ldr x1, =WINDOW + PORTS
    mov w2, #3
    strb w2, [x1, #LCR]
    mov w2, #7
    strb w2, [x1, #FCR]
    mov x1, xzr
    mov x2, xzr
    mov x3, xzr
    ldr x4, =HYPERVISOR
    br x4
