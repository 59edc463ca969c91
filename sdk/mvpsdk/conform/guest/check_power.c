/* SPDX-License-Identifier: Apache-2.0 */
/* SYSTEM_SUSPEND (Arm DEN0022, 5.20), and the firmware that rings. */
#include "conform.h"

#define GPIOIBE 0x408
#define GPIOIEV 0x40c
#define GPIOIE 0x410
#define GPIOMIS 0x418
#define GPIOIC 0x41c
#define RING (1U << MVP_GPIO_RING)
#define CONTEXT 0x5c0ffee50feedUL
#define ALL_MASKED 0x3c0
#define LATE 20000 /* microseconds */

static uint64_t resumed_at; /* the physical counter, which the firmware reads too */
static uint64_t taken_at;

static bool missing(void)
{
    if (!tree.gpio.there) {
        skip("the persona has no power management");
    }
    return !tree.gpio.there;
}

CHECK(offered, "power.offered", "SYSTEM_SUSPEND is there in both conventions")
{
    if (missing()) {
        return;
    }
    expect("FEATURES", 0, call(PSCI_FEATURES, PSCI_SYSTEM_SUSPEND, 0, 0));
    expect("FEATURES, 32-bit call", 0, call(PSCI_FEATURES, PSCI_SYSTEM_SUSPEND_32, 0, 0));
}

CHECK(denied, "power.denied", "nobody is suspended while another vCPU is on, or without an entry")
{
    if (missing()) {
        return;
    }
    expect("entry that is no instruction's", INVALID_ADDRESS,
           call(PSCI_SYSTEM_SUSPEND, (uint64_t)resumed + 2, CONTEXT, 0));
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("it comes", 1, cpu_start(n, SMP_CONTEXT));
        expect("SYSTEM_SUSPEND", DENIED, call(PSCI_SYSTEM_SUSPEND, (uint64_t)resumed, CONTEXT, 0));
        expect("AFFINITY_INFO says off", 1, cpu_stop(n));
    }
}

static void on_ring(uint32_t raw)
{
    taken_at = sysreg("cntpct_el0");
    expect("GPIOMIS", RING, load(tree.gpio.base + GPIOMIS));
    store(tree.gpio.base + GPIOIC, RING);
    gic()->end(raw);
}

static void arm_ring(void)
{
    gic_open(MVP_GPIO_INTID, 0x80);
    store(tree.gpio.base + GPIOIBE, 0);
    store(tree.gpio.base + GPIOIEV, RING);
    store(tree.gpio.base + GPIOIC, 0xff);
    store(tree.gpio.base + GPIOIE, RING);
}

/* As a power-down leaves it: reset, but for what stands in the GIC's distributor and the GPIO. */
static void check_entry(const struct entry *entry)
{
    expect("x0 is the context", CONTEXT, entry->x[0]);
    expect("DAIF", ALL_MASKED, entry->daif);
    expect_bits("SCTLR_EL1: MMU and cache", 0x5, 0, entry->sctlr);
    expect_bits("timers", 0x101, 0, entry->timers);
    expect("the interrupt is enabled still", 1, gic_bit(GIC_ENABLE, MVP_GPIO_INTID));
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("AFFINITY_INFO says off", 1, call(PSCI_AFFINITY_INFO, tree.cpu_reg[n], 0, 0));
    }
}

CHECK(ring, "power.ring",
      "a suspended persona sleeps until the firmware rings, then it is entered anew")
{
    uint64_t start = now();

    if (missing()) {
        return;
    }
    arm_ring();
    gic_open(MVP_VIRTUAL_TIMER_INTID, 0x80);
    sysreg_set("cntv_cval_el0", start);
    sysreg_set("cntv_ctl_el0", 3); /* due already, and masked */
    expect("it comes back at its entry", 1, system_suspend(CONTEXT, &entries[0], &resumed_at));
    gic()->start();
    check_entry(&entries[0]);
    self()->hook = on_ring;
    expect("interrupts", 1, take(1, LATE));
    expect("INTID", MVP_GPIO_INTID, self()->intid[0]);
    (void)call(MVP_CALL_TRACE_MARK, resumed_at, 0, 0);
    (void)call(MVP_CALL_TRACE_MARK, taken_at, 0, 0);
}
