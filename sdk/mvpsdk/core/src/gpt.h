/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition of a disk by its name: the GUID partition table (UEFI Specification 2.10,
 * section 5.3), block by block as it comes from the disk. Nothing of it is trusted.
 *
 *     gpt_open()     with the header's block;
 *     gpt_add()      with each block of its table, gpt_blocks() of them from gpt.table on;
 *     gpt_partition() then tells.
 *
 * Disks of 512-byte blocks, entries of 128 bytes, as every tool makes them.
 */
#ifndef CORE_GPT_H
#define CORE_GPT_H

#include <stdbool.h>
#include <stdint.h>

#define GPT_BLOCK 512
#define GPT_HEADER 1         /* block of the first header; the second is in the disk's last */
#define GPT_ENTRIES_MAX 1024 /* more are refused; tools make 128 */

struct gpt {
    uint64_t table; /* its first block */
    uint64_t first; /* blocks that partitions may have: from here */
    uint64_t last;  /* to here */
    uint32_t count; /* of entries */
    uint32_t crc;   /* of the table, as the header has it */
    uint32_t seen;  /* entries so far */
    uint32_t sum;   /* their CRC */
    uint64_t found_first;
    uint64_t found_blocks; /* 0: the name has not come yet */
    const char *name;
};

/* Judges the header that stands in block `at` of a disk of so many blocks. name: of the partition
 * that is looked for, ASCII; it is kept, not copied. */
bool gpt_open(struct gpt *gpt, const uint8_t *block, uint64_t at, uint64_t blocks,
              const char *name);
uint32_t gpt_blocks(const struct gpt *gpt);
/* Takes the next block of the table. Of two partitions with the name the first counts. */
void gpt_add(struct gpt *gpt, const uint8_t *block);
/* False: the table is not whole, its checksum is wrong, or no partition within the disk has that
 * name. */
bool gpt_partition(const struct gpt *gpt, uint64_t *first, uint64_t *blocks);

#endif
