/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of addresses, as the pack's structs have them: base and size, one behind the other. */
#ifndef CORE_RANGE_H
#define CORE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/core.h>

struct range {
    uint64_t base;
    uint64_t size;
};

/* Of a board's devices those that the hypervisor keeps: gicd, gicr, gich, gicv, console. */
#define RANGE_DEVICES 5
#define RANGE_GICV 3
const struct range *range_device(const struct mvp_board *board, uint32_t index);

/* Ranges that do not wrap. */
bool range_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);
/* Of the inner range nothing need be known. */
bool range_holds(uint64_t outer, uint64_t outer_size, uint64_t inner, uint64_t inner_size);

#endif
