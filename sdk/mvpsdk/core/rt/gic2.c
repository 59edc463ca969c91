/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 (Arm IHI 0048): the CPU interface is memory. Each interrupt stays in the group that it
 * resets to, and bit 0 of the control registers enables that one: group 0 where there is only one
 * security state, and in a virtual CPU interface; group 1 in the non-secure view (4.4.1, 5.5).
 */
#include "rt_internal.h"

#define GICD_CTLR 0x0000
#define GICD_ITARGETSR 0x0800 /* a byte each: bit n is CPU interface n */
#define GICC_CTLR 0x0000
#define GICC_PMR 0x0004
#define GICC_IAR 0x000c
#define GICC_EOIR 0x0010
#define ENABLE 1

/* Bits of GICC_IAR. For an SGI the register also names the sender, and EOIR wants both. */
#define INTID 0x3ff
#define LOCAL 32 /* INTIDs from here on are shared */

static uint8_t own_target; /* this CPU's bit in GICD_ITARGETSR; 0: it is the only CPU */

/* The registers of the private interrupts are read-only and name the CPU that reads them (4.3.12).
 * Some of those interrupts may not be there, and read as 0. */
static void find_target(void)
{
    for (uint32_t intid = 0; intid < LOCAL && own_target == 0; intid += 4) {
        uint32_t targets = rt_read32(rt_machine()->distributor + GICD_ITARGETSR + intid);

        targets |= targets >> 16;
        own_target = (uint8_t)(targets | targets >> 8);
    }
}

static void start(void)
{
    uint64_t interface = rt_machine()->cpu_interface;

    find_target();
    rt_write32(rt_machine()->distributor + GICD_CTLR, ENABLE);
    rt_write32(interface + GICC_PMR, 0xff);
    rt_write32(interface + GICC_CTLR, ENABLE);
}

static uint64_t route(uint32_t intid)
{
    uint64_t distributor = rt_machine()->distributor;

    if (intid >= LOCAL) {
        *(volatile uint8_t *)(distributor + GICD_ITARGETSR + intid) = own_target;
    }
    return distributor;
}

static uint32_t acknowledge(void)
{
    return rt_read32(rt_machine()->cpu_interface + GICC_IAR);
}

static void end(uint32_t acknowledged)
{
    rt_write32(rt_machine()->cpu_interface + GICC_EOIR, acknowledged);
}

const struct rt_gic rt_gic2 = {
    .start = start,
    .route = route,
    .acknowledge = acknowledge,
    .end = end,
    .intid_mask = INTID,
};
