/* SPDX-License-Identifier: Apache-2.0 */
/* A 1 kHz task that is never late, and a phone that rings once the persona sleeps. */
#include <mvp_rt.h>

#define PERIOD 1000000UL /* nanoseconds */
#define SLEEP 20         /* deadlines from its suspension to the ring */
#define PERSONA 1        /* by its place in the pack: the firmware is 0 */
#define RING (1U << MVP_GPIO_RING)

static struct rt_task task;
static uint64_t met;
static uint64_t missed;
static uint64_t worst;  /* counter ticks */
static uint64_t asleep; /* deadlines since the persona was suspended */

static void on_deadline(struct rt_task *due)
{
    int64_t state = rt_partition_state(PERSONA);

    met++;
    missed += due->passed;
    worst = due->late > worst ? due->late : worst;
    asleep = state == MVP_PARTITION_SUSPENDED || asleep == SLEEP ? asleep + 1 : 0;
    if (asleep >= SLEEP) {
        (void)rt_pins(PERSONA, asleep == SLEEP ? RING : 0);
    }
}

void rt_main(void)
{
    int64_t state;

    if (!rt_periodic(&task, PERIOD, on_deadline)) {
        rt_stop("no room for the task");
    }
    do {
        rt_wait();
        state = rt_partition_state(PERSONA);
    } while (state != MVP_PARTITION_STOPPED && state != MVP_PARTITION_CRASHED);
    rt_print("final: met %lu missed %lu worst %lu us\n", met, missed,
             (rt_nanoseconds(worst) + 999) / 1000);
    rt_power_off();
}
