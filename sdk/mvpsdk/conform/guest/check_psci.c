/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 (Arm DEN0022), by one vCPU; what needs several is in check_smp.c. */
#include "conform.h"

#define PSCI_1_1 0x10001
#define NO_MIGRATION 2
#define SMCCC_VERSION 0x80000000
#define BASE_64 0x40000000

static uint64_t by_smc(uint64_t id, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t x[18] = {id, a, b, c};

    call_registers(x, 1);
    return x[0];
}

CHECK(version, "psci.version", "the version is 1.1, by HVC and by SMC")
{
    expect("by HVC", PSCI_1_1, call(PSCI_VERSION, 0, 0, 0));
    expect("by SMC", PSCI_1_1, by_smc(PSCI_VERSION, 0, 0, 0));
}

CHECK(features, "psci.features", "FEATURES has every call of the contract, in both conventions")
{
    static const uint32_t ids[] = {PSCI_VERSION,
                                   PSCI_SUSPEND,
                                   PSCI_SUSPEND & ~BASE_64,
                                   PSCI_CPU_OFF,
                                   PSCI_CPU_ON,
                                   PSCI_CPU_ON & ~BASE_64,
                                   PSCI_AFFINITY_INFO,
                                   PSCI_AFFINITY_INFO & ~BASE_64,
                                   PSCI_MIGRATE_INFO_TYPE,
                                   PSCI_SYSTEM_OFF,
                                   PSCI_SYSTEM_RESET,
                                   PSCI_FEATURES,
                                   SMCCC_VERSION};

    for (uint32_t n = 0; n < sizeof ids / sizeof ids[0]; n++) {
        about(ids[n]);
        expect("FEATURES", 0, call(PSCI_FEATURES, ids[n], 0, 0));
    }
}

CHECK(features_unknown, "psci.features-unknown", "FEATURES answers -1 for what is not offered")
{
    static const uint32_t ids[] = {0x84000005, 0x84000007, 0x8400001f, 0xc400001f, 0x86000000, 0};

    for (uint32_t n = 0; n < sizeof ids / sizeof ids[0]; n++) {
        about(ids[n]);
        expect("FEATURES", NOT_SUPPORTED, call(PSCI_FEATURES, ids[n], 0, 0));
    }
}

CHECK(migrate, "psci.migrate-info", "MIGRATE_INFO_TYPE: no trusted OS that would have to migrate")
{
    expect("MIGRATE_INFO_TYPE", NO_MIGRATION, call(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0));
}

CHECK(affinity, "psci.affinity-info", "AFFINITY_INFO: oneself on, levels above on, others invalid")
{
    expect("oneself", 0, call(PSCI_AFFINITY_INFO, 0, 0, 0));
    expect("oneself, 32-bit call", 0, call(PSCI_AFFINITY_INFO & ~BASE_64, 0, 0, 0));
    expect("level 1", 0, call(PSCI_AFFINITY_INFO, 0, 1, 0));
    expect("level 4", INVALID, call(PSCI_AFFINITY_INFO, 0, 4, 0));
    expect("nobody", INVALID, call(PSCI_AFFINITY_INFO, 200, 0, 0));
    expect("nobody, by affinity 1", INVALID, call(PSCI_AFFINITY_INFO, 0x100, 0, 0));
    expect("bits that are no affinity", INVALID, call(PSCI_AFFINITY_INFO, 0x80000000, 0, 0));
}

CHECK(on_errors, "psci.cpu-on-errors", "CPU_ON refuses who is on already and who is not there")
{
    uint64_t entry = (uint64_t)secondary;

    expect("oneself", ALREADY_ON, call(PSCI_CPU_ON, 0, entry, 0));
    expect("oneself, 32-bit call", ALREADY_ON, call(PSCI_CPU_ON & ~BASE_64, 0, entry, 0));
    expect("nobody", INVALID, call(PSCI_CPU_ON, tree.cpu_count, entry, 0));
    expect("nobody, by affinity 3", INVALID, call(PSCI_CPU_ON, 1UL << 32, entry, 0));
}

CHECK(narrow, "psci.32-bit", "a 32-bit call has arguments of 32 bits, its number too")
{
    expect("upper half of an argument", 0,
           call(PSCI_AFFINITY_INFO & ~BASE_64, 0xffffffff00000000, 0xffffffff00000000, 0));
    expect("upper half of the number", PSCI_1_1, call(0xffffffff00000000 | PSCI_VERSION, 0, 0, 0));
}

CHECK(suspend, "psci.suspend", "CPU_SUSPEND sleeps until an interrupt is pending, then says 0")
{
    uint64_t deadline = now() + ticks(1000);

    gic_open(MVP_VIRTUAL_TIMER_INTID, 0x80);
    sysreg_set("cntv_cval_el0", deadline);
    sysreg_set("cntv_ctl_el0", 1);
    expect("CPU_SUSPEND", 0, call(PSCI_SUSPEND, 0, (uint64_t)secondary, 0));
    expect_within("time of waking", deadline, deadline + ticks(20000), now());
    expect("interrupts", 1, take(1, 1000));
    expect("INTID", MVP_VIRTUAL_TIMER_INTID, self()->intid[0]);
}

CHECK(unknown, "psci.unknown", "a call that PSCI 1.1 has and this one does not is answered -1")
{
    static const uint32_t ids[] = {0x84000005, 0xc4000005, 0x84000007, 0xc4000007,
                                   0x8400001e, 0xc400001f, 0xc4000000};

    for (uint32_t n = 0; n < sizeof ids / sizeof ids[0]; n++) {
        about(ids[n]);
        expect("by HVC", NOT_SUPPORTED, call(ids[n], 0, 0, 0));
        expect("by SMC", NOT_SUPPORTED, by_smc(ids[n], 0, 0, 0));
    }
}
