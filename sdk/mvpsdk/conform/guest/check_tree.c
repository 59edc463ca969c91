/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree: what it says is what is there. */
#include "conform.h"

#define LEVEL_HIGH 4
#define PPI 1
#define PIDR2_UP 0x18 /* from the page's end */
#define REVISION(pidr2) ((pidr2) >> 4 & 15)

CHECK(memory, "tree.memory", "one memory node: RAM begins at 0x40000000, in whole pages")
{
    expect("memory nodes", 1, tree.memories);
    expect("base", MVP_RAM_BASE, tree.ram_base);
    expect("size in pages", 0, tree.ram_size % 4096);
    expect_within("size", 0x200000, 1UL << 38, tree.ram_size);
}

CHECK(controller, "tree.gic", "the interrupt controller stands where the platform has it")
{
    bool third = tree.gic == 3;

    expect("distributor", MVP_GICD_BASE, tree.gic_base[0]);
    expect("its size", third ? MVP_GICD_SIZE : MVP_GICD2_SIZE, tree.gic_size[0]);
    expect("redistributors or CPU interface", third ? MVP_GICR_BASE : MVP_GICC_BASE,
           tree.gic_base[1]);
    expect("their size",
           third ? (uint64_t)MVP_GICR_STRIDE * tree.cpu_count : (uint64_t)MVP_GICC_SIZE,
           tree.gic_size[1]);
    expect("revision by PIDR2", tree.gic,
           REVISION(load(tree.gic_base[0] + tree.gic_size[0] - PIDR2_UP)));
}

CHECK(timer, "tree.timer", "the timer's interrupts: INTID 30 physical, 27 virtual, both private")
{
    for (uint32_t n = 0; n < 4; n++) {
        about(n);
        expect("kind of interrupt", PPI, tree.timer_kind[n]);
    }
    about(0);
    expect("physical", MVP_PHYSICAL_TIMER_INTID, tree.timer_ppi[1] + 16);
    expect("virtual", MVP_VIRTUAL_TIMER_INTID, tree.timer_ppi[2] + 16);
}

CHECK(frequency, "tree.frequency", "CNTFRQ is what the tree says, or the tree says nothing")
{
    uint64_t told = sysreg("cntfrq_el0");

    expect_within("CNTFRQ_EL0", 1000000, 1000000000, told);
    expect("clock-frequency", tree.timer_frequency == 0 ? 0 : told, tree.timer_frequency);
}

CHECK(psci, "tree.psci", "PSCI 1.0 by HVC, and so are all CPUs started")
{
    expect("compatible with arm,psci-1.0", 1, tree.psci_1_0);
    expect("method is hvc", 1, tree.psci_hvc);
    expect("CPUs with enable-method psci", tree.cpu_count, tree.cpu_by_psci);
}

CHECK(processors, "tree.cpus", "each CPU node is a vCPU, by its MPIDR, and there are no others")
{
    expect_within("CPU nodes", 1, CPUS_MAX, tree.cpu_count);
    expect("own MPIDR affinity", tree.cpu_reg[0], sysreg("mpidr_el1") & 0xff00ffffff);
    for (uint32_t n = 0; n < tree.cpu_count; n++) {
        about(n);
        expect("reg", n, tree.cpu_reg[n]);
        expect("AFFINITY_INFO", n == 0 ? 0 : 1, call(PSCI_AFFINITY_INFO, tree.cpu_reg[n], 0, 0));
    }
    about(tree.cpu_count);
    expect("AFFINITY_INFO of one more", INVALID, call(PSCI_AFFINITY_INFO, tree.cpu_count, 0, 0));
}

CHECK(uart, "tree.uart", "the UART: a PL011 at 0x9000000, level-triggered INTID 33")
{
    expect("there", 1, tree.uart.there);
    expect("base", MVP_UART_BASE, tree.uart.base);
    expect("size", MVP_UART_SIZE, tree.uart.size);
    expect("INTID", MVP_UART_INTID, tree.uart.intid);
    expect("trigger", LEVEL_HIGH, tree.uart.flags);
}

CHECK(rtc, "tree.rtc", "the clock: a PL031 at 0x9010000, level-triggered INTID 34")
{
    expect("there", 1, tree.rtc.there);
    expect("base", MVP_RTC_BASE, tree.rtc.base);
    expect("size", MVP_RTC_SIZE, tree.rtc.size);
    expect("INTID", MVP_RTC_INTID, tree.rtc.intid);
    expect("trigger", LEVEL_HIGH, tree.rtc.flags);
}
