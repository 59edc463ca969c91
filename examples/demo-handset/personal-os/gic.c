/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt controller: which versions there are, and what they share. One CPU, all interrupts
 * at one priority.
 */
#include "kernel.h"

#define GICD_ISENABLER 0x0100
#define GICD_IPRIORITYR 0x0400
#define PRIORITY 0xa0

static const struct gic *const versions[] = {&gic2, &gic3};

const struct gic *gic_find(const struct fdt *fdt, uint32_t node)
{
    for (uint32_t n = 0; n < sizeof versions / sizeof versions[0]; n++) {
        for (uint32_t name = 0; name < GIC_NAMES; name++) {
            const char *compatible = versions[n]->compatible[name];

            if (compatible != NULL && fdt_has(fdt, node, "compatible", compatible)) {
                return versions[n];
            }
        }
    }
    return NULL;
}

void gic_enable(uint32_t intid)
{
    uint64_t frame = machine.gic->route(intid);

    *(volatile uint8_t *)(frame + GICD_IPRIORITYR + intid) = PRIORITY;
    reg_write(frame + GICD_ISENABLER + intid / 32 * 4, 1U << intid % 32);
}
