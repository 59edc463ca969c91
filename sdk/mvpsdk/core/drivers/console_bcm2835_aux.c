/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mini UART of BCM2835 and its successors up to BCM2711, set up by the boot loader: interrupts
 * for receive, and for transmit while bytes wait. Registers by "BCM2711 ARM Peripherals", 2.2; its
 * interrupts' enable bits as they are, which its errata say (receive 0, transmit 1, and bits 3:2
 * must be set).
 */
#include "driver.h"
#include "registers.h"

#define IO 0x00
#define IER 0x04
#define IER_RX 0x0d /* bytes are there */
#define IER_TX 0x02 /* the FIFO is empty */
#define LSR 0x14
#define LSR_RECEIVED 0x01
#define LSR_ROOM 0x20 /* for one byte at least, other than in an 8250 */

static const struct console_part parts[] = {
    SERVES("brcm,bcm2835-aux-uart", 2, 4),
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
}

void console_interrupts(void)
{
    if (base != 0) {
        set(IER, IER_RX);
        is_on = true;
        waits = false;
    }
}

/* The interrupt says when there is room again; off with it once there is, or it would not end. */
static void wait_for_room(bool on)
{
    waits = on;
    set(IER, on ? IER_RX | IER_TX : IER_RX);
}

bool arch_console_put(uint8_t byte)
{
    if (base == 0) {
        return true;
    }
    if ((get(LSR) & LSR_ROOM) == 0) {
        if (is_on && !waits) {
            wait_for_room(true);
        }
        return false;
    }
    set(IO, byte);
    if (waits) {
        wait_for_room(false);
    }
    return true;
}

int32_t arch_console_get(void)
{
    if (base == 0 || (get(LSR) & LSR_RECEIVED) == 0) {
        return -1;
    }
    return (int32_t)(get(IO) & 0xff);
}
