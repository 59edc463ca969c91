/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Realtime firmware beside a hostile guest: the demo's 1 kHz task, which may miss nothing, and a
 * second one that comes a hundred times as often, at ever other moments, so that many interrupts
 * meet whatever the guest is about. From each deadline to the first instruction of the vector is
 * one sample. It keeps a pattern in its FP registers, and looks for it.
 *
 * It never powers off, so that the host can look at all memory in the end.
 */
#include <rt_internal.h>

#define PERIOD 1000000UL    /* nanoseconds: the 1 kHz task */
#define PROBE_PERIOD 9973UL /* a prime: all moments of the guest's loops are met */
#define PATTERN 0x5ec2e70000000000UL
#define LATENCY_MAX 16384 /* ticks; what takes longer counts as this */
#define SLOWEST 8
#define LIMIT 30000UL /* deadlines after which a guest that does not end is not waited for */

/* Between the vector's first instruction and the one that reads the counter. */
#define READ_LATE 1

void probe_start(void);
void probe_irq(uint64_t entered);
void fp_fill(uint64_t pattern);
uint64_t fp_wrong(uint64_t pattern);

struct slow {
    uint64_t latency;
    uint64_t at; /* physical counter */
};

static struct rt_task task;
static struct rt_task probe;
static uint32_t histogram[LATENCY_MAX + 1];
static struct slow slowest[SLOWEST];
static uint64_t samples;
static uint64_t early;  /* interrupts before their time: there must be none */
static uint64_t offset; /* of the virtual counter from the physical one */
static bool armed;      /* the deadline lay ahead when it was set */
static bool closed;     /* all is over: what comes now is no sample */
static uint64_t met;
static uint64_t missed;
static uint64_t worst; /* ticks */
static uint64_t fp_checks;
static uint64_t fp_lost;
static uint64_t pattern;

static void remember(uint64_t latency, uint64_t at)
{
    struct slow new = {.latency = latency, .at = at};

    for (uint32_t n = 0; n < SLOWEST; n++) {
        if (new.latency > slowest[n].latency) {
            struct slow old = slowest[n];

            slowest[n] = new;
            new = old;
        }
    }
}

static void sample(uint64_t entered, uint64_t deadline)
{
    uint64_t latency = entered - deadline;

    if (entered < deadline) {
        early++;
        return;
    }
    samples++;
    histogram[latency < LATENCY_MAX ? latency : LATENCY_MAX]++;
    remember(latency, entered + offset);
}

void probe_irq(uint64_t entered)
{
    if (armed && !closed) {
        sample(entered - READ_LATE, rt_sysreg_read("cntv_cval_el0"));
    }
    rt_irq();
    armed = rt_now() < rt_sysreg_read("cntv_cval_el0");
}

static void on_deadline(struct rt_task *due)
{
    met++;
    missed += due->passed;
    worst = due->late > worst ? due->late : worst;
    fp_checks++;
    fp_lost += fp_wrong(pattern);
    pattern = PATTERN | met << 8;
    fp_fill(pattern);
}

static void on_probe(struct rt_task *due)
{
    (void)due;
}

static bool is_over(int64_t state)
{
    return state == MVP_PARTITION_STOPPED || state == MVP_PARTITION_CRASHED;
}

/* A guest that stops and is started again is not over: its state is that of loading by then. */
static bool all_over(void)
{
    uint32_t own;
    uint32_t count = rt_partitions(&own);
    bool over = false;

    for (uint32_t index = 0; index < count; index++) {
        int64_t state = index == own ? MVP_PARTITION_OFF : rt_partition_state(index);

        if (state == MVP_PARTITION_LOADING || state == MVP_PARTITION_RUNNING) {
            return false;
        }
        over = over || is_over(state);
    }
    return over;
}

/* The least latency that so many samples of a thousand do not exceed. */
static uint64_t quantile(uint64_t thousandths)
{
    uint64_t rank = (samples * thousandths + 999) / 1000;
    uint64_t seen = 0;

    for (uint32_t latency = 0; latency <= LATENCY_MAX; latency++) {
        seen += histogram[latency];
        if (seen >= rank && seen != 0) {
            return latency;
        }
    }
    return LATENCY_MAX;
}

static void report(void)
{
    for (uint32_t n = 0; n < SLOWEST; n++) {
        rt_print("slow: %lu at %lu\n", slowest[n].latency, slowest[n].at);
    }
    rt_print("latency: samples %lu early %lu min %lu median %lu p999 %lu max %lu\n", samples, early,
             quantile(0), quantile(500), quantile(999), slowest[0].latency);
    rt_print("fp: checks %lu lost %lu\n", fp_checks, fp_lost);
    rt_print("final: met %lu missed %lu worst %lu ticks\n", met, missed, worst);
}

void rt_main(void)
{
    offset = rt_sysreg_read("cntpct_el0") - rt_now();
    probe_start();
    pattern = PATTERN;
    fp_fill(pattern);
    if (!rt_periodic(&task, PERIOD, on_deadline) || !rt_periodic(&probe, PROBE_PERIOD, on_probe)) {
        rt_stop("no room for the tasks");
    }
    while (!all_over() && met < LIMIT) {
        rt_wait();
    }
    closed = true;
    report();
    for (;;) {
        rt_wait();
    }
}
