/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 8250 family, set up by the boot loader: interrupts for receive, and for transmit while bytes
 * wait. Registers by the PC16550D's data sheet (TI SNLS378), which its successors follow; USR and
 * the busy interrupt are DesignWare's own (Synopsys DW_apb_uart).
 */
#include "driver.h"
#include "registers.h"

#define RBR 0       /* read: the oldest byte received */
#define THR 0       /* write: a byte to send */
#define IER 1       /* Interrupt Enable Register */
#define IER_RX 0x01 /* also enables the interrupt of bytes that have waited */
#define IER_TX 0x02
#define IIR 2 /* read: Interrupt Identification Register */
#define IIR_CAUSE 0x0f
#define IIR_BUSY 0x07 /* DesignWare: LCR was written while it was busy; a read of USR ends it */
#define IIR_WAITED 0x0c
#define IIR_FIFOS 0xc0 /* both: there are FIFOs, and they are on */
#define FCR 2          /* write: FIFO Control Register */
#define FCR_ON 0x01    /* FIFOs on, and receive interrupts from the first byte on */
#define LSR 5          /* Line Status Register */
#define LSR_RECEIVED 0x01
#define LSR_SENT 0x20 /* nothing is left to send but what is on the line */
#define USR 31

#define FIFO 16 /* bytes; a part may have more */

/* Layouts where the tree says none. MediaTek's and NVIDIA's parts have registers of 32 bits. */
static const struct console_part parts[] = {
    SERVES("ns16450", 0, 1),              /* National NS16450: no FIFO */
    SERVES("ns16550", 0, 1),              /* its FIFO does not work, and IIR says that it is off */
    SERVES("ns16550a", 0, 1),             /* SNLS378 */
    SERVES("snps,dw-apb-uart", 0, 1),     /* manuals of Allwinner's A64, Rockchip's RK3399 */
    SERVES("mediatek,mt6577-uart", 2, 4), /* MT6797 register table, UART */
    SERVES("nvidia,tegra20-uart", 2, 4),  /* Tegra X1 manual, UART */
};
CONSOLE_DRIVER(parts)

static struct uart uart;    /* base 0: the board has none */
static uint32_t depth;      /* bytes that the transmitter takes once it is empty */
static uint32_t room;       /* bytes that it takes now, for sure */
static uint32_t interrupts; /* that are on; 0: before console_interrupts() */

static uint32_t get(uint32_t number)
{
    return register_read(uart.base + ((uint64_t)number << uart.shift), uart.width);
}

static void set(uint32_t number, uint32_t value)
{
    register_write(uart.base + ((uint64_t)number << uart.shift), uart.width, value);
}

static void enable(uint32_t wanted)
{
    interrupts = wanted;
    set(IER, wanted);
}

void console_open(const struct uart *found)
{
    uart = *found;
    depth = 1;
    room = 0;
    interrupts = 0;
}

/* The trigger level stays at one byte: what waits below a higher one raises its interrupt late, and
 * on Tegra none at all. */
void console_interrupts(void)
{
    if (uart.base != 0) {
        set(IER, 0);
        set(FCR, FCR_ON);
        depth = (get(IIR) & IIR_FIFOS) == IIR_FIFOS ? FIFO : 1;
        enable(IER_RX);
    }
}

bool arch_console_put(uint8_t byte)
{
    if (uart.base == 0) {
        return true;
    }
    if (room == 0 && (get(LSR) & LSR_SENT) != 0) {
        room = depth;
    }
    if (room == 0) {
        if (interrupts == IER_RX) {
            enable(IER_RX | IER_TX);
        }
        return false;
    }
    set(THR, byte);
    room--;
    if (interrupts == (IER_RX | IER_TX)) { /* or it would not end */
        enable(IER_RX);
    }
    return true;
}

/* Ends an interrupt that no byte explains; -1, or the byte that came meanwhile. While IER_TX is on,
 * reading IIR would take the transmitter's own interrupt away. */
static int32_t settle(void)
{
    uint32_t cause = interrupts == IER_RX ? get(IIR) & IIR_CAUSE : 0;

    if (cause == IIR_BUSY) {
        (void)get(USR);
    }
    if (cause == IIR_WAITED) { /* also with an empty FIFO, in DesignWare's: a read ends it */
        bool is_there = (get(LSR) & LSR_RECEIVED) != 0;
        uint32_t byte = get(RBR) & 0xff;

        return is_there ? (int32_t)byte : -1;
    }
    return -1;
}

int32_t arch_console_get(void)
{
    if (uart.base == 0) {
        return -1;
    }
    return (get(LSR) & LSR_RECEIVED) != 0 ? (int32_t)(get(RBR) & 0xff) : settle();
}
