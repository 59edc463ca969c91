/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's reader of partition tables. An input is 8 bytes of choices, then the header's
 * block and the table. Their checksums are mended, so that what they say is looked at.
 */
#include "gpt.h"

#include "crc32.h"
#include "harness.h"

#define PREFIX 8
#define DISK 4096 /* blocks */
#define FEW 16    /* entries: a checksum over many takes long, and finds no more */

enum option { KEEP_HEADER = 1, KEEP_TABLE = 2, KEEP_COUNT = 4 };

static const char *const names[] = {"misc", "boot_a", "", "a-name-that-fills-the-whole-field-xxx",
                                    "userdata"};

static struct {
    uint64_t opened;
    uint64_t refused;
    uint64_t found;
    uint64_t absent;
} seen;

static void say_seen(void)
{
    printf("seen: opened=%llu refused=%llu found=%llu absent=%llu\n",
           (unsigned long long)seen.opened, (unsigned long long)seen.refused,
           (unsigned long long)seen.found, (unsigned long long)seen.absent);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(say_seen);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void put32(uint8_t *at, uint32_t value)
{
    for (uint32_t n = 0; n < 4; n++) {
        at[n] = (uint8_t)(value >> 8 * n);
    }
}

/* Block n of the table, as far as the input goes; zeros behind it. */
static void table_block(uint8_t *block, const uint8_t *table, size_t size, uint32_t n)
{
    size_t at = (size_t)n * GPT_BLOCK;

    memset(block, 0, GPT_BLOCK);
    if (at < size) {
        memcpy(block, table + at, size - at < GPT_BLOCK ? size - at : GPT_BLOCK);
    }
}

static void mend_table(uint8_t *header, const uint8_t *table, size_t size)
{
    uint8_t block[GPT_BLOCK];
    uint32_t left = get32(header + 80);
    uint32_t crc = 0;

    for (uint32_t n = 0; left > 0 && n < GPT_ENTRIES_MAX / 4; n++) {
        uint32_t here = left < 4 ? left : 4;

        table_block(block, table, size, n);
        crc = crc32_add(crc, block, (uint64_t)here * 128);
        left -= here;
    }
    put32(header + 88, crc);
}

static void mend_header(uint8_t *header)
{
    uint32_t size = get32(header + 12);

    put32(header + 16, 0);
    put32(header + 16, crc32_add(0, header, size <= GPT_BLOCK ? size : 92));
}

static void look_up(const uint8_t *header, const uint8_t *table, size_t size, const char *name)
{
    uint8_t block[GPT_BLOCK];
    struct gpt gpt;
    uint64_t first = 0;
    uint64_t blocks = 0;

    if (!gpt_open(&gpt, header, GPT_HEADER, DISK, name)) {
        seen.refused++;
        return;
    }
    seen.opened++;
    HOLDS(gpt_blocks(&gpt) > 0);
    HOLDS(gpt.table < DISK && gpt_blocks(&gpt) <= DISK - gpt.table);
    for (uint32_t n = 0; n < gpt_blocks(&gpt); n++) {
        table_block(block, table, size, n);
        gpt_add(&gpt, block);
    }
    if (!gpt_partition(&gpt, &first, &blocks)) {
        seen.absent++;
        return;
    }
    HOLDS(blocks > 0 && first < DISK && blocks <= DISK - first);
    HOLDS(first >= gpt.first && first + blocks - 1 <= gpt.last);
    seen.found++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t header[GPT_BLOCK];
    const uint8_t *table = data + PREFIX + GPT_BLOCK;
    size_t left;

    if (size < PREFIX + GPT_BLOCK) {
        return 0;
    }
    left = size - PREFIX - GPT_BLOCK;
    memcpy(header, data + PREFIX, GPT_BLOCK);
    if ((data[0] & KEEP_COUNT) == 0) {
        put32(header + 80, get32(header + 80) % FEW);
    }
    if ((data[0] & KEEP_TABLE) == 0) {
        mend_table(header, table, left);
    }
    if ((data[0] & KEEP_HEADER) == 0) {
        mend_header(header);
    }
    look_up(header, table, left, names[data[1] % (sizeof names / sizeof names[0])]);
    return 0;
}
