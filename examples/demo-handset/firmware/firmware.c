/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The demo handset's realtime firmware: stands in for a phone's call handling with the one thing
 * that call handling needs, a 1 kHz task that is never late.
 *
 * Deadline n is start + n ms. It is met if the task handles it before deadline n + 1, else missed;
 * one that was skipped altogether is missed as well. So met + missed is the number of deadlines
 * that have passed, whatever happened, and the host can compare it with its own clock.
 */
#include <mvp_rt.h>

#define PERIOD 1000000UL           /* nanoseconds */
#define SECOND 1000UL              /* deadlines */
#define MAGIC 0x31454e494c444d56UL /* "VMDLINE1" */

/* Read by the host while the firmware runs. It finds the record in RAM by magic and self together:
 * a magic alone may also lie on the stack. */
struct record {
    uint64_t magic;
    uint64_t self; /* the address of the record */
    uint64_t met;
    uint64_t missed;
    uint64_t worst_ns; /* the most that a deadline was handled late */
};

volatile struct record deadline_record;

static struct rt_task task;

static void on_deadline(struct rt_task *due)
{
    uint64_t late = rt_nanoseconds(due->late);

    deadline_record.met = deadline_record.met + 1;
    deadline_record.missed = deadline_record.missed + due->passed;
    if (late > deadline_record.worst_ns) {
        deadline_record.worst_ns = late;
    }
}

/* Tells how many deadlines have passed. The task may run in between, so all is read until it did
 * not. */
static uint64_t passed(struct record *seen)
{
    do {
        seen->met = deadline_record.met;
        seen->missed = deadline_record.missed;
        seen->worst_ns = deadline_record.worst_ns;
    } while (seen->met != deadline_record.met);
    return seen->met + seen->missed;
}

static void report(const char *what, const struct record *seen)
{
    rt_print("%s: met %lu missed %lu worst %lu us\n", what, seen->met, seen->missed,
             (seen->worst_ns + 999) / 1000);
}

static bool is_over(int64_t state)
{
    return state == MVP_PARTITION_STOPPED || state == MVP_PARTITION_CRASHED;
}

/* Has one persona run, and does none run any more? In exclusive mode the others stay off. */
static bool all_over(void)
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
        over = over || is_over(state);
    }
    return over;
}

void rt_main(void)
{
    struct record seen;
    uint64_t next = SECOND;

    if (!rt_periodic(&task, PERIOD, on_deadline)) {
        rt_stop("no room for the task");
    }
    deadline_record.self = (uint64_t)&deadline_record;
    deadline_record.magic = MAGIC;
    rt_print("1 kHz task by absolute deadlines\n");
    while (!all_over()) {
        rt_wait();
        if (passed(&seen) >= next) {
            report("deadlines", &seen);
            next += SECOND;
        }
    }
    passed(&seen);
    report("final", &seen);
    rt_power_off();
}
