/* SPDX-License-Identifier: Apache-2.0 */
/* GICv2 (Arm IHI 0048): all in the group that bit 0 of the control registers opens. */
#include "conform.h"

#define GICD_CTLR 0x000
#define GICD_SGIR 0xf00
#define SGIR_OTHERS 0x01000000
#define GICC_CTLR 0x000
#define GICC_PMR 0x004
#define GICC_BPR 0x008
#define GICC_IAR 0x00c
#define GICC_EOIR 0x010
#define GICC_RPR 0x014
#define GICC_HPPIR 0x018
#define GICC_APR 0x0d0
#define GICC_DIR 0x1000
#define CTLR_OPEN 0x1
#define CTLR_SPLIT 0x200 /* EOImode */

static uint64_t interface_at(uint32_t offset)
{
    return tree.gic_base[1] + offset;
}

static uint64_t frame(uint32_t intid)
{
    (void)intid;
    return tree.gic_base[0];
}

static void start(void)
{
    store(tree.gic_base[0] + GICD_CTLR, CTLR_OPEN);
    store(interface_at(GICC_PMR), GIC_OPEN);
    store(interface_at(GICC_APR), 0); /* nothing is left active */
    store(interface_at(GICC_BPR), 0);
    store(interface_at(GICC_CTLR), CTLR_OPEN);
}

static void route(uint32_t intid, uint32_t cpu)
{
    store_byte(tree.gic_base[0] + GIC_TARGET + intid, 1U << cpu);
}

static uint32_t acknowledge(void)
{
    return load(interface_at(GICC_IAR));
}

static void end(uint32_t raw)
{
    store(interface_at(GICC_EOIR), raw);
}

static void deactivate(uint32_t raw)
{
    store(interface_at(GICC_DIR), raw);
}

static void mask(uint32_t priority)
{
    store(interface_at(GICC_PMR), priority);
}

static uint32_t running(void)
{
    return load(interface_at(GICC_RPR));
}

static uint32_t highest(void)
{
    return load(interface_at(GICC_HPPIR));
}

static void binary_point(uint32_t value)
{
    store(interface_at(GICC_BPR), value);
}

static void interface(bool open)
{
    store(interface_at(GICC_CTLR), open ? CTLR_OPEN : 0);
}

static void split(bool split)
{
    store(interface_at(GICC_CTLR), split ? CTLR_OPEN | CTLR_SPLIT : CTLR_OPEN);
}

static void distributor(bool open)
{
    store(tree.gic_base[0] + GICD_CTLR, open ? CTLR_OPEN : 0);
}

static void sgi(uint32_t cpu, uint32_t intid)
{
    __asm__ volatile("dsb ishst" ::: "memory");
    store(tree.gic_base[0] + GICD_SGIR, 0x10000U << cpu | intid);
}

static void sgi_others(uint32_t intid)
{
    __asm__ volatile("dsb ishst" ::: "memory");
    store(tree.gic_base[0] + GICD_SGIR, SGIR_OTHERS | intid);
}

const struct gic gic2 = {
    .frame = frame,
    .start = start,
    .route = route,
    .acknowledge = acknowledge,
    .end = end,
    .deactivate = deactivate,
    .mask = mask,
    .running = running,
    .highest = highest,
    .binary_point = binary_point,
    .interface = interface,
    .split = split,
    .distributor = distributor,
    .sgi = sgi,
    .sgi_others = sgi_others,
};
