/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Console output, by lines: each is one call to the hypervisor, which puts the name in front.
 */
#include <stdarg.h>

#include "rt_internal.h"

#define DIGITS 20    /* of 2^64 - 1 */
#define PATIENCE 100 /* interrupts to wait for a console that takes nothing */

static char line[MVP_CONSOLE_WRITE_MAX];
static uint32_t used;

/* What the hypervisor has no room for is offered again, and in the end dropped: a report must not
 * hold up the firmware for ever. */
static void flush(void)
{
    uint32_t sent = 0;

    for (uint32_t n = 0; sent < used && n < PATIENCE; n++) {
        int64_t taken =
            (int64_t)rt_call(MVP_CALL_CONSOLE_WRITE, (uint64_t)(line + sent), used - sent);

        if (taken < 0) {
            break;
        }
        sent += (uint32_t)taken;
        if (taken == 0) {
            rt_wait();
        }
    }
    used = 0;
}

static void put(char byte)
{
    line[used] = byte;
    used++;
    if (byte == '\n' || used == MVP_CONSOLE_WRITE_MAX) {
        flush();
    }
}

static void put_text(const char *text)
{
    for (; *text != 0; text++) {
        put(*text);
    }
}

static void put_number(uint64_t number, uint32_t base)
{
    char digits[DIGITS + 1];
    uint32_t at = DIGITS;

    digits[DIGITS] = 0;
    do {
        at--;
        digits[at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    put_text(digits + at);
}

void rt_print(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    for (; *format != 0; format++) {
        if (format[0] != '%') {
            put(format[0]);
        } else if (format[1] == 's') {
            put_text(va_arg(values, const char *));
            format += 1;
        } else if (format[1] == 'l' && (format[2] == 'u' || format[2] == 'x')) {
            put_number(va_arg(values, uint64_t), format[2] == 'x' ? 16 : 10);
            format += 2;
        }
    }
    va_end(values);
}
