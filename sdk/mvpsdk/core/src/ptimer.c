/* SPDX-License-Identifier: Apache-2.0 */
#include "ptimer.h"

#include <mvp/platform.h>

#include "vcpu.h"

#define CTL_ENABLE 1
#define CTL_IMASK 2
#define CTL_ISTATUS 4
#define NEVER 0xffffffffffffffff

/* The timer's condition is met once the counter has reached the compare value, both unsigned. */
static bool met(const struct ptimer *timer, uint64_t now)
{
    return (timer->control & CTL_ENABLE) != 0 && now >= timer->compare;
}

uint64_t ptimer_poll(struct vcpu *vcpu, uint64_t now)
{
    const struct ptimer *timer = &vcpu->ptimer;
    bool masked = (timer->control & CTL_IMASK) != 0;

    vgic_line(vcpu, MVP_PHYSICAL_TIMER_INTID, met(timer, now) && !masked);
    if (timer->control != CTL_ENABLE || met(timer, now)) {
        return NEVER;
    }
    return timer->compare;
}

uint64_t ptimer_read(const struct vcpu *vcpu, uint32_t reg, uint64_t now)
{
    const struct ptimer *timer = &vcpu->ptimer;

    switch (reg) {
    case PTIMER_CTL:
        return timer->control | (met(timer, now) ? CTL_ISTATUS : 0);
    case PTIMER_CVAL:
        return timer->compare;
    default:
        return (timer->compare - now) & 0xffffffff;
    }
}

void ptimer_write(struct vcpu *vcpu, uint32_t reg, uint64_t value, uint64_t now)
{
    struct ptimer *timer = &vcpu->ptimer;

    if (reg == PTIMER_CTL) {
        timer->control = value & (CTL_ENABLE | CTL_IMASK);
    } else if (reg == PTIMER_CVAL) {
        timer->compare = value;
    } else {
        timer->compare = now + (uint64_t)(int64_t)(int32_t)value; /* TVAL is signed */
    }
    ptimer_poll(vcpu, now);
}
