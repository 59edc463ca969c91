/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formatted output: the small part of printf that this system needs.
 */
#include <stdarg.h>

#include "kernel.h"

#define DIGITS 20 /* of 2^64 - 1 */

struct field {
    bool left;
    uint32_t width;
};

static void put_padded(const char *text, uint32_t size, struct field field)
{
    uint32_t fill = field.width > size ? field.width - size : 0;

    for (uint32_t n = 0; n < fill && !field.left; n++) {
        console_put(' ');
    }
    for (uint32_t n = 0; n < size; n++) {
        console_put(text[n]);
    }
    for (uint32_t n = 0; n < fill && field.left; n++) {
        console_put(' ');
    }
}

static void put_text(const char *text, struct field field)
{
    uint32_t size = 0;

    while (text[size] != 0) {
        size++;
    }
    put_padded(text, size, field);
}

static void put_number(uint64_t number, uint32_t base, struct field field)
{
    char digits[DIGITS];
    uint32_t at = DIGITS;

    do {
        at--;
        digits[at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    put_padded(digits + at, DIGITS - at, field);
}

static const char *read_field(const char *format, struct field *field)
{
    field->left = *format == '-';
    field->width = 0;
    if (field->left) {
        format++;
    }
    for (; *format >= '0' && *format <= '9'; format++) {
        field->width = field->width * 10 + (uint32_t)(*format - '0');
    }
    return format;
}

void print(const char *format, ...)
{
    va_list values;
    struct field field;

    va_start(values, format);
    for (; *format != 0; format++) {
        if (*format != '%') {
            console_put(*format);
            continue;
        }
        format = read_field(format + 1, &field);
        if (*format == 's') {
            put_text(va_arg(values, const char *), field);
        } else if (*format == 'c') {
            console_put((char)va_arg(values, int));
        } else {
            format++; /* the 'l' */
            put_number(va_arg(values, uint64_t), *format == 'x' ? 16 : 10, field);
        }
    }
    va_end(values);
}
