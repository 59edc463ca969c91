/* SPDX-License-Identifier: Apache-2.0 */
/* Images: where they lie in the pack and in their partition's RAM, and what is entered there. */
#include <stddef.h>

#include "bytes.h"
#include "judge.h"

#define RULE(field, test, bound)                                                         \
    {                                                                                    \
        offsetof(struct mvp_image, field), sizeof(((struct mvp_image *)0)->field), test, \
            MVP_CONFIG_IMAGE, bound                                                      \
    }

static const struct rule rules[] = {
    RULE(name, RULE_NAME, 0),
    RULE(offset, RULE_MULTIPLE, MVP_PACK_ALIGN),
    RULE(kind, RULE_WITHIN, MVP_IMAGE_SEGMENT << 16 | MVP_IMAGE_KERNEL),
    RULE(partition, RULE_INDEX, MVP_TABLE_PARTITION),
};

static bool clear_of_earlier(struct judge *judge, uint32_t index, const struct mvp_image *image)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_image *other = judge_other(judge, MVP_TABLE_IMAGE, i);
        bool apart = image->partition != other->partition ||
                     !range_overlaps(image->load, image->memory, other->load, other->memory);

        if (!judge_that(judge, !bytes_equal(image->name, other->name, sizeof(image->name)),
                        MVP_CONFIG_IMAGE, index, i) ||
            !judge_that(judge, apart, MVP_MEM_IMAGE, image->load, other->load)) {
            return false;
        }
    }
    return true;
}

static bool image_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_image *image = judge_entry(judge, MVP_TABLE_IMAGE, index);
    const struct mvp_pack_header *h = judge->header;

    return judge_fields(judge, image, rules, sizeof(rules) / sizeof(rules[0])) &&
           judge_that(
               judge,
               range_holds(h->meta_size, h->total_size - h->meta_size, image->offset, image->size),
               MVP_CONFIG_IMAGE, image->offset, h->total_size) &&
           judge_that(judge, image->memory >= image->size && image->memory > 0, MVP_MEM_IMAGE,
                      image->memory, image->size) &&
           judge_that(judge, judge_ram(judge, image->partition, image->load, image->memory) != NULL,
                      MVP_MEM_IMAGE, image->load, image->memory) &&
           clear_of_earlier(judge, index, image);
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

/* What is entered is an instruction of an image, in RAM that may be executed. */
static bool entry_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_partition *p = judge_entry(judge, MVP_TABLE_PARTITION, index);
    const struct mvp_region *code = judge_ram(judge, index, p->entry, 4);
    bool executes = code != NULL && (code->flags & MVP_REGION_EXECUTE) != 0;
    bool has_tree = p->dtb == 0 || judge_ram(judge, index, p->dtb, 8) != NULL;

    return judge_that(judge, p->entry % 4 == 0, MVP_CONFIG_ENTRY, p->entry, 4) &&
           judge_that(judge, executes && is_loaded(judge, index, p->entry), MVP_CONFIG_ENTRY,
                      p->entry, 0) &&
           judge_that(judge, p->dtb % 8 == 0 && has_tree, MVP_CONFIG_ENTRY, p->dtb, 8);
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
