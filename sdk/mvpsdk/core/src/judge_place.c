/* SPDX-License-Identifier: Apache-2.0 */
/* Who may lie where in physical memory. */
#include <stddef.h>

#include "judge.h"

/* The places: the hypervisor's homes, its devices, and by enum mvp_memory_kind. */
enum kind { HOME, DEVICE, RAM, RESERVED, KINDS };

/* Why one may not share a page with such a place; 0: it may, or others see to it. Reserved memory
 * may overlap: vendors' trees nest it. GICV is clear of the devices but itself. */
static const uint8_t clashes[JUDGE_WHATS][KINDS] = {
    [JUDGE_DEVICE] = {0, MVP_MEM_DEVICE, MVP_MEM_DEVICE, 0},
    [JUDGE_BANK] = {0, 0, MVP_MEM_OVERLAP, 0},
    [JUDGE_HOME] = {0, 0, 0, MVP_MEM_RESERVED},
    [JUDGE_REGION_RAM] = {MVP_MEM_HYPERVISOR, MVP_MEM_DEVICE, 0, MVP_MEM_RESERVED},
    [JUDGE_REGION_DEVICE] = {MVP_MEM_HYPERVISOR, MVP_MEM_DEVICE, MVP_MEM_DEVICE, MVP_MEM_RESERVED},
    [JUDGE_REGION_GICV] = {MVP_MEM_HYPERVISOR, 0, MVP_MEM_DEVICE, MVP_MEM_RESERVED},
};

const struct range *region_range(const struct mvp_region *region)
{
    return (const void *)&region->pa;
}

bool judge_place(struct judge *judge, uint32_t what, const struct range *range, uint32_t first,
                 uint32_t end)
{
    bool is_held = what != JUDGE_HOME && what != JUDGE_REGION_RAM; /* or need not be, by a bank */

    for (uint32_t i = first; i < end; i++) {
        const struct range *place;
        uint32_t kind;

        if (i < JUDGE_HOMES) {
            place = &judge->facts.homes[i];
            kind = HOME;
        } else if (i < JUDGE_FIXED) {
            place = range_device(judge->board, i - JUDGE_HOMES);
            kind = DEVICE;
        } else {
            const struct mvp_memory *memory = judge_other(judge, MVP_TABLE_MEMORY, i - JUDGE_FIXED);

            place = (const void *)&memory->base;
            kind = memory->kind - MVP_MEMORY_RAM + RAM;
        }
        uint32_t reason = clashes[what][kind];

        if (reason != 0 && range_overlaps(range->base, range->size, place->base, place->size)) {
            return judge_refuse(judge, reason, range->base, place->base);
        }
        is_held = is_held ||
                  (kind == RAM && range_holds(place->base, place->size, range->base, range->size));
    }
    return is_held || judge_refuse(judge, MVP_MEM_OUTSIDE_RAM, range->base, range->size);
}
