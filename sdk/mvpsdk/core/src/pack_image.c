/* SPDX-License-Identifier: Apache-2.0 */
/* Images: where they lie in the pack and in their partition's RAM, and what is entered there. */
#include <stddef.h>

#include "bytes.h"
#include "judge.h"
#include "optional.h"

static bool clear_of_earlier(struct judge *judge, uint32_t index, const struct mvp_image *image)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_image *other = judge_other(judge, MVP_TABLE_IMAGE, i);

        if (bytes_equal(image->name, other->name, sizeof(image->name))) {
            return judge_refuse(judge, MVP_CONFIG_IMAGE, index, i);
        }
        if (image->partition == other->partition &&
            range_overlaps(image->load, image->memory, other->load, other->memory)) {
            return judge_refuse(judge, MVP_MEM_IMAGE, image->load, other->load);
        }
    }
    return true;
}

/* As memory, what a bank of flash holds is RAM. */
static uint32_t kind_of(const struct mvp_region *region)
{
    return FEATURE_FLASH != 0 && region->kind == MVP_REGION_FLASH ? MVP_REGION_RAM : region->kind;
}

/* The flags of the RAM or flash region of a partition that holds this range of guest addresses;
 * MVP_NONE: none does. */
static uint32_t ram_flags(const struct judge *judge, uint32_t partition, uint64_t ipa,
                          uint64_t size)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        const struct mvp_region *region = mvp_pack_entry(judge->header, MVP_TABLE_REGION, i);

        if (kind_of(region) == MVP_REGION_RAM && region->partition == partition &&
            range_holds(region->ipa, region->size, ipa, size)) {
            return region->flags;
        }
    }
    return MVP_NONE;
}

static bool image_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_image *image = judge_row(judge, MVP_TABLE_IMAGE, index, rules_image);
    uint64_t meta = judge->header->meta_size;
    uint64_t total = judge->header->total_size;

    if (image == NULL) {
        return false;
    }
    if (!range_holds(meta, total - meta, image->offset, image->size)) {
        return judge_refuse(judge, MVP_CONFIG_IMAGE, image->offset, total);
    }
    if (image->memory < image->size || image->memory == 0) {
        return judge_refuse(judge, MVP_MEM_IMAGE, image->memory, image->size);
    }
    if (ram_flags(judge, image->partition, image->load, image->memory) == MVP_NONE) {
        return judge_refuse(judge, MVP_MEM_IMAGE, image->load, image->memory);
    }
    return clear_of_earlier(judge, index, image);
}

/* Does an image of the partition hold the instruction at this address? */
static bool is_loaded(const struct judge *judge, uint32_t partition, uint64_t ipa)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_IMAGE); i++) {
        const struct mvp_image *image = mvp_pack_entry(judge->header, MVP_TABLE_IMAGE, i);

        if (image->partition == partition && range_holds(image->load, image->memory, ipa, 4)) {
            return true;
        }
    }
    return false;
}

/* Who comes in a part of its own has nothing here. Where that is said has not been judged yet. */
static bool is_delegated(const struct judge *judge, uint32_t index)
{
#if FEATURE_DELEGATE
    const struct mvp_partition *p = mvp_pack_entry(judge->header, MVP_TABLE_PARTITION, index);

    return p->delegate != 0;
#else
    (void)judge;
    (void)index;
    return false;
#endif
}

/* What is entered is an instruction of an image, in RAM that may be executed. */
static bool entry_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_partition *p = judge_row(judge, MVP_TABLE_PARTITION, index, rules_entry);
    uint32_t flags = p != NULL ? ram_flags(judge, index, p->entry, 4) : 0;

    if (p == NULL) {
        return false;
    }
    if (flags == MVP_NONE || (flags & MVP_REGION_EXECUTE) == 0 ||
        !is_loaded(judge, index, p->entry)) {
        return judge_refuse(judge, MVP_CONFIG_ENTRY, p->entry, 0);
    }
    if (p->dtb % 8 != 0 || (p->dtb != 0 && ram_flags(judge, index, p->dtb, 8) == MVP_NONE)) {
        return judge_refuse(judge, MVP_CONFIG_ENTRY, p->dtb, 8);
    }
    return true;
}

bool pack_images(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_IMAGE); i++) {
        if (!image_is_good(judge, i)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_PARTITION); i++) {
        if (!is_delegated(judge, i) && !entry_is_good(judge, i)) {
            return false;
        }
    }
    return true;
}
