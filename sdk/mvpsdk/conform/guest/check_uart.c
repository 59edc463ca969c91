/* SPDX-License-Identifier: Apache-2.0 */
/* The PL011 (Arm DDI 0183), on which all of this is told. */
#include "conform.h"

#define UARTDR 0x00
#define UARTFR 0x18
#define UARTIBRD 0x24
#define UARTFBRD 0x28
#define UARTLCR_H 0x2c
#define UARTCR 0x30
#define UARTIFLS 0x34
#define UARTIMSC 0x38
#define UARTRIS 0x3c
#define UARTMIS 0x40
#define UARTICR 0x44
#define UART_ID 0xfe0
#define FR_RXFE 0x10
#define FR_TXFF 0x20
#define FR_RXFF 0x40
#define FR_TXFE 0x80
#define FR_BUSY 0x08
#define INT_TX 0x20

static uint32_t reg(uint32_t offset)
{
    return load(tree.uart.base + offset);
}

static void set(uint32_t offset, uint32_t value)
{
    store(tree.uart.base + offset, value);
}

CHECK(identification, "uart.identification", "PrimeCell identification: a PL011 of Arm's")
{
    static const uint8_t ids[8] = {0x11, 0x10, 0, 0, 0x0d, 0xf0, 0x05, 0xb1};

    for (uint32_t n = 0; n < 8; n++) {
        about(UART_ID + 4 * n);
        if (n != 2) { /* the revision */
            expect("identification", ids[n], reg(UART_ID + 4 * n));
        }
    }
    about(UART_ID + 8);
    expect_bits("designer", 0xf, 4, reg(UART_ID + 8));
}

CHECK(flags, "uart.flags", "it is never too full to send, and has received nothing")
{
    expect_bits("UARTFR", FR_RXFE | FR_TXFF | FR_RXFF, FR_RXFE, reg(UARTFR));
    pass(2000);
    expect_bits("UARTFR when it had time", FR_TXFE | FR_BUSY, FR_TXFE, reg(UARTFR));
}

CHECK(registers, "uart.registers",
      "baud rate, line control, control and FIFO levels keep their bits")
{
    static const struct {
        uint32_t offset;
        uint32_t written;
        uint32_t kept;
    } rows[] = {{UARTIBRD, 0xffffffff, 0xffff}, {UARTFBRD, 0xffffffff, 0x3f},
                {UARTIFLS, 0xffffffff, 0x3f},   {UARTCR, 0x00000301, 0x301},
                {UARTLCR_H, 0x70, 0x70},        {UARTIMSC, 0, 0}};

    for (uint32_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        uint32_t before = reg(rows[n].offset);

        about(rows[n].offset);
        set(rows[n].offset, rows[n].written);
        expect("register", rows[n].kept, reg(rows[n].offset));
        set(rows[n].offset, before);
    }
}

CHECK(transmit, "uart.transmit", "the transmit interrupt comes when it is asked for: INTID 33")
{
    gic_open(MVP_UART_INTID, 0x80);
    set(UARTIMSC, INT_TX);
    store_byte(tree.uart.base + UARTDR, '\r'); /* at a line's start it shows nothing */
    expect_bits("UARTRIS", INT_TX, INT_TX, reg(UARTRIS));
    expect_bits("UARTMIS", INT_TX, INT_TX, reg(UARTMIS));
    expect("interrupts", 1, take(1, 20000));
    expect("INTID", MVP_UART_INTID, self()->intid[0]);
}

CHECK(masked, "uart.masked", "a masked interrupt stands in UARTRIS alone, and is not delivered")
{
    gic_open(MVP_UART_INTID, 0x80);
    set(UARTIMSC, 0);
    store_byte(tree.uart.base + UARTDR, '\r');
    expect("interrupts", 0, take(1, 500));
    expect_bits("UARTRIS", INT_TX, INT_TX, reg(UARTRIS));
    expect("UARTMIS", 0, reg(UARTMIS));
}

CHECK(cleared, "uart.cleared", "UARTICR clears what it names, and the line falls")
{
    store_byte(tree.uart.base + UARTDR, '\r');
    pass(1000);
    set(UARTIMSC, INT_TX);
    set(UARTICR, INT_TX);
    expect_bits("UARTRIS", INT_TX, 0, reg(UARTRIS));
    gic_open(MVP_UART_INTID, 0x80);
    expect("interrupts", 0, take(1, 500));
}

CHECK(narrow, "uart.narrow", "registers may be read and written by bytes and halves")
{
    uint64_t at = tree.uart.base + UARTFBRD;
    uint32_t before = load(at);

    probe_write1(at, 0x2a);
    expect("by a byte", 0x2a, probe_read1(at));
    probe_write2(at, 0x15);
    expect("by a half", 0x15, probe_read2(at));
    store(at, before);
}

CHECK(nothing, "uart.reserved", "reserved registers read as zero and ignore what is written")
{
    static const uint32_t offsets[] = {0x08, 0x14, 0x1c, 0x4c, 0x80, 0x800, 0xfdc};

    for (uint32_t n = 0; n < sizeof offsets / sizeof offsets[0]; n++) {
        about(offsets[n]);
        set(offsets[n], 0xffffffff);
        expect("register", 0, reg(offsets[n]));
    }
}
