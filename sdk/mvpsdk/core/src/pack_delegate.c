/* SPDX-License-Identifier: Apache-2.0 */
/* Personas that come in a part of their own: by whose key, and where it lies. */
#include <stddef.h>

#include <mvp/part.h>

#include "judge.h"
#include "rsa.h"

_Static_assert(offsetof(struct mvp_delegate, room) - offsetof(struct mvp_delegate, home) ==
                   offsetof(struct range, size) - offsetof(struct range, base),
               "a range");

const struct mvp_delegate *mvp_pack_delegate(const void *pack, uint32_t partition)
{
    const struct mvp_partition *p = mvp_pack_entry(pack, MVP_TABLE_PARTITION, partition);

    return p->delegate == 0 ? NULL : (const void *)((const uint8_t *)pack + p->delegate);
}

static const struct range *home_of(const struct mvp_delegate *delegate)
{
    return (const void *)&delegate->home;
}

/* Odd, as long as it says, and its square's remainder is one. */
static bool key_is_good(struct judge *judge, const struct mvp_delegate *d)
{
    uint64_t behind = 0;

    for (uint32_t i = d->words; i < MVP_RSA_WORDS; i++) {
        behind |= d->modulus[i] | d->square[i];
    }
    uint64_t top = d->modulus[d->words - 1];

    return (behind == 0 && top >> 63 == 1 && (d->modulus[0] & 1) == 1 &&
            rsa_below(d->square, d->modulus, d->words)) ||
           judge_refuse(judge, MVP_CONFIG_DELEGATE, top, d->words);
}

static bool clear_of_homes(struct judge *judge, const struct range *home, uint32_t index)
{
    for (uint32_t i = 0; i < JUDGE_HOMES; i++) {
        const struct range *other = &judge->facts.homes[i];

        if (range_overlaps(home->base, home->size, other->base, other->size)) {
            return judge_refuse(judge, MVP_MEM_HYPERVISOR, home->base, other->base);
        }
    }
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_delegate *other = mvp_pack_delegate(judge->header, i);

        if (other != NULL && range_overlaps(home->base, home->size, other->home, other->room)) {
            return judge_refuse(judge, MVP_MEM_OVERLAP, home->base, other->home);
        }
    }
    return true;
}

/* What is judged there must stay as it is: no partition reaches it. Emulated regions have no
 * physical address. */
static bool clear_of_regions(struct judge *judge, const struct range *home)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_REGION); i++) {
        const struct mvp_region *r = judge_other(judge, MVP_TABLE_REGION, i);

        if ((r->kind < MVP_REGION_GICD || r->kind == MVP_REGION_FLASH) &&
            range_overlaps(home->base, home->size, r->pa, r->size)) {
            return judge_refuse(judge, MVP_MEM_HYPERVISOR, home->base, r->pa);
        }
    }
    return true;
}

static bool has_no_image(struct judge *judge, uint32_t index)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_IMAGE); i++) {
        const struct mvp_image *image = judge_other(judge, MVP_TABLE_IMAGE, i);

        if (image->partition == index) {
            return judge_refuse(judge, MVP_CONFIG_DELEGATE, index, i);
        }
    }
    return true;
}

static bool delegate_is_good(struct judge *judge, uint32_t index)
{
    uint32_t places = JUDGE_FIXED + judge_count(judge, MVP_TABLE_MEMORY);
    const struct mvp_delegate *d;

    if (judge_row(judge, MVP_TABLE_PARTITION, index, rules_delegated) == NULL ||
        !has_no_image(judge, index)) {
        return false;
    }
    d = mvp_pack_delegate(judge->header, index);
    (void)judge_entry(judge, MVP_TABLE_PARTITION, index);
    judge->entry = d;
    return judge_rules(judge, rules_delegate) && key_is_good(judge, d) &&
           judge_place(judge, JUDGE_HOME, home_of(d), JUDGE_FIXED, places) &&
           clear_of_homes(judge, home_of(d), index) && clear_of_regions(judge, home_of(d));
}

bool pack_delegates(struct judge *judge)
{
    uint64_t meta = judge->header->meta_size;
    const uint64_t bytes = sizeof(struct mvp_delegate);

    judge->facts.last_delegate = meta < bytes ? 0 : meta - bytes;
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_PARTITION); i++) {
        const struct mvp_partition *p = mvp_pack_entry(judge->header, MVP_TABLE_PARTITION, i);

        if (p->delegate != 0 && !delegate_is_good(judge, i)) {
            return false;
        }
    }
    return true;
}
