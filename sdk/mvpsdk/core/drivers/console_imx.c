/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NXP i.MX UART, set up by the boot loader: interrupts for receive, and for transmit while bytes
 * wait. Registers and bits by the i.MX 6Dual/6Quad reference manual, chapter 64; the i.MX 8M
 * family's (16.2) are the same.
 */
#include "driver.h"
#include "registers.h"

#define URXD 0x00
#define UTXD 0x40
#define UCR1 0x80
#define UCR1_TRDYEN 0x2000 /* the transmit FIFO has drained to its trigger level */
#define UCR1_OTHERS 0x936c /* the other interrupts, and DMA */
#define UCR2 0x84
#define UCR2_OTHERS 0x8008 /* escape, ageing */
#define UCR2_RXEN 0x0002   /* a loader that only speaks, or none at all, leaves the receiver off */
#define UCR3 0x88
#define UCR3_OTHERS 0x3879 /* modem lines, errors, wake-up */
#define UCR4 0x8c
#define UCR4_DREN 0x0001   /* a byte is there */
#define UCR4_OTHERS 0x01ce /* errors, wake-up, the transmitter at rest */
#define UFCR 0x90
#define UFCR_TXTL 0xfc00    /* trigger level of the transmit FIFO; below 2 is reserved */
#define UFCR_TXTL_16 0x4000 /* half of its 32 bytes */
#define USR2 0x98
#define USR2_RDR 0x0001
#define UTS 0xb4
#define UTS_TXFULL 0x0010

static const struct console_part parts[] = {
    SERVES("fsl,imx6q-uart", 0, 1),
    SERVES("fsl,imx8mq-uart", 0, 1),
    SERVES("fsl,imx8mm-uart", 0, 1),
    SERVES("fsl,imx21-uart", 0, 1),
};
CONSOLE_DRIVER(parts)

static uint64_t base; /* 0: the board has none */
static bool is_on;    /* interrupts are */
static bool waits;    /* the last byte found the FIFO full */

static uint32_t get(uint32_t offset)
{
    return register_read(base + offset, 4);
}

/* Clears some bits of a register and sets others. */
static void change(uint32_t offset, uint32_t clear, uint32_t set)
{
    register_write(base + offset, 4, (get(offset) & ~clear) | set);
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
        change(UCR1, UCR1_TRDYEN | UCR1_OTHERS, 0);
        change(UCR2, UCR2_OTHERS, UCR2_RXEN);
        change(UCR3, UCR3_OTHERS, 0);
        change(UFCR, UFCR_TXTL, UFCR_TXTL_16);
        change(UCR4, UCR4_OTHERS, UCR4_DREN);
        is_on = true;
        waits = false;
    }
}

/* The interrupt says when there is room again; off with it once there is, or it would not end. */
static void wait_for_room(bool on)
{
    waits = on;
    change(UCR1, UCR1_TRDYEN, on ? UCR1_TRDYEN : 0);
}

bool arch_console_put(uint8_t byte)
{
    if (base == 0) {
        return true;
    }
    if ((get(UTS) & UTS_TXFULL) != 0) {
        if (is_on && !waits) {
            wait_for_room(true);
        }
        return false;
    }
    register_write(base + UTXD, 4, byte);
    if (waits) {
        wait_for_room(false);
    }
    return true;
}

int32_t arch_console_get(void)
{
    if (base == 0 || (get(USR2) & USR2_RDR) == 0) {
        return -1;
    }
    return (int32_t)(get(URXD) & 0xff);
}
