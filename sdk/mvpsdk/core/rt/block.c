/* SPDX-License-Identifier: Apache-2.0 */
/* Disks, whichever their driver: what all have alike, and their partitions. */
#include "../src/gpt.h"
#include "rt_internal.h"

_Static_assert(RT_BLOCK == GPT_BLOCK, "a block is a block");

bool rt_block_open(struct rt_block *disk, const struct rt_block_driver *driver, const char *device)
{
    *disk = (struct rt_block){.driver = driver};
    return rt_device(device, &disk->device) && driver->open(disk);
}

bool rt_block_read(struct rt_block *disk, uint64_t block, uint8_t *data)
{
    return block < disk->blocks && disk->driver->read(disk, block, data);
}

bool rt_block_write(struct rt_block *disk, uint64_t block, const uint8_t *data)
{
    return block < disk->blocks && disk->driver->write(disk, block, data);
}

bool rt_block_flush(struct rt_block *disk)
{
    return disk->driver->flush(disk);
}

/* In the table whose header stands in that block. */
static bool look_up(struct rt_block *disk, uint64_t header, const char *name, uint64_t *first,
                    uint64_t *blocks)
{
    uint8_t data[RT_BLOCK];
    struct gpt gpt;

    if (!rt_block_read(disk, header, data) || !gpt_open(&gpt, data, header, disk->blocks, name)) {
        return false;
    }
    for (uint32_t n = 0; n < gpt_blocks(&gpt); n++) {
        if (!rt_block_read(disk, gpt.table + n, data)) {
            return false;
        }
        gpt_add(&gpt, data);
    }
    return gpt_partition(&gpt, first, blocks);
}

bool rt_block_partition(struct rt_block *disk, const char *name, uint64_t *first, uint64_t *blocks)
{
    return look_up(disk, GPT_HEADER, name, first, blocks) ||
           look_up(disk, disk->blocks - 1, name, first, blocks);
}
