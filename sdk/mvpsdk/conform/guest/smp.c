/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other vCPUs: started, given something to do, switched off. Who waits sleeps, for vCPUs may share
 * a CPU of the board, and looks again after a while, for nobody can be relied on to wake it.
 */
#include "conform.h"

#define START_PATIENCE 300000 /* microseconds: vCPUs may share a CPU, slice by slice */
#define NAP 50                /* microseconds */
#define RUN_PATIENCE 1000000

typedef void (*work)(void);

static struct {
    work what;
    uint32_t given; /* how often something was given, and done */
    uint32_t done;
    uint32_t online;
    uint32_t zero;
} desks[CPUS_MAX];

static uint32_t get(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void put(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

void nap(void)
{
    sysreg_set("cntp_cval_el0", sysreg("cntpct_el0") + ticks(NAP));
    sysreg_set("cntp_ctl_el0", 1);
    gic_open(MVP_PHYSICAL_TIMER_INTID, 0x80);
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
    sysreg_set("cntp_ctl_el0", 0);
    gic_set(GIC_DISABLE, MVP_PHYSICAL_TIMER_INTID);
}

static bool reaches(const uint32_t *word, uint32_t value, uint64_t microseconds)
{
    uint64_t start = now();
    uint64_t patience = ticks(microseconds);

    while (get(word) != value) {
        if (now() - start > patience) {
            return false;
        }
        nap();
    }
    return true;
}

bool cpu_start(uint32_t number, uint64_t context)
{
    put(&desks[number].online, 0);
    put(&desks[number].given, 0);
    put(&desks[number].done, 0);
    return call(PSCI_CPU_ON, tree.cpu_reg[number], (uint64_t)secondary, context) == 0 &&
           reaches(&desks[number].online, 1, START_PATIENCE);
}

void cpu_give(uint32_t number, void (*what)(void))
{
    __atomic_store_n(&desks[number].what, what, __ATOMIC_RELAXED);
    put(&desks[number].given, desks[number].given + 1);
}

bool cpu_done(uint32_t number)
{
    return reaches(&desks[number].done, desks[number].given, RUN_PATIENCE);
}

bool cpu_run(uint32_t number, void (*what)(void))
{
    cpu_give(number, what);
    return cpu_done(number);
}

static void off(void)
{
    call(PSCI_CPU_OFF, 0, 0, 0);
}

bool cpu_stop(uint32_t number)
{
    uint64_t start = now();

    cpu_give(number, off);
    while (call(PSCI_AFFINITY_INFO, tree.cpu_reg[number], 0, 0) != 1) {
        if (now() - start > ticks(RUN_PATIENCE)) {
            return false;
        }
        nap();
    }
    return true;
}

void cpu_serve(void)
{
    uint32_t number = (uint32_t)self()->number;
    uint32_t done = 0;

    gic()->start();
    put(&desks[number].online, 1);
    for (;;) {
        while (get(&desks[number].given) == done) {
            nap();
        }
        __atomic_load_n(&desks[number].what, __ATOMIC_RELAXED)();
        irqs_off();
        done++;
        put(&desks[number].done, done);
    }
}

bool smp_alone(void)
{
    if (tree.cpu_count < 2) {
        skip("one vCPU");
    }
    return tree.cpu_count < 2;
}

/* All others: started where they are not on. False: one is not, and was told of. */
bool smp_on(void)
{
    bool good = true;

    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        if (call(PSCI_AFFINITY_INFO, tree.cpu_reg[n], 0, 0) != 0) {
            bool came = cpu_start(n, SMP_CONTEXT | n);

            expect("it comes when it is switched on", 1, came);
            good = good && came;
        }
    }
    return good;
}
