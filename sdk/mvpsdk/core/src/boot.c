/* SPDX-License-Identifier: Apache-2.0 */
#include "boot.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"

#define FDT_LIMIT 0x200000 /* the arm64 boot protocol: a device tree has at most 2 MiB */
#define CHOICE "mvp.persona="

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

static bool open_tree(struct fdt *fdt, const void *tree)
{
    return ((uintptr_t)tree & 7) == 0 && tree != NULL && fdt_open(fdt, tree, FDT_LIMIT);
}

void boot_console(const void *tree, struct uart *uart)
{
    struct fdt fdt;

    *uart = (struct uart){.base = 0};
    if (open_tree(&fdt, tree)) {
        uart_find(&fdt, fdt_node(&fdt, "/chosen"), uart);
    }
}

uint32_t boot_read(const void *tree, struct boot *boot)
{
    struct fdt fdt;
    uint32_t chosen;
    uint64_t start;
    uint64_t end;

    bytes_zero(boot, sizeof *boot);
    if (!open_tree(&fdt, tree)) {
        return MVP_ENTRY_NO_FDT;
    }
    chosen = fdt_node(&fdt, "/chosen");
    read_choice(&fdt, chosen, boot->choice, sizeof boot->choice);
    if (!read_address(&fdt, chosen, "linux,initrd-start", &start) ||
        !read_address(&fdt, chosen, "linux,initrd-end", &end)) {
        return MVP_ENTRY_NO_INITRD;
    }
    start = (start + 7) & ~7ULL;
    if (end <= start || start == 0) {
        return MVP_ENTRY_NO_INITRD;
    }
    boot->pack_limit = end;
    boot->pack = start + mvp_pack_find(arch_memory(start), end - start);
    /* With the MMU off, 8 bytes are read at multiples of 8 only. */
    return boot->pack < end && boot->pack % 8 == 0 ? MVP_OK : MVP_PACK_NOT_FOUND;
}

bool boot_has_driver(const struct mvp_board *board)
{
    const char *name = arch_console_name();
    uint32_t n = 0;

    while (n < sizeof board->console_driver && name[n] != 0 &&
           (uint8_t)name[n] == board->console_driver[n]) {
        n++;
    }
    return n < sizeof board->console_driver && name[n] == 0 && board->console_driver[n] == 0;
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
