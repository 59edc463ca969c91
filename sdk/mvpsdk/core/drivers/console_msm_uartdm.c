/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Qualcomm's UARTDM 1.4, set up by the boot loader, one character a word: interrupts for receive,
 * and for transmit while bytes wait. Registers by the APQ8016E's reference manual (Qualcomm
 * LM80-P0436-36, BLSP UART_DM). Where registers of 1.3 are in 1.4 too, they are used.
 */
#include "driver.h"
#include "registers.h"

EXPERIMENTAL("never tried on hardware, and QEMU has no such part")

#define SR 0x08     /* read: how it is */
#define SR_RX 0x01  /* a character is there */
#define SR_TX 0x04  /* there is room for one */
#define IMR 0x14    /* write: the interrupts that are on */
#define IMR_TX 0x01 /* no more characters wait than TFWR says */
#define IMR_RX 0x10 /* more characters are there than RFWR says */
#define TFWR 0x1c
#define TFWR_LEVEL 8 /* words */
#define RFWR 0x20
#define DMEN 0x3c
#define DMEN_SINGLE 0x30 /* one character a word, transmit and receive; and no DMA */
#define TF 0x70          /* write: a character to send */
#define RF 0x70          /* read: the oldest one received */

static const struct console_part parts[] = {
    SERVES("qcom,msm-uartdm-v1.4", 0, 1),
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

/* Nothing can be said, or heard, before the characters come one by one. */
void console_open(const struct uart *found)
{
    base = found->base;
    is_on = false;
    waits = false;
    if (base != 0) {
        set(DMEN, DMEN_SINGLE);
    }
}

void console_interrupts(void)
{
    if (base != 0) {
        set(TFWR, TFWR_LEVEL);
        set(RFWR, 0);
        set(IMR, IMR_RX);
        is_on = true;
        waits = false;
    }
}

/* The interrupt says when there is room again; off with it once there is, or it would not end. */
static void wait_for_room(bool on)
{
    waits = on;
    set(IMR, on ? IMR_RX | IMR_TX : IMR_RX);
}

bool arch_console_put(uint8_t byte)
{
    if (base == 0) {
        return true;
    }
    if ((get(SR) & SR_TX) == 0) {
        if (is_on && !waits) {
            wait_for_room(true);
        }
        return false;
    }
    set(TF, byte);
    if (waits) {
        wait_for_room(false);
    }
    return true;
}

int32_t arch_console_get(void)
{
    if (base == 0 || (get(SR) & SR_RX) == 0) {
        return -1;
    }
    return (int32_t)(get(RF) & 0xff);
}
