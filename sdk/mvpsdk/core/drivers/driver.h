/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a console driver is made of: one file, console_<name>.c, which defines console_open(),
 * console_interrupts(), arch_console_put() and arch_console_get(), and says what it serves. A file
 * here is a driver; it is listed nowhere.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <stddef.h>

#include "aarch64.h"
#include "arch.h"
#include "console_name.h" /* made by the build: CONSOLE_NAME, from the file's name */

/* A part by its `compatible` in device trees, and its layout where the tree does not tell one:
 * registers stand 1 << shift bytes apart, one access has width bytes; 0, 1 where the driver leaves
 * no choice. core/drivers.py reads these lines, too. */
/* clang-format off */
#define SERVES(compatible, shift, width) {compatible, shift, width}
/* clang-format on */

/* A driver that nobody has tried on the part itself says why: core/drivers.py tells it to whoever
 * uses it. */
#define EXPERIMENTAL(why) _Static_assert(sizeof(why) > 1, "why it is");

/* Makes this build's driver known, with an array of the parts that it serves. */
#define CONSOLE_DRIVER(parts)                                               \
    const char *arch_console_name(void)                                     \
    {                                                                       \
        return CONSOLE_NAME;                                                \
    }                                                                       \
    const struct console_part *arch_console_part(uint32_t n)                \
    {                                                                       \
        return n < sizeof(parts) / sizeof((parts)[0]) ? &(parts)[n] : NULL; \
    }

#endif
