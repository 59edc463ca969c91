/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks: fixed priorities, preemptive. There is no periodic tick: the virtual timer is always set
 * to the next deadline of a task that would run instead of the current one.
 */
#include "kernel.h"

#define TASKS 8
#define STACK 4096
#define EL1_OWN_STACK 5 /* EL1h, interrupts on */
#define TIMER_ON 1
#define ESR_CLASS_SVC 0x15

static struct task tasks[TASKS];
static uint8_t stacks[TASKS][STACK] __attribute__((aligned(16)));
static uint32_t count;
static struct task *current;
static uint64_t since; /* when the current task got the CPU */

uint64_t time_now(void)
{
    __asm__ volatile("isb" ::: "memory"); /* a counter read may otherwise run ahead */
    return sysreg_read("cntvct_el0");
}

uint64_t time_ticks(uint64_t milliseconds)
{
    return milliseconds * sysreg_read("cntfrq_el0") / 1000;
}

uint64_t time_milliseconds(uint64_t ticks)
{
    uint64_t frequency = sysreg_read("cntfrq_el0");

    return ticks / frequency * 1000 + ticks % frequency * 1000 / frequency;
}

struct task *task_make(const char *name, void (*entry)(void *), void *argument)
{
    struct task *task = &tasks[count];
    struct frame *frame = (struct frame *)(stacks[count] + STACK) - 1;

    if (count == TASKS) {
        return NULL;
    }
    frame->x[0] = (uint64_t)argument;
    frame->x[30] = (uint64_t)machine_off; /* a task that returns ends the system */
    frame->pc = (uint64_t)entry;
    frame->pstate = EL1_OWN_STACK;
    task->name = name;
    task->frame = frame;
    count++;
    return task;
}

static bool is_ready(const struct task *task, uint64_t now)
{
    return task->signalled || task->wake <= now;
}

/* The most urgent task that is ready; the last one, idle, always is. */
static struct task *choose(uint64_t now, uint64_t *deadline)
{
    uint32_t rank = 0;

    *deadline = TASK_FOREVER;
    while (rank + 1 < count && !is_ready(&tasks[rank], now)) {
        if (tasks[rank].wake < *deadline) {
            *deadline = tasks[rank].wake;
        }
        rank++;
    }
    return &tasks[rank];
}

static void set_timer(uint64_t deadline)
{
    if (deadline == TASK_FOREVER) { /* off: some machine models misread the highest compare value */
        sysreg_write("cntv_ctl_el0", 0);
        return;
    }
    sysreg_write("cntv_cval_el0", deadline);
    sysreg_write("cntv_ctl_el0", TIMER_ON);
}

struct frame *task_switch(struct frame *frame)
{
    uint64_t now = time_now();
    uint64_t deadline;

    if (current != NULL) {
        current->frame = frame;
        current->cpu += now - since;
    }
    current = choose(now, &deadline);
    since = now;
    set_timer(deadline);
    return current->frame;
}

void task_run(void)
{
    gic_enable(machine.timer_intid);
    resume(task_switch(NULL));
}

void task_wait(uint64_t until)
{
    register uint64_t x0 __asm__("x0") = until;

    __asm__ volatile("svc #0" : "+r"(x0)::"memory");
}

void task_signal(struct task *task)
{
    task->signalled = true;
}

struct frame *trap_sync(struct frame *frame)
{
    if (sysreg_read("esr_el1") >> 26 != ESR_CLASS_SVC) {
        trap_other(frame);
    }
    current->wake = current->signalled ? 0 : frame->x[0];
    current->signalled = false;
    return task_switch(frame);
}

struct frame *trap_irq(struct frame *frame)
{
    uint32_t intid = machine.gic->acknowledge();

    if (intid >= GIC_NOTHING - 3) { /* 1020 to 1023 are not interrupts */
        return frame;
    }
    if (intid == machine.uart_intid) {
        console_interrupt();
    }
    frame = task_switch(frame); /* also moves the timer on, which lowers its line */
    machine.gic->end(intid);
    return frame;
}

const struct task *task_at(uint32_t rank)
{
    return rank < count ? &tasks[rank] : NULL;
}

struct task *task_current(void)
{
    return current;
}
