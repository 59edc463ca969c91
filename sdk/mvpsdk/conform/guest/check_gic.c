/* SPDX-License-Identifier: Apache-2.0 */
/* The distributor's registers that both versions have alike. */
#include "conform.h"

#define GICD_TYPER 0x004
#define GICD_IIDR 0x008
#define LINES ((MVP_PERSONA_INTIDS / 32) - 1)
#define ALL 0xffffffffU
#define LAST (MVP_PERSONA_INTIDS - 1)
#define LEVELS 0xf8 /* 32 of them */

static uint64_t distributor(uint32_t offset)
{
    return tree.gic_base[0] + offset;
}

CHECK(typer, "gic.type", "GICD_TYPER tells 96 INTIDs; GICD_IIDR names Arm")
{
    expect_bits("GICD_TYPER.ITLinesNumber", 0x1f, LINES, load(distributor(GICD_TYPER)));
    expect_bits("GICD_TYPER.SecurityExtn", 0x400, 0, load(distributor(GICD_TYPER)));
    expect_bits("GICD_IIDR", 0xfff, 0x43b, load(distributor(GICD_IIDR)));
}

CHECK(enables, "gic.enable-bits", "each interrupt is enabled and disabled by its own bit")
{
    for (uint32_t intid = 16; intid <= LAST; intid += 5) {
        about(intid);
        expect("enabled before", 0, gic_bit(GIC_ENABLE, intid));
        gic_set(GIC_ENABLE, intid);
        expect("enabled, by ISENABLER", 1, gic_bit(GIC_ENABLE, intid));
        expect("enabled, by ICENABLER", 1, gic_bit(GIC_DISABLE, intid));
        expect("its neighbour", 0, gic_bit(GIC_ENABLE, intid - 1));
        gic_set(GIC_DISABLE, intid);
        expect("enabled after", 0, gic_bit(GIC_ENABLE, intid));
    }
}

CHECK(pending, "gic.pending-bits", "an SPI is made pending and not pending by its own bit")
{
    for (uint32_t intid = SPI; intid <= LAST; intid += 5) {
        about(intid);
        gic_edge(intid, true);
        gic_set(GIC_PEND, intid);
        expect("pending, by ISPENDR", 1, gic_bit(GIC_PEND, intid));
        expect("pending, by ICPENDR", 1, gic_bit(GIC_UNPEND, intid));
        expect("its neighbour", 0, gic_bit(GIC_PEND, intid - 1));
        gic_set(GIC_UNPEND, intid);
        expect("pending after", 0, gic_bit(GIC_PEND, intid));
    }
}

CHECK(active, "gic.active-bits", "an SPI is made active and inactive by its own bit")
{
    for (uint32_t intid = SPI; intid <= LAST; intid += 5) {
        about(intid);
        gic_set(GIC_ACTIVATE, intid);
        expect("active, by ISACTIVER", 1, gic_bit(GIC_ACTIVATE, intid));
        expect("active, by ICACTIVER", 1, gic_bit(GIC_DEACTIVATE, intid));
        gic_set(GIC_DEACTIVATE, intid);
        expect("active after", 0, gic_bit(GIC_ACTIVATE, intid));
    }
}

CHECK(priorities, "gic.priority-bits", "priorities have five bits, by bytes and by words")
{
    for (uint32_t intid = 0; intid <= LAST; intid += 4) {
        uint64_t at = gic()->frame(intid) + GIC_PRIORITY + intid;

        about(intid);
        store(at, ALL);
        expect("all bits written", LEVELS * 0x01010101U, load(at));
        store_byte(at + 2, 0x57);
        expect("a byte", 0x50, probe_read1(at + 2));
        expect("the word", 0xf850f8f8, load(at));
        store(at, 0);
        expect("none", 0, load(at));
    }
}

CHECK(configuration, "gic.configuration",
      "an SPI is edge- or level-triggered; an SGI is always edge")
{
    expect("GICD_ICFGR0", 0xaaaaaaaa, load(gic()->frame(0) + GIC_CONFIG));
    store(gic()->frame(0) + GIC_CONFIG, 0);
    expect("GICD_ICFGR0 after a write", 0xaaaaaaaa, load(gic()->frame(0) + GIC_CONFIG));
    for (uint32_t intid = 32; intid <= LAST; intid += 16) {
        uint64_t at = distributor(GIC_CONFIG + intid / 4);

        about(intid);
        store(at, 0xaaaaaaaa);
        expect("all edge", 0xaaaaaaaa, load(at));
        store(at, 0);
        expect("all level", 0, load(at));
    }
}

CHECK(beyond, "gic.unimplemented", "registers of INTIDs from 96 read as zero and ignore writes")
{
    static const uint32_t blocks[] = {GIC_GROUP,  GIC_ENABLE,   GIC_DISABLE,   GIC_PEND,
                                      GIC_UNPEND, GIC_ACTIVATE, GIC_DEACTIVATE};

    for (uint32_t n = 0; n < sizeof blocks / sizeof blocks[0]; n++) {
        for (uint32_t intid = MVP_PERSONA_INTIDS; intid < 1024; intid += 32) {
            about(blocks[n] + intid / 8);
            store(distributor(blocks[n] + intid / 8), ALL);
            expect("register", 0, load(distributor(blocks[n] + intid / 8)));
        }
    }
    for (uint32_t intid = MVP_PERSONA_INTIDS; intid < 1020; intid += 100) {
        about(intid);
        store(distributor(GIC_PRIORITY + intid), ALL);
        expect("priority", 0, load(distributor(GIC_PRIORITY + intid)));
        store(distributor(GIC_CONFIG + intid / 16 * 4), ALL);
        expect("configuration", 0, load(distributor(GIC_CONFIG + intid / 16 * 4)));
    }
}

CHECK(reserved, "gic.reserved", "reserved registers read as zero and ignore what is written")
{
    static const uint32_t offsets[] = {0x00c, 0x030, 0x040, 0x07c, 0xe00};

    for (uint32_t n = 0; n < sizeof offsets / sizeof offsets[0]; n++) {
        about(offsets[n]);
        store(distributor(offsets[n]), ALL);
        expect("register", 0, load(distributor(offsets[n])));
    }
}
