/* SPDX-License-Identifier: Apache-2.0 */
#include "sched.h"

#include <stddef.h>

#include "arch.h"
#include "console.h"
#include "loader.h"
#include "machine.h"
#include "partition.h"
#include "smp.h"
#include "timer.h"

#define SLICE_DEFAULT_US \
    1000 /* short, so that a vCPU that spins for a sibling on its CPU burns little */

void sched_add(struct vcpu *vcpu)
{
    struct vcpu **place = &vcpu->home->queue;

    while (*place != NULL &&
           (*place)->partition->config->priority <= vcpu->partition->config->priority) {
        place = &(*place)->next;
    }
    vcpu->next = *place;
    *place = vcpu;
}

static void queue_remove(struct vcpu *vcpu)
{
    struct vcpu **place = &vcpu->home->queue;

    while (*place != vcpu) {
        place = &(*place)->next;
    }
    *place = vcpu->next;
}

static bool wants_cpu(const struct vcpu *vcpu)
{
    return vcpu->state == VCPU_READY || vcpu->state == VCPU_LOADING;
}

static struct vcpu *first_wanting(struct vcpu *from)
{
    while (from != NULL && !wants_cpu(from)) {
        from = from->next;
    }
    return from;
}

/* The turn ends: what is left of the slice is kept for the next one, so that being preempted costs
 * no equal its share. Who has used it all goes behind its equals. */
static void stop_slice(struct cpu *cpu)
{
    struct vcpu *vcpu = cpu->turn;
    uint64_t now;

    if (cpu->slice_end == TIMER_NEVER || vcpu == NULL) {
        return;
    }
    now = arch_time();
    if (cpu->slice_end > now) {
        vcpu->slice_left = cpu->slice_end - now;
    } else {
        vcpu->slice_left = 0;
        queue_remove(vcpu);
        sched_add(vcpu);
    }
    cpu->slice_end = TIMER_NEVER;
}

static uint64_t slice_of(const struct vcpu *vcpu)
{
    uint64_t slice_us = vcpu->partition->config->slice_us;

    if (vcpu->slice_left != 0) {
        return vcpu->slice_left;
    }
    return (slice_us == 0 ? SLICE_DEFAULT_US : slice_us) * arch_time_frequency() / 1000000;
}

static void start_slice(struct cpu *cpu, struct vcpu *next)
{
    const struct vcpu *rival = first_wanting(next->next);

    if (rival != NULL && rival->partition->config->priority == next->partition->config->priority) {
        cpu->turn = next;
        cpu->slice_end = arch_time() + slice_of(next);
    }
}

/* Interrupts are masked in the hypervisor: between two steps of work it looks for them itself. */
static void take_interrupts(struct cpu *cpu)
{
    if (!arch_irq_pending()) {
        return;
    }
    for (uint32_t n = 0; n < MVP_INTIDS && arch_irq_pending(); n++) {
        machine_interrupt(cpu, arch_irq_acknowledge());
    }
    if (cpu->current != NULL && vgic_pending(cpu->current)) {
        vcpu_wake(cpu->current);
    }
}

/* Between two steps of work: another CPU may have changed anything when this returns. */
static void let_others(struct cpu *cpu)
{
    if (FEATURE_SMP != 0) {
        smp_yield(cpu);
    }
}

/* Loading takes turns with equals as running does. */
static void load_until_interrupt(struct cpu *cpu, struct vcpu *vcpu)
{
    bool done = false;

    start_slice(cpu, vcpu);
    timer_program(cpu);
    while (!done && vcpu->state == VCPU_LOADING && !arch_irq_pending()) {
        done = loader_step(vcpu->partition);
        let_others(cpu);
    }
    stop_slice(cpu);
}

/* Lines for the console go out before anyone goes on, but no interrupt waits for more than a step.
 */
static void write_until_interrupt(struct cpu *cpu)
{
    while (console_send() && !arch_irq_pending()) {
        let_others(cpu);
    }
    take_interrupts(cpu);
}

static void rest(struct cpu *cpu)
{
    if (FEATURE_SMP != 0) {
        smp_idle(cpu);
    } else {
        arch_idle();
    }
}

static void idle(struct cpu *cpu)
{
    timer_program(cpu);
    if (!arch_irq_pending()) {
        rest(cpu);
    }
}

/* The one to run: first of the queue that is ready, after all loading that is more urgent. Work
 * ends when an interrupt comes, and it is taken here. */
static struct vcpu *choose(struct cpu *cpu)
{
    for (;;) {
        struct vcpu *next;

        write_until_interrupt(cpu);
        next = first_wanting(cpu->queue);
        if (next == NULL) {
            idle(cpu);
        } else if (next->state == VCPU_LOADING) {
            load_until_interrupt(cpu, next);
        } else {
            return next;
        }
    }
}

struct vcpu *sched_run(struct cpu *cpu)
{
    struct vcpu *next;

    stop_slice(cpu);
    next = choose(cpu);
    cpu->resched = console_waits() ? 1 : 0;
    start_slice(cpu, next);
    if (next == cpu->current && next->fresh == 0) {
        next = NULL;
        timer_program(cpu);
    } else {
        cpu->current = next; /* the timer is set once the other's own is saved: context_switch() */
    }
    arch_trap_wfi(cpu->resched != 0 || first_wanting(cpu->current->next) != NULL);
    return next;
}

struct vcpu *sched_exit(struct vcpu *vcpu)
{
    struct cpu *cpu = vcpu->home;

    return cpu->resched != 0 ? sched_run(cpu) : NULL;
}

void sched_again(struct cpu *cpu)
{
    if (FEATURE_SMP != 0) {
        smp_resched(cpu);
    } else {
        cpu->resched = 1;
    }
}

void sched_wait(struct vcpu *vcpu)
{
    if (!vgic_pending(vcpu)) {
        vcpu->state = VCPU_WAITING;
        sched_again(vcpu->home);
    }
}

void sched_pass(struct vcpu *vcpu)
{
    if (vcpu->home->slice_end != TIMER_NEVER) {
        queue_remove(vcpu);
        sched_add(vcpu);
        vcpu->home->resched = 1;
    }
}

void vcpu_wake(struct vcpu *vcpu)
{
    if (vcpu->state == VCPU_WAITING) {
        vcpu->state = VCPU_READY;
        sched_again(vcpu->home);
    } else if (FEATURE_POWER != 0 && vcpu->state == VCPU_SUSPENDED) {
        vcpu->partition->state = MVP_PARTITION_RUNNING;
        vcpu_start(vcpu, vcpu->entry, vcpu->argument);
    }
}

void vcpu_start(struct vcpu *vcpu, uint64_t entry, uint64_t argument)
{
    vcpu->entry = entry;
    vcpu->argument = argument;
    vcpu->fresh = 1;
    vcpu->state = VCPU_READY;
    sched_again(vcpu->home);
}

/* Of another CPU's, its partition has had the list registers put back: smp_still(). */
void vcpu_stop(struct vcpu *vcpu)
{
    if (vcpu->vgic.loaded != 0) {
        arch_vtimer_off();
        vgic_save(vcpu);
    }
    vcpu->vtimer_control = 0;
    vcpu->ptimer.control = 0;
    vcpu->state = VCPU_OFF;
    sched_again(vcpu->home);
}
