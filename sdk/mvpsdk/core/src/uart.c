/* SPDX-License-Identifier: Apache-2.0 */
#include "uart.h"

#include <stddef.h>

#include "arch.h"

#define PATH_SIZE 128 /* bytes of a node's path that is followed */
#define SHIFT_MOST 3
#define ADDRESS_CELLS 2 /* where a node does not say (Devicetree Specification 0.4, 2.3.5) */
#define SIZE_CELLS 1

static bool same(const char *a, const uint8_t *b, uint32_t size)
{
    for (uint32_t n = 0; n < size; n++) {
        if ((uint8_t)a[n] != b[n] || b[n] == 0) {
            return a[n] == 0 && b[n] == 0;
        }
    }
    return false;
}

static const struct console_part *part_named(const uint8_t *name, uint32_t size)
{
    const struct console_part *part = NULL;

    for (uint32_t n = 0; (part = arch_console_part(n)) != NULL; n++) {
        if (same(part->compatible, name, size)) {
            break;
        }
    }
    return part;
}

/* The most specific of the node's names that this build's driver serves; NULL: it serves none. */
static const struct console_part *find_part(const struct fdt *fdt, uint32_t node)
{
    const struct console_part *part = NULL;
    const uint8_t *names;
    uint32_t size = 0;

    if (fdt_property(fdt, node, "compatible", &names, &size)) {
        for (uint32_t n = 0; n < size && part == NULL; n++) {
            part = n == 0 || names[n - 1] == 0 ? part_named(names + n, size - n) : NULL;
        }
    }
    return part;
}

/* A node's path ends where stdout-path gives options, "/serial@0:115200". */
static bool copy_path(char *path, const uint8_t *value, uint32_t size)
{
    for (uint32_t n = 0; n < size && n < PATH_SIZE; n++) {
        path[n] = (char)(value[n] == ':' ? 0 : value[n]);
        if (path[n] == 0) {
            return path[0] == '/';
        }
    }
    path[0] = 0; /* too long, or not ended: the name of nothing */
    return false;
}

/* stdout-path is a path, or an alias. */
static bool console_path(const struct fdt *fdt, uint32_t chosen, char *path)
{
    const uint8_t *value;
    uint32_t size;

    if (!fdt_property(fdt, chosen, "stdout-path", &value, &size)) {
        return false;
    }
    if (copy_path(path, value, size)) {
        return true;
    }
    return fdt_property(fdt, fdt_node(fdt, "/aliases"), path, &value, &size) &&
           copy_path(path, value, size);
}

/* A number of one cell; fallback where there is none. */
static uint32_t cell(const struct fdt *fdt, uint32_t node, const char *name, uint32_t fallback)
{
    const uint8_t *value;
    uint64_t number = fallback;
    uint32_t size;

    if (fdt_property(fdt, node, name, &value, &size) && size == 4) {
        fdt_number(value, size, &number);
    }
    return (uint32_t)number;
}

/* The node above the one that path names; path is cut to it. */
static uint32_t go_up(const struct fdt *fdt, char *path)
{
    uint32_t slash = 0;

    for (uint32_t n = 1; path[n] != 0; n++) {
        slash = path[n] == '/' ? n : slash;
    }
    path[slash == 0 ? 1 : slash] = 0;
    return fdt_node(fdt, path);
}

/* An entry of ranges that holds the address moves it; an empty ranges leaves it as it is. */
static bool translate(const struct fdt *fdt, uint32_t bus, uint32_t parent, uint64_t *address)
{
    uint32_t from = 4 * cell(fdt, bus, "#address-cells", ADDRESS_CELLS);
    uint32_t to = 4 * cell(fdt, parent, "#address-cells", ADDRESS_CELLS);
    uint32_t length = 4 * cell(fdt, bus, "#size-cells", SIZE_CELLS);
    uint64_t below = 0;
    uint64_t above = 0;
    uint64_t size = 0;
    const uint8_t *ranges;
    uint32_t left;

    if (!fdt_property(fdt, bus, "ranges", &ranges, &left)) {
        return false;
    }
    if (left == 0) {
        return true;
    }
    for (; from <= 8 && to <= 8 && length <= 8 && left >= from + to + length;
         ranges += from + to + length, left -= from + to + length) {
        if (!fdt_number(ranges, from, &below) || !fdt_number(ranges + from, to, &above) ||
            !fdt_number(ranges + from + to, length, &size)) {
            return false;
        }
        if (*address - below < size) {
            *address = *address - below + above;
            return true;
        }
    }
    return false;
}

/* The address in the node's reg, as the root sees it; 0: there is no way up. Cuts path. */
static uint64_t address_of(const struct fdt *fdt, uint32_t node, char *path)
{
    const uint8_t *reg;
    uint64_t address = 0;
    uint32_t size;
    uint32_t bus = go_up(fdt, path);
    uint32_t width = cell(fdt, bus, "#address-cells", ADDRESS_CELLS);

    if (width > 2 || !fdt_property(fdt, node, "reg", &reg, &size) || size < 4 * width ||
        !fdt_number(reg, 4 * width, &address)) {
        return 0;
    }
    while (path[1] != 0) { /* ends: each step makes it shorter */
        uint32_t parent = go_up(fdt, path);

        if (!translate(fdt, bus, parent, &address)) {
            return 0;
        }
        bus = parent;
    }
    return address;
}

void uart_find(const struct fdt *fdt, uint32_t chosen, struct uart *uart)
{
    char path[PATH_SIZE];
    const struct console_part *part;
    uint32_t node;
    uint32_t shift;
    uint32_t width;

    if (!console_path(fdt, chosen, path)) {
        return;
    }
    node = fdt_node(fdt, path);
    part = find_part(fdt, node);
    if (part == NULL) {
        return;
    }
    shift = cell(fdt, node, "reg-shift", part->shift);
    width = cell(fdt, node, "reg-io-width", part->width);
    uart->shift = shift <= SHIFT_MOST ? shift : part->shift;
    uart->width = width == 1 || width == 2 || width == 4 ? width : part->width;
    if (uart->width >> uart->shift >
        1) { /* with the MMU off, an access that is not aligned faults */
        uart->shift = part->shift;
        uart->width = part->width;
    }
    uart->base = address_of(fdt, node, path);
}
