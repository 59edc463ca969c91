/* SPDX-License-Identifier: Apache-2.0 */
/* The PL011 at its fixed address, polled: it must speak before the device tree is read. */
#include "conform.h"

#define UARTDR (MVP_UART_BASE + 0x00)
#define UARTFR (MVP_UART_BASE + 0x18)
#define FR_TXFF 0x20
#define PATIENCE 1000000

/* The hypervisor takes a byte at any time, and keeps 1 KiB for a UART that is slower: on a phone
 * the command line says how slow. */
static void put(char byte)
{
    for (uint32_t n = 0; n < PATIENCE && (load(UARTFR) & FR_TXFF) != 0; n++) {
    }
    store(UARTDR, (uint8_t)byte);
    if (tree.pace != 0) {
        pass(tree.pace);
    }
}

void print(const char *text)
{
    for (; *text != 0; text++) {
        put(*text);
    }
}

void print_decimal(uint64_t value)
{
    char digits[21];
    uint32_t at = sizeof digits - 1;

    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    print(digits + at);
}

void print_hex(uint64_t value)
{
    uint32_t shift = (63 - (uint32_t)__builtin_clzll(value | 1)) & ~3U;

    print("0x");
    for (; shift < 64; shift -= 4) {
        put("0123456789abcdef"[value >> shift & 15]);
    }
}
