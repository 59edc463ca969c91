/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bank of QEMU "virt"'s NOR flash: two chips of 16 bits side by side on a bus of 32, which speak
 * Intel's command set 1 (JESD68.01; Intel 28F256P30). Each command reaches both.
 *
 * What a bank holds stands in RAM of the partition. While it is read as an array, that is mapped,
 * read-only; in every other mode it is not, and each access is served here.
 */
#ifndef CORE_FLASH_H
#define CORE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;
struct partition;
struct mvp_region;

#define FLASH_BANKS 2
#define FLASH_BUFFER 128      /* bytes of both chips' write buffers */
#define FLASH_ERASE_STEP 1024 /* bytes that one exit erases */

enum flash_mode { FLASH_ARRAY = 0, FLASH_STATUS = 1, FLASH_ID = 2, FLASH_QUERY = 3 };

/* What the next write is. */
enum flash_cycle {
    FLASH_COMMAND = 0,
    FLASH_PROGRAM = 1, /* the word to program */
    FLASH_CONFIRM = 2, /* the erasure's second command */
    FLASH_ERASING = 3, /* the same once more: it is not done yet */
    FLASH_COUNT = 4,   /* how many words, less one, will be written into the buffer */
    FLASH_LOAD = 5,    /* one of these */
    FLASH_COMMIT = 6,  /* the command that programs the buffer */
    FLASH_LOCK = 7     /* the second command about locks: there are none */
};

/* Status register (28F256P30, table 17). */
#define FLASH_READY 0x80
#define FLASH_ERASE_ERROR 0x20
#define FLASH_PROGRAM_ERROR 0x10

struct flash {
    uint64_t pa;     /* of what it holds */
    uint64_t size;   /* bytes of that, whole sectors; what lies behind is erased for ever; 0: there
                        is no such bank */
    uint64_t block;  /* offset of the part that the buffer is for; all ones: not known yet */
    uint64_t erased; /* bytes of the sector that are */
    uint32_t mode;   /* enum flash_mode: what a read returns */
    uint32_t cycle;  /* enum flash_cycle */
    uint32_t status; /* FLASH_*_ERROR: they stay until they are cleared */
    uint32_t expected;   /* words still to come into the buffer */
    uint8_t buffer[128]; /* FLASH_BUFFER */
};

/* Gives a partition the bank of this region. */
void flash_add(struct partition *partition, const struct mvp_region *region);
/* As after power-on: read as arrays, mapped. What they hold is the loader's. */
void flash_reset(struct partition *partition);

/* The bank whose 64 MiB hold this address; NULL: there is none. */
struct flash *flash_at(struct partition *partition, uint64_t ipa);

/* size: 1, 2, 4 or 8 bytes. */
uint64_t flash_read(const struct flash *bank, uint64_t offset, uint32_t size);
/* False: there is more to do than one exit may take; the same write must come again. */
bool flash_write(struct partition *partition, struct flash *bank, uint64_t offset, uint32_t size,
                 uint64_t value);

/* Erases FLASH_ERASE_STEP bytes at a physical address. */
void flash_erase_step(uint64_t pa);

#endif
