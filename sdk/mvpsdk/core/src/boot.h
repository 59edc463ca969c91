/* SPDX-License-Identifier: Apache-2.0 */
/* What the boot loader left: device tree -> pack, console, choice; and who has to move where. */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/core.h>

#include "fdt.h"
#include "uart.h"

struct boot {
    uint64_t pack;       /* where it is now */
    uint64_t pack_limit; /* end of the initrd range */
    uint8_t choice[16];  /* mvp.persona= of the boot arguments */
    uint64_t zero[2];
};

/* Reads the device tree at tree. Returns a reason. */
uint32_t boot_read(const void *tree, struct boot *boot);
/* The board's console by that tree; base 0: it names none we drive. Takes 15 000 instructions for a
 * tree like QEMU's: it is looked for when there is something to say before the pack names it. */
void boot_console(const void *tree, struct uart *uart);

/* Is this build's console driver the one that the board's pack names? */
bool boot_has_driver(const struct mvp_board *board);

enum boot_move { BOOT_MOVE_NONE = 0, BOOT_MOVE_SELF = 1, BOOT_MOVE_PACK = 2, BOOT_MOVE_CLASH = 3 };

/* What to move first, so that nothing is overwritten before it has moved: hypervisor [self, self +
 * self_size) to window, pack [pack, pack + pack_size) to pack_home. */
enum boot_move boot_next_move(uint64_t self, uint64_t self_size, uint64_t window, uint64_t pack,
                              uint64_t pack_size, uint64_t pack_home);

#endif
