/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cadence UART of the Zynq families: interrupts for receive, and for transmit while bytes wait. The
 * boot loader sets up the line; the transmitter and the receiver may still be off. Registers by
 * Zynq-7000's reference manual (Xilinx UG585, 19 and B.33); Zynq UltraScale+ has the same (UG1085,
 * 21; UG1087, module UART).
 */
#include "driver.h"
#include "registers.h"

#define CR 0x00
#define CR_ON 0x14 /* transmitter and receiver enabled; the bits that disable them are 0 */
#define IER 0x08   /* write: interrupts to enable */
#define IDR 0x0c   /* write: interrupts to disable */
#define ISR 0x14   /* what has happened; writing 1 forgets it */
#define RXWM 0x20  /* bytes from which on ISR_RTRIG happens */
#define SR 0x2c    /* how it is */
#define FIFO 0x30
#define RTRIG 0x001 /* in ISR: that many bytes are there */
#define REMPTY 0x002
#define TEMPTY 0x008
#define TFUL 0x010
#define ALL 0x3fff

static const struct console_part parts[] = {
    SERVES("cdns,uart-r1p8", 0, 1),  /* Zynq-7000 */
    SERVES("cdns,uart-r1p12", 0, 1), /* Zynq UltraScale+ */
    SERVES("xlnx,xuartps", 0, 1),
};
CONSOLE_DRIVER(parts)

static uint64_t base; /* 0: the board has none */
static bool is_on;    /* interrupts are */
static bool waits;    /* the last byte found the FIFO full */

static uint32_t get(uint32_t offset)
{
    return register_read(base + offset, 4);
}

static void set(uint32_t offset, uint32_t value)
{
    register_write(base + offset, 4, value);
}

void console_open(const struct uart *found)
{
    base = found->base;
    is_on = false;
    waits = false;
    if (base != 0) {
        set(CR, CR_ON);
    }
}

void console_interrupts(void)
{
    if (base != 0) {
        set(IDR, ALL);
        set(RXWM, 1);
        set(ISR, ALL);
        set(IER, RTRIG);
        is_on = true;
        waits = false;
    }
}

/* That the FIFO has emptied is told once: so it is forgotten before it is waited for, and the FIFO
 * looked at again after that. */
static bool is_full(void)
{
    if ((get(SR) & TFUL) == 0) {
        return false;
    }
    if (!is_on || waits) {
        return true;
    }
    set(ISR, TEMPTY);
    set(IER, TEMPTY);
    waits = true;
    return (get(SR) & TFUL) != 0;
}

bool arch_console_put(uint8_t byte)
{
    if (base == 0) {
        return true;
    }
    if (is_full()) {
        return false;
    }
    set(FIFO, byte);
    if (waits) {
        set(IDR, TEMPTY);
        waits = false;
    }
    return true;
}

/* An empty FIFO ends the interrupt; a byte that has come before that would have none. */
int32_t arch_console_get(void)
{
    if (base == 0) {
        return -1;
    }
    if ((get(SR) & REMPTY) != 0) {
        set(ISR, RTRIG);
        if ((get(SR) & REMPTY) != 0) {
            return -1;
        }
    }
    return (int32_t)(get(FIFO) & 0xff);
}
