/* SPDX-License-Identifier: Apache-2.0 */
/* What only a GICv2 has (Arm IHI 0048): SGIs by sender, targets, the interface's page. */
#include "conform.h"

#define GICD_CTLR 0x000
#define GICD_SGIR 0xf00
#define GICD_CPENDSGIR 0xf10
#define GICD_SPENDSGIR 0xf20
#define SGIR_SELF 0x02000000
#define GICC_IIDR 0xfc
#define GICC_PMR 0x04
#define ALL 0xffffffffU

static bool absent(void)
{
    if (tree.gic != 2) {
        skip("the GIC is version 3");
    }
    return tree.gic != 2;
}

static uint64_t distributor(uint32_t offset)
{
    return tree.gic_base[0] + offset;
}

CHECK(control, "gic2.control", "GICD_CTLR has its enable bit")
{
    if (absent()) {
        return;
    }
    store(distributor(GICD_CTLR), 1);
    expect_bits("on", 1, 1, load(distributor(GICD_CTLR)));
    store(distributor(GICD_CTLR), 0);
    expect_bits("off", 1, 0, load(distributor(GICD_CTLR)));
}

CHECK(interface, "gic2.interface", "GICC_IIDR tells architecture 2; the mask has five bits")
{
    if (absent()) {
        return;
    }
    expect_bits("GICC_IIDR", 0xf0fff, 0x2043b, load(tree.gic_base[1] + GICC_IIDR));
    store(tree.gic_base[1] + GICC_PMR, 0xff);
    expect("GICC_PMR", 0xf8, load(tree.gic_base[1] + GICC_PMR));
}

CHECK(self_filter, "gic2.sgi-filter",
      "the filter of GICD_SGIR sends to oneself, and the list to whom it names")
{
    if (absent()) {
        return;
    }
    gic_open(6, 0x80);
    store(distributor(GICD_SGIR), SGIR_SELF | 6);
    expect("interrupts by the filter", 1, take(2, 300));
    store(distributor(GICD_SGIR), 0x10000 | 6);
    expect("interrupts by the list", 2, take(3, 300));
    store(distributor(GICD_SGIR), 6);
    expect("interrupts by an empty list", 2, take(3, 300));
    expect("sender", 0, self()->sender[0]);
}

CHECK(pending_sgis, "gic2.sgi-pending",
      "SGIs are pending by sender: GICD_SPENDSGIR and GICD_CPENDSGIR")
{
    if (absent()) {
        return;
    }
    store_byte(distributor(GICD_SPENDSGIR + 9), 1);
    expect("set", 1, probe_read1(distributor(GICD_SPENDSGIR + 9)));
    expect("by the other register", 1, probe_read1(distributor(GICD_CPENDSGIR + 9)));
    expect("pending", 1, gic_bit(GIC_PEND, 9));
    gic_set(GIC_UNPEND, 9); /* has no effect on SGIs */
    expect("still pending", 1, gic_bit(GIC_PEND, 9));
    store_byte(distributor(GICD_CPENDSGIR + 9), 1);
    expect("cleared", 0, probe_read1(distributor(GICD_SPENDSGIR + 9)));
    expect("not pending", 0, gic_bit(GIC_PEND, 9));
}

CHECK(targets, "gic2.targets", "GICD_ITARGETSR: private ones name the reader, SPIs whom they go to")
{
    uint32_t vcpus = (1U << tree.cpu_count) - 1;

    if (absent()) {
        return;
    }
    store(distributor(GIC_TARGET + SPI / 4 * 4), ALL);
    if (tree.cpu_count == 1) {
        expect("with one vCPU there are none", 0, load(distributor(GIC_TARGET + SPI / 4 * 4)));
        return;
    }
    expect("of a private one", 1, probe_read1(distributor(GIC_TARGET + 27)));
    expect("of an SPI, all", vcpus * 0x01010101, load(distributor(GIC_TARGET + SPI / 4 * 4)));
    store(distributor(GIC_TARGET + SPI / 4 * 4), 0);
    expect("of an SPI, none", 0, load(distributor(GIC_TARGET + SPI / 4 * 4)));
}

CHECK(nobody, "gic2.no-target",
      "an SPI that goes to nobody stays pending, and comes once it has a target")
{
    if (absent()) {
        return;
    }
    if (tree.cpu_count == 1) {
        skip("one vCPU");
        return;
    }
    gic_edge(SPI, true);
    gic_open(SPI, 0x80);
    store_byte(distributor(GIC_TARGET + SPI), 0);
    gic_set(GIC_PEND, SPI);
    expect("interrupts", 0, take(1, 300));
    store_byte(distributor(GIC_TARGET + SPI), 1);
    expect("interrupts with a target", 1, take(1, 20000));
}
