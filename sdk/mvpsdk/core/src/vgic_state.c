/* SPDX-License-Identifier: Apache-2.0 */
#include "vgic_state.h"

#include <mvp/platform.h>

#include "arch.h"
#include "bytes.h"
#include "vcpu.h"

#define SGI_MASK 0x0000ffff
#define WAKER_ASLEEP 6 /* ProcessorSleep and ChildrenAsleep */

void vgic_init(struct vgic *vgic, uint32_t intids)
{
    bytes_zero(vgic, sizeof *vgic);
    vgic->words = intids / 32;
}

void vgic_cpu_init(struct vgic_cpu *cpu, uint32_t lr_count, uint32_t timer_irq)
{
    bytes_zero(&cpu->local, sizeof cpu->local);
    cpu->local.edge = SGI_MASK;
    cpu->local.hardware = 1U << MVP_VIRTUAL_TIMER_INTID;
    cpu->waker = WAKER_ASLEEP;
    cpu->lr_count = lr_count;
    cpu->lr_shared = ((1U << lr_count) - 1) & ~(1U << VGIC_TIMER_LR);
    cpu->lr_used = 0;
    cpu->lr_latched = 0;
    cpu->lr_held = 0;
    cpu->underflow = 0;
    cpu->loaded = 0;
    cpu->called = 0;
    cpu->timer_irq = timer_irq;
    cpu->sgi_self = VGIC_NO_SELF;
    cpu->by_sender = 0;
    cpu->lr[VGIC_TIMER_LR] = MVP_VIRTUAL_TIMER_INTID;
    vgic_lr_timer(cpu);
}

struct vgic_word *vgic_word(struct vcpu *vcpu, uint32_t n)
{
    return n == 0 ? &vcpu->vgic.local : &vcpu->partition->vgic.spi[n - 1];
}

void vgic_bind(struct vcpu *vcpu, uint32_t intid, bool edge)
{
    struct vgic_word *word = vgic_word(vcpu, intid / 32);
    uint32_t bit = 1U << intid % 32;

    word->hardware |= bit;
    word->edge = edge ? word->edge | bit : word->edge & ~bit;
}

struct vcpu *vgic_target(struct vcpu *vcpu, uint32_t intid)
{
    /* cppcheck-suppress arrayIndexOutOfBoundsCond; no caller has an INTID past MVP_INTIDS */
    return intid < 32 ? vcpu : &vcpu->partition->vcpus[vcpu->partition->vgic.target[intid]];
}

uint32_t vgic_physical(const struct vgic_cpu *cpu, uint32_t intid)
{
    return intid == MVP_VIRTUAL_TIMER_INTID ? cpu->timer_irq : intid;
}

/* A hardware-bound interrupt waits in `line` whether it is level or edge. */
static uint32_t pending(const struct vgic_word *word)
{
    return word->pending | (word->line & (~word->edge | word->hardware));
}

uint32_t vgic_ready(const struct vgic_word *word)
{
    return pending(word) & word->open & ~word->active & ~word->in_lr;
}

/* GICD_CTLR: bit 0 enables group 0, bit 1 group 1. */
void vgic_reopen(struct vgic_word *word, uint32_t control)
{
    uint32_t group0 = (control & 1) != 0 ? ~word->group : 0;
    uint32_t group1 = (control & 2) != 0 ? word->group : 0;

    word->open = word->enabled & (group0 | group1);
}

bool vgic_accepts(struct vcpu *vcpu, uint32_t intid)
{
    const struct vgic_word *word = vgic_word(vcpu, intid / 32);

    return ((word->open & ~word->active) >> intid % 32 & 1) != 0;
}

static uint32_t held(const struct vgic_word *word)
{
    return (word->pending | word->line | word->active) & word->hardware;
}

void vgic_settle(struct vcpu *vcpu, uint32_t intid, bool active)
{
    const struct vgic_cpu *cpu = &vcpu->vgic;
    bool wanted = (held(vgic_word(vcpu, intid / 32)) >> intid % 32 & 1) != 0;

    if (wanted == active || (intid < 32 && cpu->loaded == 0)) {
        return; /* a PPI of a vCPU that is off the CPU is settled when it comes back */
    }
    if (wanted) {
        arch_irq_active(vgic_physical(cpu, intid), true);
    } else {
        arch_irq_deactivate(vgic_physical(cpu, intid));
    }
}

void vgic_release(struct vcpu *vcpu)
{
    struct vgic *vgic = &vcpu->partition->vgic;

    for (uint32_t n = 1; n < vgic->words; n++) {
        struct vgic_word *word = &vgic->spi[n - 1];

        for (uint32_t left = held(word); left != 0; left &= left - 1) {
            arch_irq_deactivate(32 * n + (uint32_t)__builtin_ctz(left));
        }
        word->pending &= ~word->hardware;
        word->line &= ~word->hardware;
        word->active &= ~word->hardware;
    }
}
