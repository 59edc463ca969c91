/* SPDX-License-Identifier: Apache-2.0 */
/* The registers that both versions of the GIC have alike: a bit, two or eight for each INTID. */
#include "conform.h"

const struct gic *gic(void)
{
    return tree.gic == 3 ? &gic3 : &gic2;
}

/* GICv2: an SGI's sender stands above it. */
uint32_t intid_of(uint32_t raw)
{
    return raw & 0x3ff;
}

bool gic_bit(uint32_t block, uint32_t intid)
{
    return (load(gic()->frame(intid) + block + intid / 32 * 4) >> intid % 32 & 1) != 0;
}

void gic_set(uint32_t block, uint32_t intid)
{
    store(gic()->frame(intid) + block + intid / 32 * 4, 1U << intid % 32);
}

void gic_priority(uint32_t intid, uint32_t priority)
{
    store_byte(gic()->frame(intid) + GIC_PRIORITY + intid, priority);
}

void gic_edge(uint32_t intid, bool edge)
{
    uint64_t address = gic()->frame(intid) + GIC_CONFIG + intid / 16 * 4;
    uint32_t bit = 2U << intid % 16 * 2;
    uint32_t value = load(address);

    store(address, edge ? value | bit : value & ~bit);
}

void gic_open(uint32_t intid, uint32_t priority)
{
    gic_priority(intid, priority);
    if (intid >= 32) {
        gic()->route(intid, (uint32_t)self()->number);
    }
    gic_set(GIC_ENABLE, intid);
}
