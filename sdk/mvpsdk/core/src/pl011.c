/* SPDX-License-Identifier: Apache-2.0 */
#include "pl011.h"

#include "console.h"
#include "vcpu.h"

enum pl011_register {
    UARTDR = 0x00,
    UARTFR = 0x18,
    UARTIBRD = 0x24,
    UARTFBRD = 0x28,
    UARTLCR_H = 0x2c,
    UARTCR = 0x30,
    UARTIFLS = 0x34,
    UARTIMSC = 0x38,
    UARTRIS = 0x3c,
    UARTMIS = 0x40,
    UARTICR = 0x44,
    UARTDMACR = 0x48,
    UART_ID = 0xfe0 /* eight registers of a byte each */
};

#define REGISTER_MASK 0xffc /* accesses may be narrower than the register */

#define FR_RXFE 0x10 /* receive FIFO empty */
#define FR_RXFF 0x40 /* receive FIFO full */
#define FR_TXFE 0x80 /* transmit FIFO empty: always, what is written is gone */
#define LCR_H_FEN 0x10
#define INT_RX 0x10
#define INT_TX 0x20
#define INT_RT 0x40 /* receive timeout */

/* At reset: transmit and receive enabled, both FIFOs trigger at half full. */
#define CR_RESET 0x300
#define IFLS_RESET 0x12

/* Widths of the registers, as masks. */
#define IBRD_MASK 0xffff
#define FBRD_MASK 0x3f
#define LCR_H_MASK 0xff
#define CR_MASK 0xff87
#define IFLS_MASK 0x3f
#define INT_MASK 0x7ff
#define DMACR_MASK 0x7

/* Peripheral ID 0x00341011 (r1p5), PrimeCell ID 0xb105f00d. */
static const uint8_t ids[8] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

void pl011_init(struct pl011 *uart, uint32_t intid)
{
    uart->control = CR_RESET;
    uart->line_control = 0;
    uart->integer_baud = 0;
    uart->fraction_baud = 0;
    uart->fifo_levels = IFLS_RESET;
    uart->mask = 0;
    uart->raw = 0;
    uart->dma = 0;
    uart->intid = intid;
    uart->rx_head = 0;
    uart->rx_count = 0;
}

static void update_line(struct vcpu *vcpu, const struct pl011 *uart)
{
    vgic_line(vcpu, uart->intid, (uart->raw & uart->mask) != 0);
}

static bool has_fifo(const struct pl011 *uart)
{
    return (uart->line_control & LCR_H_FEN) != 0;
}

/* Bytes at which the receive interrupt comes: UARTIFLS 5:3 chooses 1/8, 1/4, 1/2, 3/4 or 7/8. */
static uint32_t trigger(const struct pl011 *uart)
{
    static const uint8_t eighths[8] = {1, 2, 4, 6, 7, 7, 7, 7};

    return has_fifo(uart) ? PL011_FIFO / 8U * eighths[uart->fifo_levels >> 3 & 7] : 1;
}

static uint32_t flags(const struct pl011 *uart)
{
    uint32_t value = FR_TXFE;

    if (uart->rx_count == 0) {
        value |= FR_RXFE;
    }
    if (uart->rx_count >= (has_fifo(uart) ? PL011_FIFO : 1U)) {
        value |= FR_RXFF;
    }
    return value;
}

bool pl011_receive(struct vcpu *vcpu, uint8_t byte)
{
    struct pl011 *uart = &vcpu->partition->uart;

    if (uart->rx_count == PL011_FIFO) {
        return false;
    }
    uart->rx[(uart->rx_head + uart->rx_count) % PL011_FIFO] = byte;
    uart->rx_count++;
    /* What is typed comes slowly: the line counts as idle after each byte. */
    uart->raw |= uart->rx_count >= trigger(uart) ? INT_RX | INT_RT : INT_RT;
    update_line(vcpu, uart);
    return true;
}

static uint32_t read_data(struct vcpu *vcpu, struct pl011 *uart)
{
    uint8_t byte;

    if (uart->rx_count == 0) {
        return 0;
    }
    byte = uart->rx[uart->rx_head];
    uart->rx_head = (uart->rx_head + 1) % PL011_FIFO;
    uart->rx_count--;
    if (uart->rx_count < trigger(uart)) {
        uart->raw &= ~(uint32_t)INT_RX;
    }
    if (uart->rx_count == 0) {
        uart->raw &= ~(uint32_t)INT_RT;
    }
    update_line(vcpu, uart);
    return byte;
}

/* Switching the FIFOs on or off empties them. */
static void write_line_control(struct vcpu *vcpu, struct pl011 *uart, uint32_t value)
{
    if (((uart->line_control ^ value) & LCR_H_FEN) != 0) {
        uart->rx_count = 0;
        uart->raw &= ~(uint32_t)(INT_RX | INT_RT);
        update_line(vcpu, uart);
    }
    uart->line_control = value & LCR_H_MASK;
}

static void write_mask(struct vcpu *vcpu, struct pl011 *uart, uint32_t value)
{
    if ((value & ~uart->mask & INT_TX) != 0) {
        uart->raw |= INT_TX; /* who asks has room to write: there is always */
    }
    uart->mask = value & INT_MASK;
    update_line(vcpu, uart);
}

static uint32_t read(struct vcpu *vcpu, struct pl011 *uart, uint32_t offset)
{
    switch (offset) {
    case UARTDR:
        return read_data(vcpu, uart);
    case UARTIBRD:
        return uart->integer_baud;
    case UARTFBRD:
        return uart->fraction_baud;
    case UARTLCR_H:
        return uart->line_control;
    case UARTCR:
        return uart->control;
    case UARTIFLS:
        return uart->fifo_levels;
    case UARTIMSC:
        return uart->mask;
    case UARTRIS:
        return uart->raw;
    case UARTMIS:
        return uart->raw & uart->mask;
    case UARTDMACR:
        return uart->dma;
    default:
        return offset >= UART_ID ? ids[(offset - UART_ID) / 4] : 0;
    }
}

static void write(struct vcpu *vcpu, struct pl011 *uart, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case UARTIBRD:
        uart->integer_baud = value & IBRD_MASK;
        break;
    case UARTFBRD:
        uart->fraction_baud = value & FBRD_MASK;
        break;
    case UARTLCR_H:
        write_line_control(vcpu, uart, value);
        break;
    case UARTCR:
        uart->control = value & CR_MASK;
        break;
    case UARTIFLS:
        uart->fifo_levels = value & IFLS_MASK;
        break;
    case UARTIMSC:
        write_mask(vcpu, uart, value);
        break;
    case UARTICR:
        uart->raw &= ~value;
        update_line(vcpu, uart);
        break;
    case UARTDMACR:
        uart->dma = value & DMACR_MASK;
        break;
    default:
        break;
    }
}

/* A byte is sent at once, so that the transmit interrupt is due again. */
static void send(struct vcpu *vcpu, struct pl011 *uart, uint8_t byte)
{
    uart->raw |= INT_TX;
    if ((uart->mask & INT_TX) != 0) {
        update_line(vcpu, uart);
    }
    console_guest_put(vcpu->partition, byte);
}

/* Flags and data first: an OS that prints does little else. */
uint64_t pl011_read(struct vcpu *vcpu, uint64_t offset)
{
    struct pl011 *uart = &vcpu->partition->uart;
    uint32_t reg = (uint32_t)offset & REGISTER_MASK;

    return reg == UARTFR ? flags(uart) : read(vcpu, uart, reg);
}

void pl011_write(struct vcpu *vcpu, uint64_t offset, uint64_t value)
{
    struct pl011 *uart = &vcpu->partition->uart;
    uint32_t reg = (uint32_t)offset & REGISTER_MASK;

    if (reg == UARTDR) {
        send(vcpu, uart, (uint8_t)value);
    } else {
        write(vcpu, uart, reg, (uint32_t)value);
    }
}
