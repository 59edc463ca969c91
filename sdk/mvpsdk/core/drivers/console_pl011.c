/* SPDX-License-Identifier: Apache-2.0 */
/* PL011 UART (Arm DDI 0183), set up by the boot loader: interrupts for receive, and for transmit
 * while bytes wait. */
#include "driver.h"
#include "registers.h"

#define DR 0x00
#define FR 0x18
#define FR_RXFE 0x10
#define FR_TXFF 0x20
#define IMSC 0x38
#define IMSC_RX 0x50 /* receive, and receive timeout */
#define IMSC_TX 0x20 /* the FIFO has drained to its trigger level */
#define ICR 0x44

/* The SBSA's Generic UART is a PL011 without what the boot loader sets up (Arm DEN0029, B). */
static const struct console_part parts[] = {
    SERVES("arm,pl011", 0, 1),
    SERVES("arm,sbsa-uart", 0, 1),
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
        set(ICR, 0x7ff);
        set(IMSC, IMSC_RX);
        is_on = true;
        waits = false;
    }
}

/* The interrupt says when there is room again; off with it once there is, or it would not end. */
static void wait_for_room(bool on)
{
    waits = on;
    set(IMSC, on ? IMSC_RX | IMSC_TX : IMSC_RX);
}

bool arch_console_put(uint8_t byte)
{
    if (base == 0) {
        return true;
    }
    if ((get(FR) & FR_TXFF) != 0) {
        if (is_on && !waits) {
            wait_for_room(true);
        }
        return false;
    }
    set(DR, byte);
    if (waits) {
        wait_for_room(false);
    }
    return true;
}

int32_t arch_console_get(void)
{
    if (base == 0 || (get(FR) & FR_RXFE) != 0) {
        return -1;
    }
    return (int32_t)(get(DR) & 0xff);
}
