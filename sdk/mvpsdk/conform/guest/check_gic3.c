/* SPDX-License-Identifier: Apache-2.0 */
/* What only a GICv3 has (Arm IHI 0069): redistributors, affinity routing, two groups. */
#include "conform.h"

#define GICD_CTLR 0x0000
#define GICD_TYPER 0x0004
#define GICD_IROUTER 0x6000
#define CTLR_FIXED 0x50 /* ARE, DS */
#define TYPER_IDBITS (31U << 19)
#define TYPER_LPIS (1U << 17)
#define TYPER_MESSAGES (1U << 16)
#define GICR_TYPER 0x0008
#define GICR_WAKER 0x0014
#define GICR_PIDR2 0xffe8
#define WAKER_SLEEP 2
#define WAKER_ASLEEP 4
#define LAST 0x10
#define FIQ_MASK 0x40

static bool absent(void)
{
    if (tree.gic != 3) {
        skip("the GIC is version 2");
    }
    return tree.gic != 3;
}

static uint64_t frame(uint32_t number)
{
    return tree.gic_base[1] + (uint64_t)MVP_GICR_STRIDE * number;
}

CHECK(control, "gic3.control",
      "affinity routing and one security state, fixed; groups go on and off")
{
    if (absent()) {
        return;
    }
    store(tree.gic_base[0] + GICD_CTLR, 0);
    expect("all off", CTLR_FIXED, load(tree.gic_base[0] + GICD_CTLR) & 0x7fffffff);
    store(tree.gic_base[0] + GICD_CTLR, 3);
    expect("both groups", CTLR_FIXED | 3, load(tree.gic_base[0] + GICD_CTLR) & 0x7fffffff);
}

CHECK(typer, "gic3.type", "INTIDs of ten bits, no LPIs, no messages")
{
    uint32_t value = load(tree.gic_base[0] + GICD_TYPER);

    if (absent()) {
        return;
    }
    expect("GICD_TYPER.IDbits", 9U << 19, value & TYPER_IDBITS);
    expect("LPIS, MBIS", 0, value & (TYPER_LPIS | TYPER_MESSAGES));
}

CHECK(redistributors, "gic3.redistributors", "each vCPU has one, in order; the last one says so")
{
    if (absent()) {
        return;
    }
    for (uint32_t n = 0; n < tree.cpu_count; n++) {
        uint64_t value = probe_read8(frame(n) + GICR_TYPER);

        about(n);
        expect("affinity", n, value >> 32);
        expect("processor number", n, value >> 8 & 0xffff);
        expect("Last", n + 1 == tree.cpu_count ? LAST : 0, value & LAST);
        expect("LPIs", 0, value & 1);
        expect("by halves", value,
               load(frame(n) + GICR_TYPER) | (uint64_t)load(frame(n) + GICR_TYPER + 4) << 32);
        expect("architecture by PIDR2", 3, load(frame(n) + GICR_PIDR2) >> 4 & 15);
    }
}

CHECK(waker, "gic3.waker", "a redistributor that is put to sleep says so, and wakes again")
{
    if (absent()) {
        return;
    }
    store(frame(0) + GICR_WAKER, WAKER_SLEEP);
    expect("asleep", WAKER_SLEEP | WAKER_ASLEEP, load(frame(0) + GICR_WAKER));
    store(frame(0) + GICR_WAKER, 0);
    expect("awake", 0, load(frame(0) + GICR_WAKER));
}

CHECK(routing, "gic3.routing", "GICD_IROUTER keeps the vCPU that it names, also for any")
{
    uint64_t at = tree.gic_base[0] + GICD_IROUTER + 8UL * SPI;

    if (absent()) {
        return;
    }
    for (uint32_t n = 0; n < tree.cpu_count; n++) {
        about(n);
        probe_write8(at, n);
        expect("GICD_IROUTER", n, probe_read8(at));
    }
    about(0);
    probe_write8(at, 0);
    probe_write8(tree.gic_base[0] + GICD_IROUTER + 8UL * MVP_PERSONA_INTIDS, 1);
    expect("beyond the last INTID", 0,
           probe_read8(tree.gic_base[0] + GICD_IROUTER + 8UL * MVP_PERSONA_INTIDS));
}

CHECK(private, "gic3.private", "registers of INTIDs below 32 are the redistributor's alone")
{
    if (absent()) {
        return;
    }
    store(tree.gic_base[0] + GIC_ENABLE, 0xffffffff);
    expect("GICD_ISENABLER0", 0, load(tree.gic_base[0] + GIC_ENABLE));
    expect("GICR_ISENABLER0", 0, load(gic()->frame(0) + GIC_ENABLE));
    store(tree.gic_base[0] + GIC_PRIORITY, 0xffffffff);
    expect("GICD_IPRIORITYR0", 0, load(tree.gic_base[0] + GIC_PRIORITY));
}

CHECK(groups, "gic3.groups", "an SPI of group 0 comes as an FIQ, and as no IRQ")
{
    uint64_t at = tree.gic_base[0] + GIC_GROUP + SPI / 32 * 4;

    if (absent()) {
        return;
    }
    gic_edge(SPI, true);
    store(at, load(at) & ~(1U << SPI % 32));
    expect("group", 0, gic_bit(GIC_GROUP, SPI));
    gic_open(SPI, 0x80);
    gic_set(GIC_PEND, SPI);
    expect("IRQs", 0, take(1, 300));
    __asm__ volatile("msr daifclr, #1\n\tisb" ::: "memory");
    pass(300);
    __asm__ volatile("msr daifset, #1\n\tisb" ::: "memory");
    expect("FIQs", 1, self()->fiqs);
    store(at, 0xffffffff);
    gic_set(GIC_PEND, SPI);
    expect("IRQs in group 1", 1, take(1, 20000));
}

CHECK(sgi_list, "gic3.sgi-list", "an SGI to an affinity that no vCPU has goes nowhere")
{
    if (absent()) {
        return;
    }
    gic_open(4, 0x80);
    sysreg_set("s3_0_c12_c11_5", 4UL << 24 | 1UL << 16 | 1); /* ICC_SGI1R_EL1: Aff1 is 1 */
    sysreg_set("s3_0_c12_c11_5", 4UL << 24 | 1UL << tree.cpu_count);
    sysreg_set("s3_0_c12_c11_5", 4UL << 24);
    expect("interrupts", 0, take(1, 300));
    sysreg_set("s3_0_c12_c11_5", 4UL << 24 | 1);
    expect("interrupts by the right one", 1, take(1, 20000));
}
