/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated PL011 UART (Arm DDI 0183): registers, FIFOs' flags, interrupts, PrimeCell IDs. */
#ifndef CORE_PL011_H
#define CORE_PL011_H

#include <stdbool.h>
#include <stdint.h>

#define PL011_FIFO 32 /* bytes each way */

struct vcpu;

struct pl011 {
    uint32_t control;       /* UARTCR */
    uint32_t line_control;  /* UARTLCR_H */
    uint32_t integer_baud;  /* UARTIBRD */
    uint32_t fraction_baud; /* UARTFBRD */
    uint32_t fifo_levels;   /* UARTIFLS */
    uint32_t mask;          /* UARTIMSC */
    uint32_t raw;           /* UARTRIS */
    uint32_t dma;           /* UARTDMACR */
    uint32_t intid;         /* in the partition's vGIC */
    uint32_t rx_head;       /* next byte that the guest reads */
    uint32_t rx_count;
    uint8_t rx[PL011_FIFO];
};

void pl011_init(struct pl011 *uart, uint32_t intid);

/* Guest access at offset in the 4 KiB window. A byte written to UARTDR goes to console_guest_put()
 * (console.h), which takes it always. */
uint64_t pl011_read(struct vcpu *vcpu, uint64_t offset);
void pl011_write(struct vcpu *vcpu, uint64_t offset, uint64_t value);

/* A byte from the console for this partition; false: the receive FIFO is full. */
bool pl011_receive(struct vcpu *vcpu, uint8_t byte);

#endif
