/* SPDX-License-Identifier: Apache-2.0 */
/* The pack as a file: finding it, whether it is whole, where its entries are. The other files of
 * this name judge what it says. */
#include <mvp/core.h>

#include <stddef.h>

#include "bytes.h"
#include "judge.h"

/* Host and board must agree on every byte; so must packs made by another minor version. */
_Static_assert(sizeof(struct mvp_pack_header) == 256, "header");
_Static_assert(sizeof(struct mvp_board) == 256, "board");
_Static_assert(sizeof(struct mvp_memory) == 40, "memory");
_Static_assert(sizeof(struct mvp_partition) == 88, "partition");
_Static_assert(sizeof(struct mvp_vcpu) == 16, "vcpu");
_Static_assert(sizeof(struct mvp_region) == 40, "region");
_Static_assert(sizeof(struct mvp_interrupt) == 16, "interrupt");
_Static_assert(sizeof(struct mvp_channel) == 48, "channel");
_Static_assert(sizeof(struct mvp_image) == 104, "image");

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
static bool is_whole(struct judge *judge, uint64_t available)
{
    const struct mvp_pack_header *h = judge->header;

    return judge_that(judge, available >= sizeof(*h), MVP_PACK_TRUNCATED, available, sizeof(*h)) &&
           judge_that(judge, h->magic == MVP_PACK_MAGIC, MVP_PACK_NOT_FOUND, h->magic,
                      MVP_PACK_MAGIC) &&
           judge_that(judge, h->major == MVP_PACK_MAJOR, MVP_PACK_FORMAT, h->major,
                      MVP_PACK_MAJOR) &&
           judge_that(judge, h->header_size == sizeof(*h), MVP_PACK_FORMAT, h->header_size,
                      sizeof(*h)) &&
           judge_that(judge,
                      h->meta_size >= sizeof(*h) && h->meta_size <= MVP_META_MAX &&
                          h->meta_size % 8 == 0,
                      MVP_PACK_FORMAT, h->meta_size, MVP_META_MAX) &&
           judge_that(judge, h->total_size >= h->meta_size && h->total_size % MVP_PACK_ALIGN == 0,
                      MVP_PACK_FORMAT, h->total_size, MVP_PACK_ALIGN) &&
           judge_that(judge, h->total_size <= available, MVP_PACK_TRUNCATED, available,
                      h->total_size);
}

static bool is_sound(struct judge *judge)
{
    const struct mvp_pack_header *h = judge->header;
    uint64_t checksum = mvp_pack_checksum(h, h->meta_size);

    return judge_that(judge, h->checksum == checksum, MVP_PACK_CHECKSUM, h->checksum, checksum);
}

static bool is_ours(struct judge *judge, const uint8_t *fingerprint)
{
    const uint8_t *made_for = judge->header->fingerprint;

    return fingerprint == NULL || judge_that(judge, bytes_equal(made_for, fingerprint, 32),
                                             MVP_PACK_FINGERPRINT, made_for[0], fingerprint[0]);
}

uint32_t mvp_pack_check(const void *pack, uint64_t available, const uint8_t *fingerprint,
                        struct mvp_verdict *verdict)
{
    struct judge judge = {.header = pack,
                          .verdict = verdict,
                          .table = MVP_TABLE_COUNT,
                          .index = MVP_NONE,
                          .other_table = MVP_TABLE_COUNT,
                          .other_index = MVP_NONE};

    if (is_whole(&judge, available) && is_sound(&judge) && is_ours(&judge, fingerprint) &&
        pack_header(&judge) && pack_board(&judge) && pack_partitions(&judge) &&
        pack_regions(&judge) && pack_memory(&judge) && pack_interrupts(&judge) &&
        pack_images(&judge)) {
        *verdict = (struct mvp_verdict){.reason = MVP_OK,
                                        .table = MVP_TABLE_COUNT,
                                        .index = MVP_NONE,
                                        .other_table = MVP_TABLE_COUNT,
                                        .other_index = MVP_NONE};
    }
    return verdict->reason;
}
