/* SPDX-License-Identifier: Apache-2.0 */
/* List registers as a whole: for the vCPU that comes or goes, and around register accesses. */
#include <mvp/platform.h>

#include "arch.h"
#include "build_features.h"
#include "sched.h"
#include "smp.h"
#include "vcpu.h"
#include "vgic_state.h"

#define TIMER_BIT (1U << MVP_VIRTUAL_TIMER_INTID)

static uint32_t first(uint32_t bits)
{
    return (uint32_t)__builtin_ctz(bits);
}

/* The vCPU in whose list registers on this CPU an interrupt of word n may stand, in case one may.
 */
static struct vcpu *holder(struct vcpu *vcpu, uint32_t n)
{
    struct partition *partition = vcpu->partition;

    for (uint32_t other = 0; n != 0 && other < partition->vcpu_count; other++) {
        struct vcpu *found = &partition->vcpus[other];

        if (found->vgic.loaded != 0 && (FEATURE_SMP == 0 || smp_is_here(found))) {
            return found;
        }
    }
    return vcpu;
}

/* Those that another CPU has in its list registers come back to memory. */
static void still(struct vcpu *vcpu, uint32_t n, uint32_t mask)
{
    if (FEATURE_SMP != 0 && (vgic_word(vcpu, n)->in_lr & mask) != 0) {
        smp_still(vcpu->partition);
    }
}

static bool has_own(const struct vcpu *vcpu)
{
    return FEATURE_SMP == 0 || smp_is_here(vcpu);
}

static void take_own(struct vcpu *from, uint32_t n, uint32_t mask)
{
    for (uint32_t left = from->vgic.lr_used; left != 0; left &= left - 1) {
        uint32_t intid = (uint32_t)from->vgic.lr[first(left)];

        if (intid / 32 == n && (mask >> intid % 32 & 1) != 0) {
            vgic_lr_fold(from, first(left));
        }
    }
}

bool vgic_lr_take(struct vcpu *vcpu, uint32_t n, uint32_t mask)
{
    struct vcpu *from;

    if ((vgic_word(vcpu, n)->in_lr & mask) == 0) {
        return false;
    }
    from = holder(vcpu, n);
    if (has_own(from)) {
        take_own(from, n, mask);
    }
    still(vcpu, n, mask);
    return true;
}

void vgic_call(struct vcpu *vcpu)
{
    vcpu->vgic.called = 1;
    vcpu_wake(vcpu);
    arch_kick(vcpu->home);
}

void vgic_called(struct vcpu *vcpu)
{
    if (vcpu->vgic.called != 0 && vcpu->vgic.loaded != 0) {
        vgic_lr_restore(vcpu);
        vgic_lr_refill(vcpu);
    }
    vcpu->vgic.called = 0;
}

static void renew(struct vcpu *vcpu)
{
    if (vcpu->vgic.loaded == 0) {
        if (vgic_pending(vcpu)) {
            vcpu_wake(vcpu);
        }
    } else if (has_own(vcpu)) {
        vgic_lr_restore(vcpu);
        vgic_lr_refill(vcpu);
    } else {
        vgic_call(vcpu);
    }
}

void vgic_lr_put(struct vcpu *vcpu, uint32_t n)
{
    struct partition *partition = vcpu->partition;

    if (n == 0) {
        renew(vcpu);
        return;
    }
    partition->vgic.candidates |= 1U << n;
    for (uint32_t other = 0; other < partition->vcpu_count; other++) {
        renew(&partition->vcpus[other]);
    }
}

static bool hold_one(struct vgic_cpu *cpu, uint32_t intid, uint32_t free)
{
    if (free == 0) {
        return false;
    }
    cpu->lr[first(free)] = intid;
    cpu->lr_sender[first(free)] = 0;
    cpu->lr_held |= 1U << first(free);
    return true;
}

/* Whoever asks for all 32 gets what there is, and no more work than that. */
void vgic_lr_hold(struct vcpu *vcpu, uint32_t n, uint32_t interrupts)
{
    bool more = true;

    if (has_own(holder(vcpu, n))) {
        vgic_lr_retire(holder(vcpu, n));
    }
    if (n == 0 && (interrupts & TIMER_BIT) != 0) {
        (void)hold_one(&vcpu->vgic, MVP_VIRTUAL_TIMER_INTID, 1U << VGIC_TIMER_LR);
        interrupts &= ~TIMER_BIT;
    }
    for (uint32_t left = interrupts; left != 0 && more; left &= left - 1) {
        uint32_t intid = 32 * n + first(left);
        struct vgic_cpu *cpu = &vgic_target(vcpu, intid)->vgic;

        more = hold_one(cpu, intid, cpu->lr_shared & ~cpu->lr_used & ~cpu->lr_held) ||
               vcpu->partition->vcpu_count > 1;
    }
}

/* Those of word n that stand in this CPU's list registers, in this state. */
static uint32_t own_state(struct vcpu *vcpu, uint32_t n, uint64_t state)
{
    const struct vcpu *from = holder(vcpu, n);
    uint32_t found = 0;

    for (uint32_t left = has_own(from) ? from->vgic.lr_used : 0; left != 0; left &= left - 1) {
        uint32_t intid = (uint32_t)from->vgic.lr[first(left)];

        if (intid / 32 == n && (LR_READ(&from->vgic, first(left)) & state) == state) {
            found |= 1U << intid % 32;
        }
    }
    return found;
}

uint32_t vgic_lr_state(struct vcpu *vcpu, uint32_t n, uint64_t state)
{
    still(vcpu, n, ~own_state(vcpu, n, 0));
    return own_state(vcpu, n, state);
}

void vgic_maintenance(struct vcpu *vcpu)
{
    if (vcpu->vgic.loaded != 0) {
        vgic_lr_refill(vcpu);
    }
}

/* The timer's line is the hardware's: if it is still high when the vCPU comes back, it fires again.
 * So what is pending of it is forgotten here, unless the guest itself had set it pending. */
void vgic_save(struct vcpu *vcpu)
{
    struct vgic_cpu *cpu = &vcpu->vgic;
    struct vgic_word *local = &cpu->local;

    for (uint32_t left = cpu->lr_used; left != 0; left &= left - 1) {
        vgic_lr_fold(vcpu, first(left));
    }
    if (((local->line | local->pending | local->active) & TIMER_BIT) != 0) {
        arch_irq_active(cpu->timer_irq, false);
    }
    local->line &= ~TIMER_BIT;
    vgic_lr_underflow(cpu, false);
    if (FEATURE_SOFT_GIC != 0 && cpu->soft != 0) {
        gicc2_save(cpu);
    }
    cpu->loaded = 0;
    cpu->sgi_self = VGIC_NO_SELF;
}

void vgic_load(struct vcpu *vcpu)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    cpu->loaded = 1;
    cpu->called = 0;
    if (FEATURE_SOFT_GIC != 0 && cpu->soft != 0) {
        gicc2_load();
    }
    cpu->sgi_self = cpu->by_sender == 0 ? 1U << vcpu->number : VGIC_NO_SELF;
    if (((cpu->local.pending | cpu->local.active) & TIMER_BIT) != 0) {
        arch_irq_active(cpu->timer_irq, true);
    }
    vgic_lr_restore(vcpu);
    vgic_lr_refill(vcpu);
}

bool vgic_pending(struct vcpu *vcpu)
{
    if (vcpu->vgic.loaded != 0) {
        vgic_lr_retire(vcpu);
    }
    for (uint32_t left = vcpu->vgic.lr_used; left != 0; left &= left - 1) {
        if ((LR_READ(&vcpu->vgic, first(left)) & LR_STATE) == LR_PENDING) {
            return true;
        }
    }
    return (vgic_ready(&vcpu->vgic.local) & TIMER_BIT) != 0 || vgic_lr_ready(vcpu);
}
