/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Periodic tasks on the virtual timer (Arm ARM, D11): its compare value is always the earliest
 * deadline that there is.
 */
#include "rt_internal.h"

#define SECOND 1000000000UL /* nanoseconds */
#define MICROSECOND 1000UL
#define TIMER_ON 1
#define NO_DEADLINE 0xffffffffffffffffUL

static struct rt_task *tasks[RT_TASKS_MAX];
static uint32_t task_count;
static uint64_t frequency; /* of the counter, hertz */

uint64_t rt_now(void)
{
    __asm__ volatile("isb" ::: "memory"); /* a counter read may otherwise run ahead */
    return rt_sysreg_read("cntvct_el0");
}

/* Whole seconds apart from the rest: the product of both would overflow within minutes. */
static uint64_t scale(uint64_t value, uint64_t from, uint64_t to)
{
    return value / from * to + value % from * to / from;
}

uint64_t rt_ticks(uint64_t nanoseconds)
{
    return scale(nanoseconds, SECOND, frequency);
}

uint64_t rt_nanoseconds(uint64_t ticks)
{
    return scale(ticks, frequency, SECOND);
}

static uint64_t deadline(const struct rt_task *task, uint64_t number)
{
    return task->start + rt_ticks(number * task->period);
}

/* Number of the last deadline that is not later than now. */
static uint64_t last_deadline(const struct rt_task *task, uint64_t now)
{
    uint64_t number = rt_nanoseconds(now - task->start) / task->period;

    return deadline(task, number + 1) <= now ? number + 1 : number; /* both scales round down */
}

static void serve(struct rt_task *task)
{
    uint64_t now = rt_now();
    uint64_t first = task->number + 1;

    if (deadline(task, first) > now) {
        return;
    }
    task->number = last_deadline(task, now);
    task->passed = task->number - first;
    task->late = now - deadline(task, first);
    task->run(task);
}

static void set_next(void)
{
    uint64_t next = NO_DEADLINE;

    for (uint32_t n = 0; n < task_count; n++) {
        uint64_t due = deadline(tasks[n], tasks[n]->number + 1);

        next = due < next ? due : next;
    }
    if (next == NO_DEADLINE) { /* off: some machine models misread the highest compare value */
        rt_sysreg_write("cntv_ctl_el0", 0);
        return;
    }
    rt_sysreg_write("cntv_cval_el0", next);
    rt_sysreg_write("cntv_ctl_el0", TIMER_ON);
}

void rt_timer_interrupt(void)
{
    for (uint32_t n = 0; n < task_count; n++) {
        serve(tasks[n]);
    }
    set_next();
}

void rt_timer_start(void)
{
    frequency = rt_sysreg_read("cntfrq_el0");
    if (frequency == 0 || frequency > SECOND) {
        rt_stop("CNTFRQ is 0, or above 1 GHz");
    }
    set_next();
    rt_gic_enable(rt_machine()->timer_intid);
}

bool rt_periodic(struct rt_task *task, uint64_t period, void (*run)(struct rt_task *task))
{
    if (task_count == RT_TASKS_MAX || period < MICROSECOND) {
        return false;
    }
    *task = (struct rt_task){.run = run, .period = period, .start = rt_now()};
    __asm__ volatile("msr daifset, #2" ::: "memory"); /* the list is the interrupt's */
    tasks[task_count] = task;
    task_count++;
    set_next();
    __asm__ volatile("msr daifclr, #2" ::: "memory");
    return true;
}
