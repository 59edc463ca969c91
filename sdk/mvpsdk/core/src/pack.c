/* SPDX-License-Identifier: Apache-2.0 */
/* The pack as a file: finding it, its header, its tables; then the rooms judge what they hold. */
#include <mvp/core.h>

#include <stddef.h>

#include <mvp/abi.h>

#include "bytes.h"
#include "judge.h"

/* Host and board must agree on every byte; so must packs made by another minor version. */
_Static_assert(sizeof(struct mvp_pack_header) == 256, "header");
_Static_assert(sizeof(struct mvp_board) == 232, "board");
_Static_assert(sizeof(struct mvp_memory) == 40, "memory");
_Static_assert(sizeof(struct mvp_partition) == 88, "partition");
_Static_assert(sizeof(struct mvp_vcpu) == 16, "vcpu");
_Static_assert(sizeof(struct mvp_region) == 40, "region");
_Static_assert(sizeof(struct mvp_interrupt) == 16, "interrupt");
_Static_assert(sizeof(struct mvp_channel) == 48, "channel");
_Static_assert(sizeof(struct mvp_image) == 104, "image");

/* Bytes of an entry and the most entries, by enum mvp_table_id. */
static const uint16_t limits[MVP_TABLE_COUNT][2] = {
    {sizeof(struct mvp_board), MVP_MAX_BOARDS},
    {sizeof(struct mvp_memory), MVP_MAX_MEMORY},
    {sizeof(struct mvp_partition), MVP_MAX_PARTITIONS},
    {sizeof(struct mvp_vcpu), MVP_MAX_VCPUS},
    {sizeof(struct mvp_region), MVP_MAX_REGIONS},
    {sizeof(struct mvp_interrupt), MVP_MAX_INTERRUPTS},
    {sizeof(struct mvp_channel), MVP_MAX_CHANNELS},
    {sizeof(struct mvp_image), MVP_MAX_IMAGES},
};

uint64_t mvp_pack_find(const void *data, uint64_t size)
{
    const uint32_t *words = data;

    for (uint64_t i = 0; i + 2 <= size / 4; i++) {
        if (words[i] == (uint32_t)MVP_PACK_MAGIC &&
            words[i + 1] == (uint32_t)(MVP_PACK_MAGIC >> 32)) {
            return 4 * i;
        }
    }
    return size;
}

const void *mvp_pack_entry(const void *pack, uint32_t table, uint32_t index)
{
    const struct mvp_table *row = &((const struct mvp_pack_header *)pack)->tables[table];

    return (const uint8_t *)pack + row->offset + (uint64_t)index * row->stride;
}

/* What must hold before the checksum can be computed. */
static bool file_is_whole(struct judge *judge, uint64_t available)
{
    const struct mvp_pack_header *h = judge->header;

    return judge_that(judge, available >= sizeof(*h), MVP_PACK_TRUNCATED, available, sizeof(*h)) &&
           judge_that(judge, h->magic == MVP_PACK_MAGIC, MVP_PACK_NOT_FOUND, h->magic,
                      MVP_PACK_MAGIC) &&
           judge_that(judge, h->major == MVP_PACK_MAJOR, MVP_PACK_FORMAT, h->major,
                      MVP_PACK_MAJOR) &&
           judge_that(judge, h->header_size == sizeof(*h), MVP_PACK_FORMAT, h->header_size,
                      sizeof(*h)) &&
           judge_that(judge, h->meta_size >= sizeof(*h) && h->meta_size <= MVP_META_MAX &&
                          h->meta_size % 8 == 0,
                      MVP_PACK_FORMAT, h->meta_size, MVP_META_MAX) &&
           judge_that(judge, h->total_size >= h->meta_size && h->total_size % MVP_PACK_ALIGN == 0,
                      MVP_PACK_FORMAT, h->total_size, MVP_PACK_ALIGN) &&
           judge_that(judge, h->total_size <= available, MVP_PACK_TRUNCATED, available,
                      h->total_size);
}

static bool file_is_sound(struct judge *judge)
{
    const struct mvp_pack_header *h = judge->header;
    uint64_t checksum = mvp_pack_checksum(h, h->meta_size);

    return judge_that(judge, h->checksum == checksum, MVP_PACK_CHECKSUM, h->checksum, checksum);
}

static bool file_is_ours(struct judge *judge, const uint8_t *fingerprint)
{
    const struct mvp_pack_header *h = judge->header;

    return fingerprint == NULL ||
           judge_that(judge, bytes_equal(h->fingerprint, fingerprint, sizeof(h->fingerprint)),
                      MVP_PACK_FINGERPRINT, h->fingerprint[0], fingerprint[0]);
}

static bool header_is_good(struct judge *judge)
{
    const struct mvp_pack_header *h = judge->header;

    return judge_that(judge, h->abi_major == MVP_ABI_MAJOR, MVP_PACK_ABI, h->abi_major,
                      MVP_ABI_MAJOR) &&
           judge_that(judge, h->abi_minor <= MVP_ABI_MINOR, MVP_PACK_ABI, h->abi_minor,
                      MVP_ABI_MINOR) &&
           judge_that(judge, (h->features & ~(uint64_t)MVP_FEATURES) == 0, MVP_PACK_FEATURE,
                      h->features, MVP_FEATURES) &&
           judge_that(judge, (h->flags & ~(uint32_t)MVP_PACK_FLAG_CONCURRENT) == 0,
                      MVP_PACK_FORMAT, h->flags, MVP_PACK_FLAG_CONCURRENT) &&
           judge_that(judge, (h->zero[0] | h->zero[1] | h->zero[2]) == 0, MVP_PACK_FORMAT, h->zero[0], 0);
}

static bool table_is_good(struct judge *judge, uint32_t id)
{
    const struct mvp_table *table = &judge->header->tables[id];
    uint64_t size = (uint64_t)table->count * table->stride;

    judge->table = id;
    judge->index = MVP_NONE;
    return judge_that(judge, table->count <= limits[id][1], MVP_PACK_TABLE, table->count,
                      limits[id][1]) &&
           judge_that(judge, table->stride >= limits[id][0] && table->stride % 8 == 0,
                      MVP_PACK_TABLE, table->stride, limits[id][0]) &&
           judge_that(judge, table->offset >= sizeof(*judge->header) && table->offset % 8 == 0 &&
                          range_holds(0, judge->header->meta_size, table->offset, size),
                      MVP_PACK_TABLE, table->offset, judge->header->meta_size) &&
           judge_that(judge, table->zero == 0, MVP_PACK_TABLE, table->zero, 0);
}

static bool tables_are_good(struct judge *judge)
{
    for (uint32_t id = 0; id < MVP_TABLE_COUNT; id++) {
        if (!table_is_good(judge, id)) {
            return false;
        }
    }
    return true;
}

uint32_t mvp_pack_check(const void *pack, uint64_t available, const uint8_t *fingerprint,
                        struct mvp_verdict *verdict)
{
    struct judge judge = {
        .header = pack, .verdict = verdict, .table = MVP_TABLE_COUNT, .index = MVP_NONE};

    *verdict = (struct mvp_verdict){.reason = MVP_OK, .table = MVP_TABLE_COUNT, .index = MVP_NONE,
                                    .other_table = MVP_TABLE_COUNT, .other_index = MVP_NONE};
    (void)(file_is_whole(&judge, available) && file_is_sound(&judge) &&
           file_is_ours(&judge, fingerprint) && header_is_good(&judge) &&
           tables_are_good(&judge) && pack_board(&judge) && pack_partitions(&judge) &&
           pack_regions(&judge) && pack_memory(&judge) && pack_interrupts(&judge) &&
           pack_images(&judge));
    return verdict->reason;
}
