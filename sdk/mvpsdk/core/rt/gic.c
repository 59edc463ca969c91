/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts, whichever GIC the device tree names: who handles which, and what the versions share.
 * One CPU, all interrupts at one priority, so that none nests.
 */
#include "rt_internal.h"

#define GICD_ISENABLER 0x0100
#define GICD_IPRIORITYR 0x0400
#define PRIORITY 0xa0
#define PATIENCE 1000000 /* reads; a GIC that takes longer is broken */

struct handler {
    void (*function)(void *context);
    void *context;
    uint32_t intid;
};

static struct handler handlers[RT_HANDLERS_MAX];
static uint32_t handler_count;
static const struct rt_gic *gic; /* this machine's */

void rt_wait_clear(uint64_t address, uint32_t bits)
{
    for (uint32_t n = 0; (rt_read32(address) & bits) != 0; n++) {
        if (n == PATIENCE) {
            rt_stop("the GIC does not answer");
        }
    }
}

void rt_gic_start(void)
{
    gic = rt_machine()->cpu_interface != 0 ? &rt_gic2 : &rt_gic3;
    gic->start();
}

void rt_gic_enable(uint32_t intid)
{
    uint64_t frame = gic->route(intid);

    *(volatile uint8_t *)(frame + GICD_IPRIORITYR + intid) = PRIORITY;
    rt_write32(frame + GICD_ISENABLER + intid / 32 * 4, 1U << intid % 32);
}

bool rt_interrupt(uint32_t intid, void (*handler)(void *context), void *context)
{
    if (handler_count == RT_HANDLERS_MAX || intid >= RT_INTID_SPECIAL) {
        return false;
    }
    handlers[handler_count] =
        (struct handler){.function = handler, .context = context, .intid = intid};
    handler_count++;
    rt_gic_enable(intid);
    return true;
}

void rt_irq(void)
{
    uint32_t acknowledged = gic->acknowledge();
    uint32_t intid = acknowledged & gic->intid_mask;

    if (intid >= RT_INTID_SPECIAL) {
        return;
    }
    if (intid == rt_machine()->timer_intid) {
        rt_timer_interrupt();
    }
    for (uint32_t n = 0; n < handler_count; n++) {
        if (handlers[n].intid == intid) {
            handlers[n].function(handlers[n].context);
        }
    }
    gic->end(acknowledged);
}
