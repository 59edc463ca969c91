/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The realtime firmware of @NAME@: a task that beats every millisecond, beside whatever operating
 * system is running. Put your own work where the beat is counted.
 *
 * mvp_rt.h says what the runtime library has: tasks, interrupts of the devices that handset.toml
 * gives to the firmware, the console, the state of the other partitions.
 */
#include <mvp_rt.h>

#define BEAT 1000000UL /* nanoseconds from one deadline to the next: 1 kHz */
#define REPORT 1000UL  /* deadlines from one report to the next */

static struct rt_task beat;
static volatile uint64_t met, missed;

/* Runs at each deadline, above everything else on this CPU: short, and never waiting. */
static void on_beat(struct rt_task *task)
{
    met = met + 1;
    missed = missed + task->passed; /* deadlines that it was too late for */
}

/* Tells how many deadlines have passed. */
static uint64_t report(const char *what)
{
    uint64_t good;
    uint64_t bad;

    do { /* the task may run in between: both numbers are to be of one moment */
        good = met;
        bad = missed;
    } while (good != met);
    rt_print("%s: met %lu missed %lu\n", what, good, bad);
    return good + bad;
}

/* Has a persona run, and does none run any more? */
static bool personas_are_over(void)
{
    uint32_t own;
    uint32_t count = rt_partitions(&own);
    bool over = false;

    for (uint32_t index = 0; index < count; index++) {
        int64_t state = index == own ? MVP_PARTITION_OFF : rt_partition_state(index);

        if (state == MVP_PARTITION_LOADING || state == MVP_PARTITION_RUNNING ||
            state == MVP_PARTITION_SUSPENDED) {
            return false;
        }
        over = over || state == MVP_PARTITION_STOPPED || state == MVP_PARTITION_CRASHED;
    }
    return over;
}

void rt_main(void)
{
    uint64_t next = REPORT;

    if (!rt_periodic(&beat, BEAT, on_beat)) {
        rt_stop("no room for the task");
    }
    rt_print("@NAME@: a deadline each millisecond\n");
    while (!personas_are_over()) {
        rt_wait(); /* sleeps until an interrupt has been served: a beat, for one */
        if (met + missed >= next) {
            next = report("deadlines") + REPORT;
        }
    }
    report("final");
    rt_power_off();
}
