/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench guest: measures what the hypervisor costs a guest, tells it by semihosting as lines of
 * JSON, and ends the machine. Runs as well with no hypervisor below it. BENCH_GIC: the version of
 * the guest's GIC. BENCH_CPUS: 1, or 2: what one does to the other.
 */
#include <mvp/platform.h>

#include "probe.h"

#define SAMPLES 64
#define SETTLE 100000    /* ticks: what the start has left to do is over by then */
#define TIMER_DELAY 2000 /* ticks; each sample adds one, to meet every place of the loop */

#define PSCI_VERSION 0x84000000
#define UNKNOWN_CALL 0xc500ffff /* OEM range (Arm DEN0028): nobody's */

#define GICD_CTLR (MVP_GICD_BASE + 0x0000)
#define GICD_ISENABLER1 (MVP_GICD_BASE + 0x0104)
#define GICD_ISENABLER0 (MVP_GICD_BASE + 0x0100)
#define GICD_IPRIORITYR (MVP_GICD_BASE + 0x0400)
#define GICD_SGIR (MVP_GICD_BASE + 0x0f00)
#define GICC_CTLR (MVP_GICC_BASE + 0x0000)
#define GICC_PMR (MVP_GICC_BASE + 0x0004)
#define GICR_WAKER (MVP_GICR_BASE + 0x0014)
#define GICR_SGI (MVP_GICR_BASE + 0x10000)
#define GICR_IGROUPR0 (GICR_SGI + 0x0080)
#define GICR_ISENABLER0 (GICR_SGI + 0x0100)
#define GICR_IPRIORITYR (GICR_SGI + 0x0400)
#define CTLR_GROUP1_ARE 0x12
#define SGI 1
#define SGIR_SELF (2U << 24)
#define INTERRUPTS (1U << MVP_VIRTUAL_TIMER_INTID | 1U << SGI)

#define SYS_WRITE0 0x04
#define SYS_EXIT 0x18
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

uint64_t first_instruction;

static uint64_t samples[SAMPLES];
static uint64_t counter_read; /* what reading the counter costs */

/* By the probe's own registers: all that the floor can emulate. */
static void reg_write(uint64_t address, uint64_t value)
{
    probe_write(value << 32 | address);
}

#if BENCH_GIC == 2
static void gic_init(void)
{
    reg_write(GICD_CTLR, 1);
    reg_write(GICD_IPRIORITYR, 0x80808080);
    reg_write(GICD_IPRIORITYR + (MVP_VIRTUAL_TIMER_INTID & ~3U), 0x80808080);
    reg_write(GICD_ISENABLER0, INTERRUPTS);
    reg_write(GICC_PMR, 0xff);
    reg_write(GICC_CTLR, 1);
}
#else
static void gic_init(void)
{
    reg_write(GICD_CTLR, CTLR_GROUP1_ARE);
    reg_write(GICR_WAKER, 0);
    reg_write(GICR_IGROUPR0, 0xffffffff);
    reg_write(GICR_IPRIORITYR, 0x80808080);
    reg_write(GICR_IPRIORITYR + (MVP_VIRTUAL_TIMER_INTID & ~3U), 0x80808080);
    reg_write(GICR_ISENABLER0, INTERRUPTS);
    __asm__ volatile("msr icc_sre_el1, %0\n\tisb" ::"r"(7UL));
    __asm__ volatile("msr icc_pmr_el1, %0" ::"r"(0xffUL));
    __asm__ volatile("msr icc_igrpen1_el1, %0\n\tisb" ::"r"(1UL));
}
#endif

static void write_text(const char *text)
{
    semihosting(SYS_WRITE0, text);
}

static void write_number(uint64_t value)
{
    char digits[21];
    uint32_t at = 20;

    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    write_text(digits + at);
}

static void write_field(const char *name, uint64_t value)
{
    write_text(", \"");
    write_text(name);
    write_text("\": ");
    write_number(value);
}

static void sort(void)
{
    for (uint32_t n = 1; n < SAMPLES; n++) {
        uint64_t value = samples[n];
        uint32_t at = n;

        for (; at > 0 && samples[at - 1] > value; at--) {
            samples[at] = samples[at - 1];
        }
        samples[at] = value;
    }
}

static void write_row(const char *row, uint64_t count, uint64_t min, uint64_t median, uint64_t max)
{
    write_text("{\"row\": \"");
    write_text(row);
    write_text("\"");
    write_field("n", count);
    write_field("min", min);
    write_field("median", median);
    write_field("max", max);
    write_text("}\n");
}

static void report(const char *row)
{
    sort();
    write_row(row, SAMPLES, samples[0], samples[SAMPLES / 2], samples[SAMPLES - 1]);
}

static void measure(const char *row, uint64_t (*probe)(uint64_t), uint64_t argument)
{
    for (uint32_t n = 0; n < SAMPLES; n++) {
        samples[n] = probe(argument) - counter_read;
    }
    report(row);
}

/* From a deadline there is one read of the counter, the vector's own. */
static void measure_timer(const char *row, uint64_t (*probe)(uint64_t))
{
    for (uint32_t n = 0; n < SAMPLES; n++) {
        samples[n] = probe(TIMER_DELAY + n);
    }
    report(row);
}

/* What the loop lasts longer with an interrupt in it than without, the guest's handler apart. */
static void measure_timer_cost(const char *row)
{
    uint64_t without = probe_loop(0);

    for (uint32_t n = 0; n < SAMPLES; n++) {
        samples[n] = probe_loop(TIMER_DELAY + n) - without - handler_length();
    }
    report(row);
}

static void open_redistributor(uint64_t cpu)
{
    uint64_t more = cpu * MVP_GICR_STRIDE;

    reg_write(GICR_WAKER + more, 0);
    reg_write(GICR_IGROUPR0 + more, 0xffffffff);
    reg_write(GICR_IPRIORITYR + more, 0x80808080);
    reg_write(GICR_ISENABLER0 + more, 1U << SGI);
}

/* The counter is read once on each CPU. */
static void measure_other(const char *row, uint64_t (*probe)(uint64_t), uint64_t argument)
{
    for (uint32_t n = 0; n < SAMPLES; n++) {
        samples[n] = probe(argument);
        settle();
    }
    report(row);
}

static void measure_two(void)
{
    measure_other("cpu-on", probe_cpu_on, 0);
    open_redistributor(1);
    probe_cpu_on(1);
    settle();
    measure_other("ipi", probe_ipi, (uint64_t)SGI << 24 | 2);
}

static void measure_one(void)
{
    write_row("start", 1, first_instruction, first_instruction, first_instruction);
    measure("call", probe_call, PSCI_VERSION);
    measure("unknown-call", probe_call, UNKNOWN_CALL);
    measure_timer("timer", probe_timer);
    measure_timer_cost("timer-cost");
    measure_timer("timer-wfi", probe_timer_wfi);
    measure("gicd-ctlr-read", probe_read, GICD_CTLR);
    measure("gicd-isenabler-read", probe_read, GICD_ISENABLER1);
#if BENCH_GIC == 2
    measure("sgi", probe_sgi, (uint64_t)(SGIR_SELF | SGI) << 32 | GICD_SGIR);
#else
    measure("gicr-isenabler-write", probe_write, (uint64_t)INTERRUPTS << 32 | GICR_ISENABLER0);
    measure("sgi", probe_sgi, (uint64_t)SGI << 24 | 1);
#endif
}

_Noreturn void bench_main(void);
_Noreturn void bench_main(void)
{
    static const uint64_t exit[2] = {ADP_STOPPED_APPLICATION_EXIT, 0};

    gic_init();
    probe_timer_wfi(SETTLE);
    counter_read = probe_nothing(0);
    if (BENCH_CPUS > 1) {
        measure_two();
    } else {
        measure_one();
    }
    for (;;) {
        semihosting(SYS_EXIT, exit);
    }
}
