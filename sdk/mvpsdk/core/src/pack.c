/* SPDX-License-Identifier: Apache-2.0 */
/* The pack as a file: finding it, whether it is whole, where its entries are. The other files of
 * this name judge what it says. */
#include <mvp/abi.h>
#include <mvp/core.h>

#include <stddef.h>

#include "bytes.h"
#include "judge.h"
#include "optional.h"

/* Host and board must agree on every byte; so must packs made by another minor version. */
_Static_assert(sizeof(struct mvp_pack_header) == 256, "header");
_Static_assert(sizeof(struct mvp_board) == 256 + 2 * 8 * MVP_MAX_CPUS, "board");
_Static_assert(sizeof(struct mvp_memory) == 40, "memory");
_Static_assert(sizeof(struct mvp_partition) == 88, "partition");
_Static_assert(sizeof(struct mvp_vcpu) == 16, "vcpu");
_Static_assert(sizeof(struct mvp_region) == 40, "region");
_Static_assert(sizeof(struct mvp_interrupt) == 16, "interrupt");
_Static_assert(sizeof(struct mvp_channel) == 48, "channel");
_Static_assert(sizeof(struct mvp_image) == 104, "image");
_Static_assert(sizeof(struct mvp_delegate) == 64 + 2 * 8 * MVP_RSA_WORDS, "delegate");
_Static_assert(sizeof(struct mvp_smmu) == 32 + 2 * 4 * MVP_MAX_STREAMS, "smmu");

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

static const struct constants constants = {MVP_PACK_MAGIC, 0x656e6f6e, 0xffff0001, MVP_FEATURES};

static bool is_whole(struct judge *judge)
{
    if (!judge_rules(judge, rules_whole)) {
        return false;
    }
    judge->facts.checksum = mvp_pack_checksum(judge->header, judge->header->meta_size);
    return judge_rules(judge, rules_sound);
}

static bool is_ours(struct judge *judge, const uint8_t *fingerprint)
{
    const uint8_t *made_for = judge->header->fingerprint;

    return fingerprint == NULL || bytes_equal(made_for, fingerprint, 32) ||
           judge_refuse(judge, MVP_PACK_FINGERPRINT, made_for[0], fingerprint[0]);
}

uint32_t mvp_pack_check(const void *pack, uint64_t available, const uint8_t *fingerprint,
                        struct mvp_verdict *verdict)
{
    struct judge judge;

    bytes_zero(&judge, sizeof(judge));
    judge.header = pack;
    judge.known = &judge.facts;
    judge.constants = &constants;
    judge.verdict = verdict;
    judge.table = MVP_TABLE_COUNT;
    judge.other_table = MVP_TABLE_COUNT;
    judge.facts.index = MVP_NONE;
    judge.facts.other_index = MVP_NONE;
    judge.facts.available = available;
    (void)judge_refuse(&judge, MVP_OK, 0, 0);
    (void)(is_whole(&judge) && is_ours(&judge, fingerprint) && pack_header(&judge) &&
           pack_board(&judge) && pack_partitions(&judge) && pack_regions(&judge) &&
           (FEATURE_SMMU == 0 || pack_smmu(&judge)) && pack_memory(&judge) &&
           pack_interrupts(&judge) && pack_images(&judge) &&
           (FEATURE_DELEGATE == 0 || pack_delegates(&judge)));
    return verdict->reason;
}
