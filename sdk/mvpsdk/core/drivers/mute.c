/* SPDX-License-Identifier: Apache-2.0 */
/* The driver of a board without a console: its name is "none". */
#include "driver.h"

const char *arch_console_name(void)
{
    return CONSOLE_NAME;
}

const struct console_part *arch_console_part(uint32_t n)
{
    (void)n;
    return NULL;
}

void console_open(const struct uart *found)
{
    (void)found;
}

void console_interrupts(void)
{
}

bool arch_console_put(uint8_t byte)
{
    (void)byte;
    return true;
}

int32_t arch_console_get(void)
{
    return -1;
}
