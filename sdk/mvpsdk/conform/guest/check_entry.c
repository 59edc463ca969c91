/* SPDX-License-Identifier: Apache-2.0 */
/* The state in which the image is entered (Linux Documentation/arch/arm64/booting.rst). */
#include "conform.h"

#define LEVEL_1 0x4
#define ALL_MASKED 0x3c0
#define SCTLR_M 0x1
#define SCTLR_C 0x4
#define FDT_MAGIC 0xedfe0dd0 /* as a little-endian word */
#define TIMERS_ON 0x101

CHECK(level, "entry.level", "the image is entered at EL1, on SP_EL1")
{
    expect("CurrentEL", LEVEL_1, entries[0].level);
    expect("SPSel", 1, entries[0].spsel & 1);
}

CHECK(masked, "entry.masked", "all interrupts are masked")
{
    expect("DAIF", ALL_MASKED, entries[0].daif);
}

CHECK(translation, "entry.mmu-off", "MMU and data cache are off")
{
    expect_bits("SCTLR_EL1", SCTLR_M | SCTLR_C, 0, entries[0].sctlr);
}

CHECK(tree_address, "entry.device-tree", "x0 is the device tree's address: in RAM, 8-byte aligned")
{
    uint64_t at = entries[0].x[0];

    about(at);
    expect("alignment", 0, at % 8);
    expect_within("address", tree.ram_base, tree.ram_base + tree.ram_size - 1, at);
    expect("magic", FDT_MAGIC, load(at));
}

CHECK(zeroes, "entry.zeroes", "x1, x2 and x3 are zero")
{
    for (uint32_t n = 1; n < 4; n++) {
        about(n);
        expect("register", 0, entries[0].x[n]);
    }
}

CHECK(place, "entry.place", "the image stands on a 2 MiB boundary of RAM, at its text_offset")
{
    expect("offset within 2 MiB", 0, entries[0].place % 0x200000);
    expect_within("address", tree.ram_base, tree.ram_base + tree.ram_size - 1, entries[0].place);
}

CHECK(timers, "entry.timers-off", "neither the virtual nor the physical timer is on")
{
    expect_bits("CNTV_CTL, and CNTP_CTL << 8", TIMERS_ON, 0, entries[0].timers);
}
