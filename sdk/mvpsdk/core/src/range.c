/* SPDX-License-Identifier: Apache-2.0 */
#include "range.h"

#include <stddef.h>

_Static_assert(offsetof(struct mvp_board, console_size) - offsetof(struct mvp_board, gicd_base) ==
                   RANGE_DEVICES * sizeof(struct range) - sizeof(uint64_t),
               "the devices' ranges follow each other");

const struct range *range_device(const struct mvp_board *board, uint32_t index)
{
    const void *first = (const uint8_t *)board + offsetof(struct mvp_board, gicd_base);

    return (const struct range *)first + index;
}

bool range_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

bool range_holds(uint64_t outer, uint64_t outer_size, uint64_t inner, uint64_t inner_size)
{
    return inner >= outer && inner - outer <= outer_size &&
           inner_size <= outer_size - (inner - outer);
}
