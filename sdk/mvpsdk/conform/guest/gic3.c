/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 by system registers (Arm IHI 0069): all in group 1. */
#include "conform.h"

#define GICD_CTLR 0x0000
#define GICD_IROUTER 0x6000
#define CTLR_GROUP1 0x2
#define CTLR_BOTH_AFFINITY 0x13
#define GICR_WAKER 0x0014
#define WAKER_SLEEP 0x2
#define WAKER_ASLEEP 0x4
#define GICR_LOCAL 0x10000
#define SGI_OTHERS (1UL << 40) /* ICC_SGI1R_EL1.IRM */
#define PATIENCE 1000

static uint64_t own(void)
{
    return tree.gic_base[1] + self()->number * MVP_GICR_STRIDE;
}

static uint64_t frame(uint32_t intid)
{
    return intid < 32 ? own() + GICR_LOCAL : tree.gic_base[0];
}

static void start(void)
{
    store(tree.gic_base[0] + GICD_CTLR, CTLR_BOTH_AFFINITY);
    store(own() + GICR_WAKER, load(own() + GICR_WAKER) & ~(uint32_t)WAKER_SLEEP);
    for (uint32_t n = 0; n < PATIENCE && (load(own() + GICR_WAKER) & WAKER_ASLEEP) != 0; n++) {
    }
    store(own() + GICR_LOCAL + GIC_GROUP, 0xffffffff);
    sysreg_set("s3_0_c12_c12_5", 7);      /* ICC_SRE_EL1 */
    sysreg_set("s3_0_c4_c6_0", GIC_OPEN); /* ICC_PMR_EL1 */
    sysreg_set("s3_0_c12_c12_4", 0);      /* ICC_CTLR_EL1 */
    sysreg_set("s3_0_c12_c8_4", 0);       /* ICC_AP0R0_EL1: nothing is left active */
    sysreg_set("s3_0_c12_c9_0", 0);       /* ICC_AP1R0_EL1 */
    sysreg_set("s3_0_c12_c8_3", 0);       /* ICC_BPR0_EL1 */
    sysreg_set("s3_0_c12_c12_3", 0);      /* ICC_BPR1_EL1 */
    sysreg_set("s3_0_c12_c12_6", 1);      /* ICC_IGRPEN0_EL1 */
    sysreg_set("s3_0_c12_c12_7", 1);      /* ICC_IGRPEN1_EL1 */
}

static void route(uint32_t intid, uint32_t cpu)
{
    uint64_t address = tree.gic_base[0] + GICD_IROUTER + 8UL * intid;

    __asm__ volatile("str %0, [%1]" ::"r"((uint64_t)cpu), "r"(address) : "memory");
}

static uint32_t acknowledge(void)
{
    return (uint32_t)sysreg("s3_0_c12_c12_0"); /* ICC_IAR1_EL1 */
}

static void end(uint32_t raw)
{
    sysreg_set("s3_0_c12_c12_1", raw); /* ICC_EOIR1_EL1 */
}

static void deactivate(uint32_t raw)
{
    sysreg_set("s3_0_c12_c11_1", raw); /* ICC_DIR_EL1 */
}

static void mask(uint32_t priority)
{
    sysreg_set("s3_0_c4_c6_0", priority);
}

static uint32_t running(void)
{
    return (uint32_t)sysreg("s3_0_c12_c11_3"); /* ICC_RPR_EL1 */
}

static uint32_t highest(void)
{
    return (uint32_t)sysreg("s3_0_c12_c12_2"); /* ICC_HPPIR1_EL1 */
}

static void binary_point(uint32_t value)
{
    sysreg_set("s3_0_c12_c12_3", value);
}

static void interface(bool open)
{
    sysreg_set("s3_0_c12_c12_7", open ? 1 : 0);
}

static void split(bool split)
{
    sysreg_set("s3_0_c12_c12_4", split ? 2 : 0); /* ICC_CTLR_EL1.EOImode */
}

static void distributor(bool open)
{
    store(tree.gic_base[0] + GICD_CTLR,
          open ? CTLR_BOTH_AFFINITY : CTLR_BOTH_AFFINITY & ~CTLR_GROUP1);
}

static void sgi(uint32_t cpu, uint32_t intid)
{
    __asm__ volatile("dsb ishst" ::: "memory");
    sysreg_set("s3_0_c12_c11_5", (uint64_t)intid << 24 | 1UL << cpu); /* ICC_SGI1R_EL1 */
}

static void sgi_others(uint32_t intid)
{
    __asm__ volatile("dsb ishst" ::: "memory");
    sysreg_set("s3_0_c12_c11_5", (uint64_t)intid << 24 | SGI_OTHERS);
}

const struct gic gic3 = {
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
