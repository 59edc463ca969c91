/* SPDX-License-Identifier: Apache-2.0 */
#include "boot.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"

#define FDT_LIMIT 0x200000 /* the arm64 boot protocol: a device tree has at most 2 MiB */
#define CHOICE "mvp.persona="

static bool same(const char *a, const uint8_t *b, uint32_t size)
{
    for (uint32_t n = 0; n < size; n++) {
        if ((uint8_t)a[n] != b[n] || b[n] == 0) {
            return a[n] == 0 && b[n] == 0;
        }
    }
    return false;
}

/* One of the NUL-separated strings of a property. */
static bool lists(const uint8_t *value, uint32_t size, const char *text)
{
    for (uint32_t n = 0; n < size; n++) {
        if ((n == 0 || value[n - 1] == 0) && same(text, value + n, size - n)) {
            return true;
        }
    }
    return false;
}

/* A node's path ends where stdout-path gives options, "/serial@0:115200". */
static bool copy_path(char *path, uint32_t room, const uint8_t *value, uint32_t size)
{
    for (uint32_t n = 0; n < size && n < room; n++) {
        path[n] = (char)(value[n] == ':' ? 0 : value[n]);
        if (path[n] == 0) {
            return path[0] == '/';
        }
    }
    return false;
}

/* stdout-path is a path, or an alias. */
static bool console_path(const struct fdt *fdt, uint32_t chosen, char *path, uint32_t room)
{
    const uint8_t *value;
    uint32_t size;

    if (!fdt_property(fdt, chosen, "stdout-path", &value, &size)) {
        return false;
    }
    if (copy_path(path, room, value, size)) {
        return true;
    }
    return fdt_property(fdt, fdt_node(fdt, "/aliases"), path, &value, &size) &&
           copy_path(path, room, value, size);
}

/* Is it a part that this build's driver serves? */
static bool is_served(const uint8_t *compatible, uint32_t size)
{
    const struct console_part *part;

    for (uint32_t n = 0; (part = arch_console_part(n)) != NULL; n++) {
        if (lists(compatible, size, part->compatible)) {
            return true;
        }
    }
    return false;
}

/* Knows a UART at the tree's top level, with two address cells: enough to say why nothing works
 * before the pack, which names the console properly, has been found. */
static uint64_t find_console(const struct fdt *fdt, uint32_t chosen)
{
    char path[64];
    const uint8_t *value;
    uint32_t node;
    uint32_t size;
    uint64_t base = 0;

    if (!console_path(fdt, chosen, path, sizeof path)) {
        return 0;
    }
    node = fdt_node(fdt, path);
    if (fdt_property(fdt, node, "compatible", &value, &size) && is_served(value, size) &&
        fdt_property(fdt, node, "reg", &value, &size) && size >= 8) {
        fdt_number(value, 8, &base);
    }
    return base;
}

/* Copies the word after mvp.persona=, if there is one that fits. */
static void read_choice(const struct fdt *fdt, uint32_t chosen, uint8_t *choice, uint32_t room)
{
    const uint32_t key = sizeof CHOICE - 1;
    const uint8_t *value;
    uint32_t size;

    if (!fdt_property(fdt, chosen, "bootargs", &value, &size)) {
        return;
    }
    for (uint32_t n = 0; n + key < size; n++) {
        if ((n == 0 || value[n - 1] == ' ') && bytes_equal(value + n, CHOICE, key)) {
            for (uint32_t i = n + key; i < size && value[i] > ' ' && i - n - key < room; i++) {
                choice[i - n - key] = value[i];
            }
        }
    }
}

static bool read_address(const struct fdt *fdt, uint32_t chosen, const char *name,
                         uint64_t *address)
{
    const uint8_t *value;
    uint32_t size;

    return fdt_property(fdt, chosen, name, &value, &size) && fdt_number(value, size, address);
}

uint32_t boot_read(const void *tree, struct boot *boot)
{
    struct fdt fdt;
    uint32_t chosen;
    uint64_t start;
    uint64_t end;

    bytes_zero(boot, sizeof *boot);
    if (((uintptr_t)tree & 7) != 0 || tree == NULL || !fdt_open(&fdt, tree, FDT_LIMIT)) {
        return MVP_ENTRY_NO_FDT;
    }
    chosen = fdt_node(&fdt, "/chosen");
    boot->console = find_console(&fdt, chosen);
    read_choice(&fdt, chosen, boot->choice, sizeof boot->choice);
    if (!read_address(&fdt, chosen, "linux,initrd-start", &start) ||
        !read_address(&fdt, chosen, "linux,initrd-end", &end) || end <= start || start == 0) {
        return MVP_ENTRY_NO_INITRD;
    }
    start = (start + 7) & ~7ULL;
    boot->pack_limit = end;
    boot->pack = start + mvp_pack_find(arch_memory(start), end - start);
    /* With the MMU off, 8 bytes are read at multiples of 8 only. */
    return boot->pack < end && boot->pack % 8 == 0 ? MVP_OK : MVP_PACK_NOT_FOUND;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

enum boot_move boot_next_move(uint64_t self, uint64_t self_size, uint64_t window, uint64_t pack,
                              uint64_t pack_size, uint64_t pack_home)
{
    if (self != window && !overlap(window, self_size, pack, pack_size) &&
        !overlap(window, self_size, self, self_size)) {
        return BOOT_MOVE_SELF;
    }
    if (self == window && pack == pack_home) {
        return BOOT_MOVE_NONE;
    }
    if (pack != pack_home && !overlap(pack_home, pack_size, self, self_size)) {
        return BOOT_MOVE_PACK;
    }
    return BOOT_MOVE_CLASH;
}
