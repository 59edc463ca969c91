/* SPDX-License-Identifier: Apache-2.0 */
/* Several vCPUs, as many as the device tree has; they may share a CPU of the board, or not. */
#include "conform.h"

#define LONG 300000 /* microseconds: a vCPU waits until its slice comes */
#define SOME 300
#define ROUNDS 4
#define LEVEL_1 0x4
#define ALL_MASKED 0x3c0
#define PPI 21

static volatile uint64_t results[CPUS_MAX];

CHECK(on, "smp.cpu-on", "each other vCPU comes by CPU_ON, in the state that PSCI asks for")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("x0 is the context", SMP_CONTEXT | n, entries[n].x[0]);
        expect("CurrentEL", LEVEL_1, entries[n].level);
        expect("DAIF", ALL_MASKED, entries[n].daif);
        expect_bits("SCTLR_EL1: MMU and cache", 0x5, 0, entries[n].sctlr);
        expect_bits("timers", 0x101, 0, entries[n].timers);
        expect("number by MPIDR", n, cpus[n].number);
        expect("AFFINITY_INFO", 0, call(PSCI_AFFINITY_INFO, tree.cpu_reg[n], 0, 0));
        expect("CPU_ON again", ALREADY_ON,
               call(PSCI_CPU_ON, tree.cpu_reg[n], (uint64_t)secondary, 0));
    }
}

static void note_identity(void)
{
    results[self()->number] = sysreg("midr_el1") ^ sysreg("id_aa64pfr0_el1") ^
                              sysreg("id_aa64isar0_el1") << 1 ^ sysreg("id_aa64mmfr0_el1") << 2 ^
                              sysreg("cntfrq_el0") << 20;
}

CHECK(alike, "smp.alike", "all vCPUs have the same ID registers and the same counter frequency")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    note_identity();
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("it ran", 1, cpu_run(n, note_identity));
        expect("all of its ID registers together", results[0], results[n]);
    }
}

static void note_count(void)
{
    results[self()->number] = now();
}

CHECK(counters, "smp.counters", "the virtual counter is one for all vCPUs: later reads give more")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t n = 1; n < tree.cpu_count; n++) {
            uint64_t before = now();

            about(n);
            expect("it ran", 1, cpu_run(n, note_count));
            expect_within("its counter", before, now(), results[n]);
        }
    }
}

/* A private interrupt of its own, enabled and pending here only. */
static void private_bits(void)
{
    uint64_t seen = (gic_bit(GIC_ENABLE, PPI) ? 1U : 0U) | (gic_bit(GIC_PEND, PPI) ? 2U : 0U) |
                    (uint64_t)probe_read1(gic()->frame(PPI) + GIC_PRIORITY + PPI) << 8;

    results[self()->number] = seen;
}

CHECK(private, "smp.private", "private interrupts are each vCPU's own: enabled, pending, priority")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        gic_edge(PPI, true);
        gic_open(PPI, 0x48);
        gic_set(GIC_PEND, PPI);
        results[n] = ~0UL;
        about(n);
        expect("it ran", 1, cpu_run(n, private_bits));
        expect_bits("enabled or pending there", 3, 0, results[n]);
        private_bits();
        expect("enabled, pending and priority here", 0x4803, results[0]);
        quiet();
    }
}

static void own_timer(void)
{
    struct cpu *cpu = self();
    uint64_t deadline = now() + ticks(1000);

    cpu->taken = 0;
    cpu->hook = NULL;
    gic()->start();
    gic_open(MVP_VIRTUAL_TIMER_INTID, 0x80);
    sysreg_set("cntv_cval_el0", deadline);
    sysreg_set("cntv_ctl_el0", 1);
    (void)take(1, LONG);
    results[cpu->number] = now() - deadline;
    sysreg_set("cntv_ctl_el0", 0);
}

CHECK(timers, "smp.timers", "each vCPU has a virtual timer of its own, which comes to it alone")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    gic_open(MVP_VIRTUAL_TIMER_INTID, 0x80);
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("it ran", 1, cpu_run(n, own_timer));
        expect("interrupts there", 1, cpus[n].taken);
        expect("INTID", MVP_VIRTUAL_TIMER_INTID, cpus[n].intid[0]);
        expect_within("ticks from its deadline", 0, ticks(LONG), results[n]);
        expect("interrupts here", 0, take(1, SOME));
    }
}
