/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counterpart of the conformance guest: a 1 kHz task at the highest priority, which is to miss
 * nothing while the guest does all it can, and keeps a pattern in the FP registers meanwhile.
 */
#include <rt_internal.h>

#define PERIOD 1000000UL /* nanoseconds */
#define PATTERN 0x5ec2e70000000000UL
#define FP_OPEN (3UL << 20) /* CPACR_EL1.FPEN */
#define RING (1U << MVP_GPIO_RING)
#define SLEEP 3        /* deadlines until it rings */
#define PATIENCE 10000 /* deadlines: a guest that does not end by then never will */

struct check {
    const char *name;
    const char *what;
};

#define CHECK(variable, name, what) static const struct check variable = {name, what}

CHECK(deadlines, "firmware.deadlines",
      "the firmware's 1 kHz task met each deadline while the checks were made");
CHECK(registers, "firmware.fp-registers",
      "the firmware's FP registers are its own, whatever the persona has in the same ones");
CHECK(ended, "firmware.persona-ended", "the persona stopped itself by SYSTEM_OFF");

void fp_fill(uint64_t pattern);
uint64_t fp_wrong(uint64_t pattern);

static struct rt_task task;
static uint64_t met;
static uint64_t missed;
static uint64_t lost;
static uint64_t pattern = PATTERN;
static uint64_t rang_at; /* CNTPCT_EL0, which the persona reads too */
static uint32_t asleep;  /* deadlines since the persona was suspended */
static bool counting;

static void on_deadline(struct rt_task *due)
{
    lost += fp_wrong(pattern);
    pattern = PATTERN | due->number << 8;
    fp_fill(pattern);
    if (counting) {
        met++;
        missed += due->passed;
    }
}

static void tell(uint32_t number, const struct check *check, bool good)
{
    rt_print("%s %lu - %s\n", good ? "ok" : "not ok", (uint64_t)number, check->name);
}

/* The persona's state; OFF: none has been started yet. */
static int64_t persona(uint32_t *which)
{
    uint32_t own;
    uint32_t count = rt_partitions(&own);
    int64_t state = MVP_PARTITION_OFF;

    for (uint32_t index = 0; index < count; index++) {
        int64_t found = index == own ? MVP_PARTITION_OFF : rt_partition_state(index);

        if (found > state) {
            state = found;
            *which = index;
        }
    }
    return state;
}

/* The phone rings: the pin is high for one deadline. */
static void ring(uint32_t index)
{
    if (asleep == SLEEP) {
        rang_at = rt_sysreg_read("cntpct_el0");
    }
    if (asleep >= SLEEP) {
        (void)rt_pins(index, asleep == SLEEP ? RING : 0);
    }
}

static bool lives(int64_t state)
{
    return state <= MVP_PARTITION_RUNNING || state == MVP_PARTITION_SUSPENDED;
}

/* What is late while images are placed is the loader's affair. */
static int64_t wait_for_end(void)
{
    uint32_t index = 0;
    int64_t state = persona(&index);

    for (uint64_t n = 0; n < PATIENCE && lives(state); n++) {
        counting = state == MVP_PARTITION_RUNNING || state == MVP_PARTITION_SUSPENDED;
        asleep = state == MVP_PARTITION_SUSPENDED || asleep == SLEEP ? asleep + 1 : 0;
        ring(index);
        rt_wait();
        state = persona(&index);
    }
    counting = false;
    return state;
}

void rt_main(void)
{
    int64_t state;

    rt_sysreg_write("cpacr_el1", FP_OPEN);
    fp_fill(pattern);
    if (!rt_periodic(&task, PERIOD, on_deadline)) {
        rt_stop("no room for the task");
    }
    state = wait_for_end();
    rt_print("TAP version 14\n1..3\n");
    tell(1, &deadlines, met != 0 && missed == 0);
    rt_print("# met %lu, missed %lu\n", met, missed);
    tell(2, &registers, met != 0 && lost == 0);
    rt_print("# registers lost %lu\n", lost);
    tell(3, &ended, state == MVP_PARTITION_STOPPED);
    rt_print("# state %lu\n", (uint64_t)state);
    rt_print("# rang at %lu, counter at %lu Hz\n", rang_at, rt_sysreg_read("cntfrq_el0"));
    rt_power_off();
}
