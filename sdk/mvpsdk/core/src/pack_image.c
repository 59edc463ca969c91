/* SPDX-License-Identifier: Apache-2.0 */
/* Images: where they lie in the pack and in their partition's RAM, and what is entered there. */
#include <stddef.h>

#include "bytes.h"
#include "judge.h"

static bool clear_of_earlier(struct judge *judge, uint32_t index, const struct mvp_image *image)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_image *other = mvp_pack_entry(judge->header, MVP_TABLE_IMAGE, i);
        bool apart = image->partition != other->partition ||
                     !range_overlaps(image->load, image->memory, other->load, other->memory);

        if (!judge_pair(judge, !bytes_equal(image->name, other->name, sizeof(image->name)),
                        MVP_CONFIG_IMAGE, index, i, MVP_TABLE_IMAGE, i) ||
            !judge_pair(judge, apart, MVP_MEM_IMAGE, image->load, other->load, MVP_TABLE_IMAGE,
                        i)) {
            return false;
        }
    }
    return true;
}

static bool lies_in_pack(struct judge *judge, const struct mvp_image *image)
{
    const struct mvp_pack_header *h = judge->header;

    return judge_that(judge, image->offset % MVP_PACK_ALIGN == 0, MVP_CONFIG_IMAGE, image->offset,
                      MVP_PACK_ALIGN) &&
           judge_that(judge,
                      range_holds(h->meta_size, h->total_size - h->meta_size, image->offset,
                                  image->size),
                      MVP_CONFIG_IMAGE, image->offset, h->total_size);
}

static bool image_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_image *image = judge_entry(judge, MVP_TABLE_IMAGE, index);
    uint32_t partitions = judge_count(judge, MVP_TABLE_PARTITION);

    return judge_name(judge, MVP_CONFIG_IMAGE, image->name, sizeof(image->name)) &&
           judge_that(judge, image->kind >= MVP_IMAGE_KERNEL && image->kind <= MVP_IMAGE_SEGMENT,
                      MVP_CONFIG_IMAGE, image->kind, MVP_IMAGE_SEGMENT) &&
           judge_that(judge, image->partition < partitions, MVP_CONFIG_IMAGE, image->partition,
                      partitions) &&
           lies_in_pack(judge, image) &&
           judge_that(judge, image->memory >= image->size && image->memory > 0, MVP_MEM_IMAGE,
                      image->memory, image->size) &&
           judge_that(judge,
                      judge_ram(judge, image->partition, image->load, image->memory) != NULL,
                      MVP_MEM_IMAGE, image->load, image->memory) &&
           clear_of_earlier(judge, index, image);
}

/* Is there an image of the partition at this address? */
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

/* What is entered is the first instruction of an image, in RAM that may be executed. */
static bool entry_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_partition *p = judge_entry(judge, MVP_TABLE_PARTITION, index);
    const struct mvp_region *code = judge_ram(judge, index, p->entry, 4);
    const struct mvp_region *tree = judge_ram(judge, index, p->dtb, 8);

    return judge_that(judge, p->entry % 4 == 0, MVP_CONFIG_ENTRY, p->entry, 4) &&
           judge_that(judge, code != NULL && (code->flags & MVP_REGION_EXECUTE) != 0,
                      MVP_CONFIG_ENTRY, p->entry, code == NULL ? 0 : code->ipa) &&
           judge_that(judge, is_loaded(judge, index, p->entry), MVP_CONFIG_ENTRY, p->entry, 0) &&
           judge_that(judge, p->dtb % 8 == 0, MVP_CONFIG_ENTRY, p->dtb, 8) &&
           judge_that(judge, p->dtb == 0 || tree != NULL, MVP_CONFIG_ENTRY, p->dtb, 0);
}

bool pack_images(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_IMAGE); i++) {
        if (!image_is_good(judge, i)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_PARTITION); i++) {
        if (!entry_is_good(judge, i)) {
            return false;
        }
    }
    return true;
}
