/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UART that the device tree has for output: enough to say why nothing works before the pack,
 * which names the console properly, has been found.
 */
#ifndef CORE_UART_H
#define CORE_UART_H

#include <stdint.h>

#include "fdt.h"

struct uart {
    uint64_t base;  /* of the first register, physical; 0: there is none */
    uint32_t shift; /* registers stand 1 << shift bytes apart */
    uint32_t width; /* bytes of one access */
};

/* The one of the stdout-path in node /chosen, if this build's driver serves it. Follows
 * #address-cells and ranges up to the root; addresses of more than two cells are nowhere. Else uart
 * stays as it is. */
void uart_find(const struct fdt *fdt, uint32_t chosen, struct uart *uart);

#endif
