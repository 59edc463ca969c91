/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UART of Qualcomm's GENI serial engines, firmware loaded and set up by the boot loader, four
 * characters to a word of the FIFOs: interrupts for receive, and for transmit while bytes wait.
 * Registers by the binding qcom,geni-se and the engine's public header in Linux
 * (include/linux/soc/qcom/geni-se.h); there is no public manual.
 */
#include "driver.h"
#include "registers.h"

EXPERIMENTAL("never tried on hardware, QEMU has no such part, and there is no public manual")

#define STATUS 0x040
#define STATUS_SENDING 0x0001 /* the main sequencer has a command */
#define STATUS_READING 0x1000 /* the secondary one */
#define TX_LENGTH 0x270       /* characters of a command */
#define M_COMMAND 0x600
#define M_IRQ_ENABLE 0x614
#define M_IRQ_CLEAR 0x618
#define M_IRQ_DONE 0x1 /* the command is, and its characters have gone */
#define S_COMMAND 0x630
#define S_IRQ_ENABLE 0x644
#define S_IRQ_CLEAR 0x648
#define S_IRQ_RX 0x0c000000 /* words are there, or the last one of a while: maybe partial */
#define COMMAND_START 0x08000000
#define TX_FIFO 0x700
#define RX_FIFO 0x780
#define RX_STATUS 0x804
#define RX_WORDS 0x01ffffff
#define RX_PARTIAL 0x80000000U /* the last of the words is */
#define RX_VALID_SHIFT 28      /* characters in it; 0: all */
#define RX_VALID 7
#define RX_WATERMARK 0x810
#define IRQ_ENABLE 0xe1c
#define IRQ_SEQUENCERS 0xc /* main and secondary; the others are of DMA */

#define PAGE 0x1000
#define WORD 4 /* characters */

static const struct console_part parts[] = {
    SERVES("qcom,geni-debug-uart", 0, 1),
    SERVES("qcom,geni-uart", 0, 1),
};
CONSOLE_DRIVER(parts)

static uint64_t base;     /* 0: the board has none */
static bool is_on;        /* interrupts are */
static bool waits;        /* the last byte found another on its way */
static uint32_t held;     /* characters of a word that has been read, */
static uint32_t received; /* the next one lowest */

static uint32_t get(uint32_t offset)
{
    return register_read(base + offset, 4);
}

static void set(uint32_t offset, uint32_t value)
{
    register_write(base + offset, 4, value);
}

/* An engine fills a page at least: what does not begin one is none. */
void console_open(const struct uart *found)
{
    base = found->base % PAGE == 0 ? found->base : 0;
    is_on = false;
    waits = false;
    held = 0;
}

void console_interrupts(void)
{
    if (base != 0) {
        set(M_IRQ_ENABLE, 0);
        set(RX_WATERMARK, 0);
        if ((get(STATUS) & STATUS_READING) == 0) {
            set(S_COMMAND, COMMAND_START);
        }
        set(S_IRQ_ENABLE, S_IRQ_RX);
        set(IRQ_ENABLE, IRQ_SEQUENCERS);
        is_on = true;
        waits = false;
    }
}

/* The end of a command is kept until it is cleared: it may come before it is waited for. */
static void wait_for_room(bool on)
{
    waits = on;
    set(M_IRQ_ENABLE, on ? M_IRQ_DONE : 0);
}

bool arch_console_put(uint8_t byte)
{
    if (base == 0) {
        return true;
    }
    if ((get(STATUS) & STATUS_SENDING) != 0) {
        if (is_on && !waits) {
            wait_for_room(true);
        }
        return false;
    }
    set(M_IRQ_CLEAR, M_IRQ_DONE);
    set(TX_LENGTH, 1);
    set(M_COMMAND, COMMAND_START);
    set(TX_FIFO, byte);
    if (waits) {
        wait_for_room(false);
    }
    return true;
}

/* Takes a word, if one is there. */
static bool take(void)
{
    uint32_t status = get(RX_STATUS);
    uint32_t words = status & RX_WORDS;
    uint32_t valid = status >> RX_VALID_SHIFT & RX_VALID;

    if (words == 0) {
        return false;
    }
    held = words == 1 && (status & RX_PARTIAL) != 0 && valid != 0 && valid < WORD ? valid : WORD;
    received = get(RX_FIFO);
    return true;
}

/* An empty FIFO ends the interrupt; a word that has come before that would have none. */
int32_t arch_console_get(void)
{
    uint32_t byte;

    if (base == 0) {
        return -1;
    }
    if (held == 0 && !take()) {
        set(S_IRQ_CLEAR, S_IRQ_RX);
        if (!take()) {
            return -1;
        }
    }
    byte = received & 0xff;
    received >>= 8;
    held--;
    return (int32_t)byte;
}
