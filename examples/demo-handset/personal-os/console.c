/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: PL011 (Arm DDI 0183). Sends by polling, receives by interrupt into a ring.
 */
#include "kernel.h"

#define UARTDR 0x00
#define UARTFR 0x18
#define FR_RECEIVE_EMPTY (1U << 4)
#define FR_TRANSMIT_FULL (1U << 5)
#define UARTLCR_H 0x2c
#define LCR_8_BITS_FIFO 0x70
#define UARTCR 0x30
#define CR_ON 0x301 /* enable, transmit, receive */
#define UARTIMSC 0x38
#define UARTICR 0x44
#define RECEIVED 0x50 /* FIFO half full, or bytes that have waited */

#define RING 64 /* a power of two */

static char ring[RING];
static volatile uint32_t head; /* count of bytes put in; the interrupt's */
static volatile uint32_t tail; /* count of bytes taken; the reader's */
static struct task *volatile reader;

void console_start(void)
{
    reg_write(machine.uart + UARTLCR_H, LCR_8_BITS_FIFO);
    reg_write(machine.uart + UARTCR, CR_ON);
    reg_write(machine.uart + UARTICR, 0x7ff);
    reg_write(machine.uart + UARTIMSC, RECEIVED);
    console_interrupt(); /* what came before now raises no interrupt any more */
    gic_enable(machine.uart_intid);
}

void console_interrupt(void)
{
    reg_write(machine.uart + UARTICR, RECEIVED); /* first: a byte that comes from here on counts */
    while ((reg_read(machine.uart + UARTFR) & FR_RECEIVE_EMPTY) == 0) {
        char byte = (char)(reg_read(machine.uart + UARTDR) & 0xff);

        if (head - tail < RING) {
            ring[head % RING] = byte;
            head = head + 1;
        }
    }
    if (reader != NULL) {
        task_signal(reader);
    }
}

char console_get(void)
{
    char byte;

    reader = task_current();
    while (head == tail) {
        task_wait(TASK_FOREVER);
    }
    byte = ring[tail % RING];
    tail = tail + 1;
    return byte;
}

void console_put(char byte)
{
    if (byte == '\n') {
        console_put('\r');
    }
    while ((reg_read(machine.uart + UARTFR) & FR_TRANSMIT_FULL) != 0) {
    }
    reg_write(machine.uart + UARTDR, (uint8_t)byte);
}
