/* SPDX-License-Identifier: Apache-2.0 */
#include "gpt.h"

#include <stddef.h>

#include "crc32.h"

/* Offsets in the header (table 5.5). */
#define SIGNATURE 0x5452415020494645 /* "EFI PART" */
#define REVISION 0x00010000
#define HEADER_SIZE 92 /* bytes; more are reserved */
#define AT_REVISION 8
#define AT_SIZE 12
#define AT_CRC 16
#define AT_AFTER_CRC 20
#define AT_OWN 24
#define AT_FIRST 40
#define AT_LAST 48
#define AT_TABLE 72
#define AT_COUNT 80
#define AT_ENTRY_SIZE 84
#define AT_TABLE_CRC 88

/* Offsets in an entry (table 5.6). */
#define ENTRY 128
#define AT_ENTRY_FIRST 32
#define AT_ENTRY_LAST 40
#define AT_NAME 56
#define NAME_UNITS 36 /* of UTF-16 */

static uint64_t number(const uint8_t *at, uint32_t bytes)
{
    uint64_t value = 0;

    for (uint32_t n = bytes; n > 0; n--) {
        value = value << 8 | at[n - 1];
    }
    return value;
}

static bool checksum_is_right(const uint8_t *block, uint32_t size)
{
    static const uint8_t zeros[AT_AFTER_CRC - AT_CRC];
    uint32_t crc = crc32_add(0, block, AT_CRC);

    crc = crc32_add(crc, zeros, sizeof zeros);
    return number(block + AT_CRC, 4) == crc32_add(crc, block + AT_AFTER_CRC, size - AT_AFTER_CRC);
}

bool gpt_open(struct gpt *gpt, const uint8_t *block, uint64_t at, uint64_t blocks, const char *name)
{
    uint32_t size = (uint32_t)number(block + AT_SIZE, 4);

    *gpt = (struct gpt){.table = number(block + AT_TABLE, 8),
                        .first = number(block + AT_FIRST, 8),
                        .last = number(block + AT_LAST, 8),
                        .count = (uint32_t)number(block + AT_COUNT, 4),
                        .crc = (uint32_t)number(block + AT_TABLE_CRC, 4),
                        .name = name};
    if (number(block, 8) != SIGNATURE || number(block + AT_REVISION, 4) != REVISION ||
        size < HEADER_SIZE || size > GPT_BLOCK || !checksum_is_right(block, size)) {
        return false;
    }
    return number(block + AT_OWN, 8) == at && number(block + AT_ENTRY_SIZE, 4) == ENTRY &&
           gpt->count != 0 && gpt->count <= GPT_ENTRIES_MAX && gpt->last < blocks &&
           gpt->first <= gpt->last && gpt->table < blocks && gpt_blocks(gpt) <= blocks - gpt->table;
}

uint32_t gpt_blocks(const struct gpt *gpt)
{
    return (gpt->count * ENTRY + GPT_BLOCK - 1) / GPT_BLOCK;
}

static bool has_name(const uint8_t *entry, const char *name)
{
    for (uint32_t n = 0; n < NAME_UNITS; n++) {
        if (number(entry + AT_NAME + (size_t)2 * n, 2) != (uint8_t)name[n]) {
            return false;
        }
        if (name[n] == 0) {
            return true;
        }
    }
    return name[NAME_UNITS] == 0;
}

/* An entry of type zero is not in use. */
static void add_entry(struct gpt *gpt, const uint8_t *entry)
{
    uint64_t first = number(entry + AT_ENTRY_FIRST, 8);
    uint64_t last = number(entry + AT_ENTRY_LAST, 8);

    if (gpt->found_blocks != 0 || (number(entry, 8) | number(entry + 8, 8)) == 0 ||
        !has_name(entry, gpt->name) || first < gpt->first || last > gpt->last || first > last) {
        return;
    }
    gpt->found_first = first;
    gpt->found_blocks = last - first + 1;
}

void gpt_add(struct gpt *gpt, const uint8_t *block)
{
    for (uint32_t at = 0; at < GPT_BLOCK && gpt->seen < gpt->count; at += ENTRY) {
        gpt->sum = crc32_add(gpt->sum, block + at, ENTRY);
        add_entry(gpt, block + at);
        gpt->seen++;
    }
}

bool gpt_partition(const struct gpt *gpt, uint64_t *first, uint64_t *blocks)
{
    if (gpt->seen != gpt->count || gpt->sum != gpt->crc || gpt->found_blocks == 0) {
        return false;
    }
    *first = gpt->found_first;
    *blocks = gpt->found_blocks;
    return true;
}
