/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Realtime firmware that says every 20 ms that it is alive, and switches the handset off after the
 * last of TICKS. What is wrong with it, if anything, stands in defect.c.
 */
#include <mvp_rt.h>

#include "defect.h"

#define PERIOD 20000000UL /* nanoseconds */

static struct rt_task task;
static volatile uint64_t due;

static void on_tick(struct rt_task *now)
{
    due = now->number;
}

void rt_main(void)
{
    uint64_t told = 0;

    rt_print("firmware begins\n");
    defect();
    rt_periodic(&task, PERIOD, on_tick);
    while (told < TICKS) {
        rt_wait();
        if (due > told) {
            told = due;
            rt_print("tick %lu\n", told);
        }
    }
    rt_power_off();
}
