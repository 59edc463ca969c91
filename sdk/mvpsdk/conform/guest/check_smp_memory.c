/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and registers of several vCPUs: order, locks, events, FP. */
#include "conform.h"

#define STEPS 4
#define SPINS 2000

static uint32_t turn;
static uint32_t lock;
static uint64_t guarded[2];
static volatile uint64_t results[CPUS_MAX];

static void acquire(void)
{
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0) {
        __asm__ volatile("wfe" ::: "memory");
    }
}

static void release(void)
{
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    __asm__ volatile("dsb ish\n\tsev" ::: "memory");
}

static void count_up(void)
{
    uint64_t torn = 0;

    for (uint32_t n = 0; n < SPINS; n++) {
        acquire();
        torn += guarded[0] == guarded[1] ? 0 : 1;
        guarded[0]++;
        guarded[1]++;
        release();
    }
    results[self()->number] = torn;
}

CHECK(locks, "smp.lock", "what a spin lock guards is whole, with all vCPUs at it at once")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    guarded[0] = 0;
    guarded[1] = 0;
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        cpu_give(n, count_up);
    }
    count_up();
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("it has ended", 1, cpu_done(n));
        expect("times it found it torn", 0, results[n]);
    }
    about(0);
    expect("times the first found it torn", 0, results[0]);
    expect("sum", (uint64_t)SPINS * tree.cpu_count, guarded[0]);
}

/* Whoever's turn it is hands it on; the others sleep in WFE. */
static void pass_on(void)
{
    uint32_t number = (uint32_t)self()->number;

    for (uint32_t n = 0; n < STEPS; n++) {
        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != n * tree.cpu_count + number) {
            __asm__ volatile("wfe" ::: "memory");
            nap(); /* the one that it waits for may share its CPU */
        }
        __atomic_store_n(&turn, n * tree.cpu_count + number + 1, __ATOMIC_RELEASE);
        __asm__ volatile("dsb ish\n\tsev" ::: "memory");
    }
}

CHECK(events, "smp.wfe", "vCPUs that sleep in WFE hear of what another has written and sent by SEV")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    turn = 0;
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        cpu_give(n, pass_on);
    }
    pass_on();
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("it has ended", 1, cpu_done(n));
    }
    about(0);
    expect("turns", STEPS * tree.cpu_count, turn);
}

static void fp_stay(void)
{
    uint64_t pattern = 0xf9f9000000000000UL | self()->number << 40;
    uint64_t wrong = 0;

    for (uint64_t n = 0; n < STEPS; n++) {
        fp_fill(pattern | n << 16);
        pass(1500);
        wrong += fp_wrong(pattern | n << 16);
    }
    results[self()->number] = wrong;
}

CHECK(fp, "smp.fp", "each vCPU's FP registers are its own, with all of them at it at once")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        results[n] = ~0UL;
        cpu_give(n, fp_stay);
    }
    fp_stay();
    for (uint32_t n = 0; n < tree.cpu_count; n++) {
        about(n);
        expect("it has ended", 1, n == 0 || cpu_done(n));
        expect("registers that changed", 0, results[n]);
    }
}
