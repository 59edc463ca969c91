/* SPDX-License-Identifier: Apache-2.0 */
/* What makes interrupts pending: lines, pulses, SGIs and the hardware. */
#include <mvp/platform.h>

#include "arch.h"
#include "build_features.h"
#include "sched.h"
#include "smp.h"
#include "trace.h"
#include "trap.h"
#include "vcpu.h"
#include "vgic_state.h"

#define TIMER_BIT (1U << MVP_VIRTUAL_TIMER_INTID)

/* ICC_SGI1R_EL1 (Arm IHI 0069, 12.2): affinity 1 to 3 and range selector must all be 0 here, where
 * a vCPU's number is its affinity 0. */
#define SGI_AFFINITY 0x00fff0ff00ff0000
#define SGI_ALL_BUT_SELF 0x0000010000000000
#define SGI_INTID_SHIFT 24
#define SGI_INTID 0x000000000f000000U

static bool accepts(const struct vgic_word *word, uint32_t intid)
{
    return ((word->open & ~word->active) >> intid % 32 & 1) != 0;
}

/* As vgic_lr_refill() for one interrupt, without a look at the others. */
static void put_one(struct vcpu *vcpu, struct vgic_word *word, uint32_t intid, uint32_t free)
{
    uint32_t n = free != 0 ? (uint32_t)__builtin_ctz(free) : 0;

    if (free != 0 && (vcpu->vgic.lr_used >> n & 1) != 0) {
        vgic_lr_leave(vcpu, n, LR_FINISHED);
    }
    if (free == 0 || (word->in_lr >> intid % 32 & 1) != 0) {
        vgic_lr_refill(vcpu);
    } else {
        vgic_lr_place(vcpu, n, intid, LR_PENDING);
        LR_CHANGED(&vcpu->vgic);
    }
}

/* By latch, line or hardware; the word is the target's, and has it. */
static void raise(struct vcpu *target, struct vgic_word *word, uint32_t intid)
{
    if (intid >= 32) {
        target->partition->vgic.candidates |= 1U << intid / 32;
    }
    if (!accepts(word, intid)) {
        return;
    }
    if (target->vgic.loaded == 0) {
        vcpu_wake(target);
        return;
    }
    if (FEATURE_SMP != 0 && !smp_is_here(target)) {
        vgic_call(target);
        return;
    }
    if (target->vgic.underflow != 0) {
        vgic_lr_refill(target); /* others wait already, and some may be more urgent */
        return;
    }
    put_one(target, word, intid, LR_EMPTY(&target->vgic) & target->vgic.lr_shared);
}

/* What stands in a list register is over, or the physical interrupt could not have come: it must
 * not take the new one with it when the register is taken back. */
static __attribute__((noinline)) void shared(struct vcpu *vcpu, uint32_t intid)
{
    struct vgic_word *word = vgic_word(vcpu, intid / 32);
    uint32_t bit = 1U << intid % 32;

    vgic_lr_take(vcpu, intid / 32, bit);
    word->line |= bit;
    raise(vgic_target(vcpu, intid), word, intid);
}

/* The virtual timer has a list register for itself, and what stood there is over: else the physical
 * interrupt could not have come. */
void vgic_hardware(struct vcpu *vcpu, uint32_t intid)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    TRACE(TRACE_INJECT, vcpu, intid);
    if (intid != MVP_VIRTUAL_TIMER_INTID) {
        shared(vcpu, intid);
        return;
    }
    if (cpu->loaded == 0 || (cpu->local.open & TIMER_BIT) == 0) {
        vgic_lr_take(vcpu, 0, TIMER_BIT); /* closed in its handler, ended since */
        cpu->local.line |= TIMER_BIT;
        return;
    }
    cpu->local.line |= TIMER_BIT;
    cpu->local.in_lr |= TIMER_BIT;
    cpu->lr_used |= 1U << VGIC_TIMER_LR;
    cpu->lr_latched &= ~(1U << VGIC_TIMER_LR);
    LR_WRITE(cpu, VGIC_TIMER_LR, cpu->timer_lr);
    LR_CHANGED(&vcpu->vgic);
}

void vgic_pulse(struct vcpu *vcpu, uint32_t intid)
{
    struct vgic_word *word = vgic_word(vcpu, intid / 32);

    TRACE(TRACE_INJECT, vcpu, intid);
    word->pending |= 1U << intid % 32;
    raise(vgic_target(vcpu, intid), word, intid);
}

static void line_rises(struct vcpu *vcpu, struct vgic_word *word, uint32_t intid)
{
    uint32_t bit = 1U << intid % 32;

    TRACE(TRACE_INJECT, vcpu, intid);
    word->line |= bit;
    word->pending |= word->edge & bit;
    if ((word->in_lr & ~word->edge & bit) == 0) {
        raise(vgic_target(vcpu, intid), word, intid);
    } /* else its EOI's maintenance interrupt will find the line high */
}

static void line_falls(struct vcpu *vcpu, struct vgic_word *word, uint32_t intid)
{
    uint32_t bit = 1U << intid % 32;

    word->line &= ~bit;
    if (vgic_lr_take(vcpu, intid / 32, ~word->edge & bit)) {
        vgic_lr_put(vcpu, intid / 32);
    }
}

void vgic_line(struct vcpu *vcpu, uint32_t intid, bool high)
{
    struct vgic_word *word = vgic_word(vcpu, intid / 32);

    if ((word->line >> intid % 32 & 1) == (high ? 1U : 0U)) {
        return;
    }
    if (high) {
        line_rises(vcpu, word, intid);
    } else {
        line_falls(vcpu, word, intid);
    }
}

static void sgi_to(struct vcpu *vcpu, uint32_t left, uint32_t intid)
{
    for (; left != 0; left &= left - 1) {
        vgic_pulse(&vcpu->partition->vcpus[__builtin_ctz(left)], intid);
    }
}

static __attribute__((noinline)) uint32_t sgi(struct vcpu *vcpu, uint64_t value)
{
    uint32_t all = (1U << vcpu->partition->vcpu_count) - 1;
    uint32_t intid = (uint32_t)(value >> SGI_INTID_SHIFT) & 15;

    if (vcpu->vgic.by_sender != 0) {
        return TRAP_REFUSED;
    }
    if ((value & SGI_ALL_BUT_SELF) != 0) {
        sgi_to(vcpu, all & ~(1U << vcpu->number), intid);
    } else if ((value & SGI_AFFINITY) == 0) {
        sgi_to(vcpu, (uint32_t)value & 0xffff & all, intid);
    }
    return vcpu->home->resched != 0 ? TRAP_RESCHED : TRAP_SERVED;
}

/* An SGI that comes alone: the first empty list register is free, or this very SGI stands there,
 * finished. False: there is more to do. Whence it came (lr_latched) is not asked of an edge. */
static bool deliver(struct vgic_cpu *cpu, uint32_t intid, uint32_t empty)
{
    struct vgic_word *word = &cpu->local;
    uint64_t value = LR_PENDING | intid;
    uint32_t n;

    if (empty == 0) {
        return false;
    }
    n = (uint32_t)__builtin_ctz(empty);
    if ((cpu->lr_used >> n & 1) != (word->in_lr >> intid & 1)) {
        return false;
    }
    if ((word->in_lr >> intid & 1) != 0) {
        value = (cpu->lr[n] & ~LR_STATE) | LR_PENDING;
        if ((uint32_t)value != intid) {
            return false;
        }
    } else {
        word->in_lr |= 1U << intid;
        cpu->lr_used |= 1U << n;
        value |= (uint64_t)(word->group >> intid & 1) << LR_GROUP_SHIFT;
        value |= (uint64_t)word->priority[intid] << LR_PRIORITY_SHIFT;
        cpu->lr[n] = value;
    }
    arch_lr_write(n, value);
    return true;
}

/* First the common case: a vCPU to itself, and nothing else waits. */
uint32_t vgic_sgi(struct vcpu *vcpu, uint64_t value)
{
    uint32_t empty = arch_lr_empty(); /* first: so that less is kept across the call */
    struct vgic_cpu *cpu = &vcpu->vgic;
    uint32_t intid = (uint32_t)(value >> SGI_INTID_SHIFT) & 15;
    uint32_t closed = ~cpu->local.open | cpu->local.active | cpu->local.pending;

    if ((value & ~(uint64_t)SGI_INTID) == cpu->sgi_self && (closed >> intid & 1) == 0 &&
        deliver(cpu, intid, empty & cpu->lr_shared)) {
        return TRAP_SERVED;
    }
    return sgi(vcpu, value);
}
