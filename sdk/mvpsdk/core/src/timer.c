/* SPDX-License-Identifier: Apache-2.0 */
#include "timer.h"

#include <stddef.h>

#include <mvp/platform.h>

#include "arch.h"
#include "machine.h"
#include "menu.h"
#include "ptimer.h"
#include "smmu.h"

/* CNTx_CTL_EL0 (Arm DDI 0487, D19): bit 0 ENABLE, bit 1 IMASK. */
#define CONTROL_MASK 3
#define CONTROL_ON 1

uint64_t timer_virtual_deadline(uint64_t control, uint64_t compare, uint64_t offset)
{
    if ((control & CONTROL_MASK) != CONTROL_ON) {
        return TIMER_NEVER;
    }
    /* A compare value so far ahead that it wraps means never, as on the hardware's scale. */
    return compare + offset < compare ? TIMER_NEVER : compare + offset;
}

static uint64_t virtual_deadline(const struct vcpu *vcpu)
{
    return timer_virtual_deadline(vcpu->vtimer_control, vcpu->vtimer_compare,
                                  vcpu->partition->counter_offset);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Of the partition's clock. */
static uint64_t alarm_deadline(struct vcpu *vcpu, uint64_t now)
{
    uint64_t frequency = arch_time_frequency();
    uint64_t left = pl031_poll(vcpu, now / frequency + machine.time_of_day);

    return left == TIMER_NEVER ? TIMER_NEVER : (now / frequency + left) * frequency;
}

/* The hardware keeps the virtual timer of the vCPU that is loaded, and one that is ready will find
 * out by itself: only those that wait off the CPU need ours. */
static uint64_t vcpu_deadline(struct vcpu *vcpu, uint64_t now)
{
    uint64_t deadline = TIMER_NEVER;

    if (vcpu->state == VCPU_WAITING && vcpu->vgic.loaded == 0 &&
        vgic_accepts(vcpu, MVP_VIRTUAL_TIMER_INTID)) {
        deadline = virtual_deadline(vcpu);
    }
    if (FEATURE_RTC != 0 && vcpu->partition->rtc.armed != 0) {
        deadline = earlier(deadline, alarm_deadline(vcpu, now));
    }
    if (vcpu->ptimer.control == 0) {
        return deadline;
    }
    return earlier(deadline, ptimer_poll(vcpu, now));
}

void timer_program(struct cpu *cpu)
{
    uint64_t deadline = earlier(cpu->slice_end, machine.menu_deadline);
    uint64_t now = arch_time();

    for (struct vcpu *vcpu = cpu->queue; vcpu != NULL; vcpu = vcpu->next) {
        deadline = earlier(deadline, vcpu_deadline(vcpu, now));
    }
    if (FEATURE_SMMU != 0) {
        deadline = earlier(deadline, smmu_deadline());
    }
    if (deadline != cpu->deadline) {
        cpu->deadline = deadline;
        arch_timer_set(deadline);
    }
}

void timer_expired(struct cpu *cpu)
{
    uint64_t now = arch_time();

    for (struct vcpu *vcpu = cpu->queue; vcpu != NULL; vcpu = vcpu->next) {
        if (vcpu_deadline(vcpu, now) <= now) {
            vcpu_wake(vcpu);
        }
    }
    if (FEATURE_MENU != 0 && machine.menu_deadline <= now) {
        menu_expired();
    }
    if (FEATURE_SMMU != 0) {
        smmu_expired(now);
    }
    cpu->resched = 1;
    cpu->deadline = TIMER_NEVER;
    arch_timer_set(TIMER_NEVER);
}
