/* SPDX-License-Identifier: Apache-2.0 */
/* The list registers: what stands in them, and how it gets in and out. */
#include <mvp/platform.h>

#include "arch.h"
#include "build_features.h"
#include "sched.h"
#include "vcpu.h"
#include "vgic_state.h"

#define TIMER_BIT (1U << MVP_VIRTUAL_TIMER_INTID)

static uint32_t first(uint32_t bits)
{
    return (uint32_t)__builtin_ctz(bits);
}

/* Pending and active at once is not allowed with the hardware bit: then the end of both is ours to
 * see and to pass on, as it is where the pending one waits outside. A level interrupt's end must be
 * seen too, since its line may still be high. */
static uint64_t lr_value(const struct vgic_cpu *cpu, const struct vgic_word *word, uint32_t intid,
                         uint64_t state)
{
    uint32_t n = intid % 32;
    uint64_t value = state | intid;

    value |= (uint64_t)word->priority[n] << LR_PRIORITY_SHIFT;
    value |= (uint64_t)(word->group >> n & 1) << LR_GROUP_SHIFT;
    if ((word->hardware >> n & 1) != 0 && state != LR_STATE &&
        (state != LR_ACTIVE || (word->pending >> n & 1) == 0)) {
        return value | LR_HARDWARE | (uint64_t)vgic_physical(cpu, intid) << LR_PHYSICAL_SHIFT;
    }
    return ((~word->edge | word->hardware) >> n & 1) != 0 ? value | LR_EOI : value;
}

void vgic_lr_place(struct vcpu *vcpu, uint32_t n, uint32_t intid, uint64_t state)
{
    struct vgic_cpu *cpu = &vcpu->vgic;
    struct vgic_word *word = vgic_word(vcpu, intid / 32);
    uint32_t bit = 1U << intid % 32;
    uint32_t latched = (state & LR_PENDING) != 0 ? word->pending & bit : 0;

    word->pending &= ~latched;
    word->in_lr |= bit;
    cpu->lr_used |= 1U << n;
    cpu->lr_latched &= ~(1U << n);
    cpu->lr_latched |= latched != 0 ? 1U << n : 0;
    cpu->lr[n] = lr_value(cpu, word, intid, state);
    if (FEATURE_VGIC2 != 0 && intid < cpu->by_sender) {
        vgic2_lr_write(cpu, n);
        return;
    }
    LR_WRITE(cpu, n, cpu->lr[n]);
}

void vgic_lr_leave(struct vcpu *vcpu, uint32_t n, uint64_t value)
{
    struct vgic_cpu *cpu = &vcpu->vgic;
    uint32_t intid = (uint32_t)cpu->lr[n];
    struct vgic_word *word = vgic_word(vcpu, intid / 32);
    uint32_t bit = 1U << intid % 32;
    uint32_t latched;

    cpu->lr_used &= ~(1U << n);
    word->in_lr &= ~bit;
    if ((value & LR_PENDING) == 0) {
        word->line &= ~(word->hardware & bit);
    } else {
        latched = (cpu->lr_latched >> n & 1) != 0 ? bit : word->edge & ~word->hardware & bit;
        word->pending |= latched;
        if (FEATURE_VGIC2 != 0 && intid < cpu->by_sender) {
            vgic2_lr_leave(cpu, n, intid);
        }
    }
    if ((value & LR_ACTIVE) != 0) {
        word->active |= bit;
        cpu->lr_held |= 1U << n;
    }
    if (intid >= 32) {
        vcpu->partition->vgic.candidates |= 1U << intid / 32;
    }
    if ((word->hardware & bit) != 0) {
        vgic_settle(vcpu, intid, (value & LR_STATE) != 0 || (value & LR_HARDWARE) == 0);
    }
}

void vgic_lr_fold(struct vcpu *vcpu, uint32_t n)
{
    uint64_t value = LR_READ(&vcpu->vgic, n);

    LR_WRITE(&vcpu->vgic, n, 0);
    vgic_lr_leave(vcpu, n, value);
}

/* One that waits for its EOI's maintenance interrupt does not count as empty (ICH_ELRSR_EL2). */
void vgic_lr_retire(struct vcpu *vcpu)
{
    uint32_t used = vcpu->vgic.lr_used;
    uint32_t empty = used != 0 ? LR_EMPTY(&vcpu->vgic) : 0;

    for (; used != 0; used &= used - 1) {
        uint32_t n = first(used);

        if ((empty >> n & 1) != 0) {
            vgic_lr_leave(vcpu, n, LR_FINISHED);
        } else if ((LR_READ(&vcpu->vgic, n) & LR_STATE) == 0) {
            vgic_lr_fold(vcpu, n);
        }
    }
}

/* What came again while it stood in a list register becomes pending there. */
static void merge(struct vcpu *vcpu)
{
    for (uint32_t used = vcpu->vgic.lr_used; used != 0; used &= used - 1) {
        uint32_t n = first(used);
        uint32_t intid = (uint32_t)vcpu->vgic.lr[n];
        const struct vgic_word *word = vgic_word(vcpu, intid / 32);

        if (((word->pending & word->open) >> intid % 32 & 1) != 0) {
            vgic_lr_place(vcpu, n, intid, (LR_READ(&vcpu->vgic, n) & LR_STATE) | LR_PENDING);
        }
    }
}

/* Those of an SPI word's interrupts that are routed to this vCPU. */
static uint32_t routed(const struct vcpu *vcpu, uint32_t n, uint32_t interrupts)
{
    const struct partition *partition = vcpu->partition;
    uint32_t own = interrupts;

    if (partition->vcpu_count == 1) {
        return interrupts;
    }
    for (uint32_t left = interrupts; left != 0; left &= left - 1) {
        if (partition->vgic.target[32 * n + first(left)] != vcpu->number) {
            own &= ~(left & (0 - left));
        }
    }
    return own;
}

/* The two most urgent of some interrupts: priority << 16 | INTID, or VGIC_NONE. */
struct urgent {
    uint32_t first;
    uint32_t second;
};

static void choose(struct urgent *urgent, const struct vgic_word *word, uint32_t interrupts,
                   uint32_t base)
{
    for (; interrupts != 0; interrupts &= interrupts - 1) {
        uint32_t n = first(interrupts);
        uint32_t key = (uint32_t)word->priority[n] << 16 | (base + n);
        uint32_t later = key > urgent->first ? key : urgent->first;

        urgent->first = key < urgent->first ? key : urgent->first;
        urgent->second = later < urgent->second ? later : urgent->second;
    }
}

/* The SPIs of word n that are ready for this vCPU. */
static uint32_t ready_of(struct vcpu *vcpu, uint32_t n)
{
    struct vgic *vgic = &vcpu->partition->vgic;
    const struct vgic_word *word = &vgic->spi[n - 1];

    if ((word->pending | word->line) == 0) {
        vgic->candidates &= ~(1U << n);
        return 0;
    }
    return routed(vcpu, n, vgic_ready(word));
}

bool vgic_lr_ready(struct vcpu *vcpu)
{
    uint32_t ready = vgic_ready(&vcpu->vgic.local) & ~TIMER_BIT;

    for (uint32_t left = vcpu->partition->vgic.candidates; left != 0; left &= left - 1) {
        ready |= ready_of(vcpu, first(left));
    }
    return ready != 0;
}

static struct urgent most_urgent(struct vcpu *vcpu)
{
    const struct vgic_word *local = &vcpu->vgic.local;
    struct vgic *vgic = &vcpu->partition->vgic;
    struct urgent urgent = {VGIC_NONE, VGIC_NONE};

    choose(&urgent, local, vgic_ready(local) & ~TIMER_BIT, 0);
    for (uint32_t left = vgic->candidates; left != 0; left &= left - 1) {
        uint32_t n = first(left);

        choose(&urgent, &vgic->spi[n - 1], ready_of(vcpu, n), 32 * n);
    }
    return urgent;
}

/* The least urgent list register that is pending only and less urgent than `priority`. */
static uint32_t victim(const struct vgic_cpu *cpu, uint32_t priority)
{
    uint32_t found = VGIC_NONE;

    for (uint32_t left = cpu->lr_shared; left != 0; left &= left - 1) {
        uint64_t value = LR_READ(cpu, first(left));
        uint32_t other = (uint32_t)(value >> LR_PRIORITY_SHIFT) & 0xff;

        if ((value & LR_STATE) == LR_PENDING && other > priority) {
            priority = other;
            found = first(left);
        }
    }
    return found;
}

/* A list register for an interrupt of this priority, or VGIC_NONE. */
static uint32_t room(struct vcpu *vcpu, uint32_t priority)
{
    uint32_t free = vcpu->vgic.lr_shared & ~vcpu->vgic.lr_used;
    uint32_t n;

    if (free != 0) {
        return first(free);
    }
    n = victim(&vcpu->vgic, priority);
    if (n != VGIC_NONE) {
        vgic_lr_fold(vcpu, n);
    }
    return n;
}

void vgic_lr_underflow(struct vgic_cpu *cpu, bool on)
{
    if ((cpu->underflow != 0) != on) {
        cpu->underflow = on ? 1 : 0;
        cpu->sgi_self ^= VGIC_OTHERS_WAIT; /* none goes first */
        LR_UNDERFLOW(cpu, on);
    }
}

/* False: there is none, or no list register for it. */
static bool put(struct vcpu *vcpu, uint32_t key)
{
    uint32_t n = key != VGIC_NONE ? room(vcpu, key >> 16) : VGIC_NONE;

    if (n == VGIC_NONE) {
        return false;
    }
    vgic_lr_place(vcpu, n, key & 0xffff, LR_PENDING);
    return true;
}

/* More wait than these two: what stands in list registers and is less urgent waits with them. */
static void evict(struct vcpu *vcpu, uint32_t priority)
{
    uint32_t n;

    while ((n = victim(&vcpu->vgic, priority)) != VGIC_NONE) {
        vgic_lr_fold(vcpu, n);
    }
}

/* The most urgent go in first, so nothing that is put in here is thrown out again here. Two are
 * enough: the guest takes one at a time, and when one is left at most there is a maintenance
 * interrupt. A guest that makes all its interrupts pending must not keep us here for longer. */
void vgic_lr_refill(struct vcpu *vcpu)
{
    struct urgent urgent;
    bool more;

    vgic_lr_retire(vcpu);
    merge(vcpu);
    if ((vgic_ready(&vcpu->vgic.local) & TIMER_BIT) != 0) {
        vgic_lr_place(vcpu, VGIC_TIMER_LR, MVP_VIRTUAL_TIMER_INTID, LR_PENDING);
    }
    urgent = most_urgent(vcpu);
    (void)(put(vcpu, urgent.first) && put(vcpu, urgent.second));
    more = urgent.first != VGIC_NONE && vgic_lr_ready(vcpu);
    if (more && urgent.second != VGIC_NONE) {
        evict(vcpu, urgent.second >> 16);
    }
    vgic_lr_underflow(&vcpu->vgic, more);
    LR_CHANGED(&vcpu->vgic);
}

void vgic_lr_restore(struct vcpu *vcpu)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    for (uint32_t left = cpu->lr_held; left != 0; left &= left - 1) {
        uint32_t intid = (uint32_t)cpu->lr[first(left)];
        struct vgic_word *word = vgic_word(vcpu, intid / 32);
        uint32_t bit = 1U << intid % 32;
        bool again = (word->pending & word->open & bit) != 0;

        if ((word->active & bit) != 0) {
            word->active &= ~bit;
            vgic_lr_place(vcpu, first(left), intid, again ? LR_STATE : LR_ACTIVE);
        }
    }
    cpu->lr_held = 0;
}

void vgic_lr_timer(struct vgic_cpu *cpu)
{
    cpu->timer_lr = lr_value(cpu, &cpu->local, MVP_VIRTUAL_TIMER_INTID, LR_PENDING);
}
