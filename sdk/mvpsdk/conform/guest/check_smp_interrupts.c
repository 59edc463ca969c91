/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts between vCPUs, and to one of several. */
#include "conform.h"

#define LONG 300000 /* microseconds: a vCPU waits until its slice comes */
#define SOME 300
#define SGI 7

static volatile uint64_t listening[CPUS_MAX];

/* Until every other one has taken so many interrupts since it was last asked. */
static void expect_taken(uint32_t number, uint32_t count)
{
    uint64_t start = now();

    while (cpus[number].taken < count && now() - start < ticks(LONG)) {
        nap();
    }
    about(number);
    expect("interrupts that it took", count, cpus[number].taken);
}

static void listen(void)
{
    struct cpu *cpu = self();

    cpu->taken = 0;
    cpu->hook = NULL;
    gic()->start();
    gic_open(SGI, 0x80);
    __atomic_store_n(&listening[cpu->number], 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&listening[cpu->number], __ATOMIC_ACQUIRE) != 0) {
        irqs_on();
        irqs_off();
        nap();
    }
    irqs_on();
    irqs_off();
}

static bool listens(uint32_t number)
{
    uint64_t start = now();

    listening[number] = 0;
    cpu_give(number, listen);
    while (__atomic_load_n(&listening[number], __ATOMIC_ACQUIRE) == 0 &&
           now() - start < ticks(LONG)) {
        nap();
    }
    about(number);
    expect("it listens", 1, listening[number]);
    return listening[number] != 0;
}

static void rest(uint32_t number)
{
    __atomic_store_n(&listening[number], 0, __ATOMIC_RELEASE);
    about(number);
    expect("it has ended listening", 1, cpu_done(number));
}

CHECK(sgis, "smp.sgi", "an SGI comes to the vCPU that it names, with its sender, and to no other")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    gic_open(SGI, 0x80);
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        if (listens(n)) {
            gic()->sgi(n, SGI);
            expect_taken(n, 1);
            expect("INTID", SGI, cpus[n].intid[0]);
            expect("sender", 0, cpus[n].sender[0]);
            rest(n);
        }
    }
    about(0);
    expect("interrupts of the sender", 0, take(1, SOME));
}

static void send_back(void)
{
    gic()->sgi(0, SGI);
}

CHECK(back, "smp.sgi-back", "an SGI from each other vCPU comes to the first, with its sender")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    gic_open(SGI, 0x80);
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("it ran", 1, cpu_run(n, send_back));
        expect("interrupts", n, take(n, LONG));
        expect("INTID", SGI, self()->intid[n - 1]);
        if (tree.gic == 2) {
            expect("sender", n, self()->sender[n - 1]);
        }
    }
}

CHECK(to_others, "smp.sgi-others",
      "an SGI to all others comes to each of them, and not to its sender")
{
    bool good = true;

    if (smp_alone() || !smp_on()) {
        return;
    }
    gic_open(SGI, 0x80);
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        good = listens(n) && good;
    }
    if (good) {
        gic()->sgi_others(SGI);
        for (uint32_t n = 1; n < tree.cpu_count; n++) {
            expect_taken(n, 1);
        }
    }
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        rest(n);
    }
    about(0);
    expect("interrupts of the sender", 0, take(1, SOME));
}

CHECK(spis, "smp.spi", "an SPI comes to the vCPU that it is routed to, and to no other")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        if (listens(n)) {
            gic_edge(SPI, true);
            gic_open(SPI, 0x80);
            gic()->route(SPI, n);
            gic_set(GIC_PEND, SPI);
            expect_taken(n, 1);
            expect("INTID", SPI, cpus[n].intid[0]);
            rest(n);
        }
    }
    about(0);
    expect("interrupts of the first", 0, take(1, SOME));
}

CHECK(moved, "smp.spi-moved", "an SPI that is pending goes along when its routing changes")
{
    if (smp_alone() || !smp_on() || !listens(1)) {
        return;
    }
    gic_edge(SPI, true);
    gic_open(SPI, 0x80);
    gic_set(GIC_PEND, SPI);
    gic()->route(SPI, 1);
    expect_taken(1, 1);
    rest(1);
    about(0);
    expect("interrupts of the first", 0, take(1, SOME));
}
