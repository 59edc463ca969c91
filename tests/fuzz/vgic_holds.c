/* SPDX-License-Identifier: Apache-2.0 */
#include "vgic_holds.h"

#include <mvp/platform.h>

#include "arch.h"
#include "harness.h"
#include "host.h"
#include "vgic_state.h"

#define LR_INTID 0x3ff /* above, up to bit 12, is the sender of a vGICv2's SGI */
#define PRIORITY(value) ((uint32_t)((value) >> LR_PRIORITY_SHIFT) & 0xff)

static const struct vgic_word *word_of(const struct vcpu *vcpu, uint32_t n)
{
    return n == 0 ? &vcpu->vgic.local : &vcpu->partition->vgic.spi[n - 1];
}

static uint32_t lr_count(const struct vgic_cpu *cpu)
{
    return cpu->soft != 0 ? GICC2_LRS : cpu->lr_count;
}

/* A list register as the guest's interface has it, in hardware or in software. */
static uint64_t lr_of(const struct vgic_cpu *cpu, uint32_t n)
{
    if (cpu->soft == 0) {
        return host.lr[n];
    }
    return n < GICC2_LRS ? cpu->interface.lr[n] : 0;
}

/* An interface in software knows its list registers, and the CPU has been told what it says. */
static void interface_holds(const struct vgic_cpu *cpu)
{
    const struct gicc2 *interface = &cpu->interface;

    for (uint32_t n = 0; n < GICC2_LRS; n++) {
        uint64_t state = interface->lr[n] & LR_STATE;

        HOLDS((interface->pending >> n & 1) == (state == LR_PENDING ? 1 : 0));
        HOLDS((interface->active >> n & 1) == ((state & LR_ACTIVE) != 0 ? 1 : 0));
        HOLDS((interface->empty >> n & 1) == (state == 0 ? 1 : 0)); /* an end is seen at once */
    }
    HOLDS(host.interface_off == 1 && host.lr_writes == 0 && host.signal == interface->signal);
    HOLDS(interface->signal == 0 || interface->pending != 0);
    HOLDS(interface->next >= GICC2_LRS || (interface->pending >> interface->next & 1) != 0);
}

/* A used list register, and what it says, belong to one interrupt that knows of it. */
static void used_holds(const struct vcpu *vcpu, uint32_t n)
{
    uint64_t value = lr_of(&vcpu->vgic, n);
    uint32_t intid = (uint32_t)vcpu->vgic.lr[n];

    HOLDS(n < lr_count(&vcpu->vgic) && intid < 1020);
    HOLDS((n == VGIC_TIMER_LR) == (intid == MVP_VIRTUAL_TIMER_INTID));
    HOLDS(intid / 32 < vcpu->partition->vgic.words);
    const struct vgic_word *word = word_of(vcpu, intid / 32);
    uint32_t bit = 1U << intid % 32;

    HOLDS((value & LR_INTID) == intid);
    HOLDS((word->in_lr & bit) != 0 && (word->active & bit) == 0);
    if ((value & LR_HARDWARE) != 0) {
        HOLDS((word->hardware & bit) != 0 && (value & LR_STATE) != LR_STATE);
        HOLDS((value >> LR_PHYSICAL_SHIFT & LR_INTID) == vgic_physical(&vcpu->vgic, intid));
    }
    if (intid >= 32 && (value & LR_STATE) == LR_PENDING) { /* an active one ends where it began */
        HOLDS(vcpu->partition->vgic.target[intid] == vcpu->number);
    }
}

static void list_registers_hold(const struct vcpu *vcpu)
{
    const struct vgic_cpu *cpu = &vcpu->vgic;
    uint32_t standing[VGIC_WORDS] = {0};

    HOLDS((cpu->soft == 0 ? cpu->underflow : 0) == host.underflow && cpu->lr_held == 0);
    for (uint32_t n = 0; n < VGIC_MAX_LRS; n++) {
        if ((cpu->lr_used >> n & 1) == 0) {
            HOLDS((lr_of(cpu, n) & LR_STATE) == 0);
            continue;
        }
        uint32_t intid = (uint32_t)cpu->lr[n] % MVP_INTIDS;

        used_holds(vcpu, n);
        HOLDS((standing[intid / 32] >> intid % 32 & 1) == 0); /* no INTID in two of them */
        standing[intid / 32] |= 1U << intid % 32;
    }
    for (uint32_t n = 0; n < vcpu->partition->vgic.words; n++) {
        HOLDS(word_of(vcpu, n)->in_lr == standing[n]);
    }
}

static void word_holds(const struct vgic_word *word, uint32_t control)
{
    uint32_t groups =
        ((control & 1) != 0 ? ~word->group : 0) | ((control & 2) != 0 ? word->group : 0);

    HOLDS(word->open == (word->enabled & groups));
}

/* A bound interrupt is active at the physical controller as long as its guest has not done with it.
 * One that its guest has ended may still stand in its list register, finished. */
static void bound_holds(const struct vcpu *vcpu, uint32_t intid, bool in_hardware)
{
    const struct vgic_word *word = word_of(vcpu, intid / 32);
    bool held = ((word->pending | word->active) >> intid % 32 & 1) != 0;
    bool stands = false;

    for (uint32_t left = vcpu->vgic.lr_used; left != 0; left &= left - 1) {
        uint32_t n = (uint32_t)__builtin_ctz(left);

        if ((uint32_t)vcpu->vgic.lr[n] == intid) {
            stands = true;
            uint64_t value = lr_of(&vcpu->vgic, n);

            held = held || (value & LR_STATE) != 0 || (value & LR_HARDWARE) == 0;
        }
    }
    held = held || (!stands && (word->line >> intid % 32 & 1) != 0);
    HOLDS(in_hardware == held);
}

static const struct vcpu *loaded_of(const struct partition *partition)
{
    const struct vcpu *loaded = NULL;

    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        if (partition->vcpus[n].vgic.loaded != 0) {
            HOLDS(loaded == NULL);
            loaded = &partition->vcpus[n];
        }
    }
    return loaded;
}

static void bound_ones_hold(const struct partition *partition, const struct vcpu *at)
{
    for (uint32_t n = 1; n < partition->vgic.words; n++) {
        for (uint32_t left = partition->vgic.spi[n - 1].hardware; left != 0; left &= left - 1) {
            uint32_t intid = 32 * n + (uint32_t)__builtin_ctz(left);

            bound_holds(at, intid, host.active[intid] != 0);
        }
    }
}

void vgic_holds(const struct partition *partition)
{
    const struct vgic *vgic = &partition->vgic;
    const struct vcpu *loaded = loaded_of(partition);

    for (uint32_t n = 1; n < vgic->words; n++) {
        word_holds(&vgic->spi[n - 1], vgic->control);
        HOLDS(loaded != NULL || vgic->spi[n - 1].in_lr == 0);
    }
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        const struct vcpu *vcpu = &partition->vcpus[n];

        word_holds(&vcpu->vgic.local, vgic->control);
        HOLDS((vcpu->vgic.local.edge & 0xffff) == 0xffff);
        HOLDS(vcpu->vgic.local.hardware == 1U << MVP_VIRTUAL_TIMER_INTID);
        HOLDS(vcpu == loaded || (vcpu->vgic.lr_used == 0 && vcpu->vgic.local.in_lr == 0));
    }
    if (loaded != NULL) {
        list_registers_hold(loaded);
        if (loaded->vgic.soft != 0) {
            interface_holds(&loaded->vgic);
        }
        bound_holds(loaded, MVP_VIRTUAL_TIMER_INTID, host.active[loaded->vgic.timer_irq] != 0);
    }
    bound_ones_hold(partition, loaded != NULL ? loaded : &partition->vcpus[0]);
}

static void priorities_hold(const struct vgic_word *word)
{
    for (uint32_t n = 0; n < 32; n++) {
        HOLDS((word->priority[n] & 7) == 0);
    }
}

void vgic_holds_in_all(const struct partition *partition)
{
    const struct vgic *vgic = &partition->vgic;

    for (uint32_t n = 1; n < VGIC_WORDS; n++) {
        const struct vgic_word *word = &vgic->spi[n - 1];

        priorities_hold(word);
        HOLDS(n < vgic->words || (word->enabled | word->pending | word->active | word->in_lr) == 0);
    }
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        priorities_hold(&partition->vcpus[n].vgic.local);
    }
    for (uint32_t n = 32; n < MVP_INTIDS; n++) {
        HOLDS(vgic->target[n] == 0 || vgic->target[n] < partition->vcpu_count);
    }
}

/* The most urgent priority of those that wait outside of the list registers; 256: none does. */
static uint32_t waiting_priority(struct vcpu *vcpu)
{
    uint32_t best = 256;

    for (uint32_t intid = 0; intid < 32 * vcpu->partition->vgic.words; intid++) {
        const struct vgic_word *word = vgic_word(vcpu, intid / 32);
        bool mine = vgic_target(vcpu, intid) == vcpu && intid != MVP_VIRTUAL_TIMER_INTID;

        if (mine && (vgic_ready(word) >> intid % 32 & 1) != 0 &&
            word->priority[intid % 32] < best) {
            best = word->priority[intid % 32];
        }
    }
    return best;
}

void vgic_is_filled(struct vcpu *vcpu)
{
    const struct vgic_cpu *cpu = &vcpu->vgic;
    uint32_t waiting = waiting_priority(vcpu);

    HOLDS((vgic_ready(&cpu->local) & 1U << MVP_VIRTUAL_TIMER_INTID) == 0);
    HOLDS((cpu->underflow != 0) == (waiting != 256));
    HOLDS(vgic_lr_ready(vcpu) == (waiting != 256));
    if (waiting == 256) {
        return;
    }
    HOLDS(__builtin_popcount(cpu->lr_shared & cpu->lr_used) >=
          2); /* else none would ask for more */
    for (uint32_t left = cpu->lr_shared; left != 0; left &= left - 1) {
        uint64_t value = lr_of(cpu, (uint32_t)__builtin_ctz(left));

        HOLDS((value & LR_STATE) != LR_PENDING || PRIORITY(value) <= waiting);
    }
}

uint32_t vgic_some_active(const struct vcpu *vcpu, uint32_t which)
{
    uint32_t found[VGIC_MAX_LRS];
    uint32_t count = 0;

    for (uint32_t n = 0; n < lr_count(&vcpu->vgic); n++) {
        if ((lr_of(&vcpu->vgic, n) & LR_ACTIVE) != 0) {
            found[count++] = (uint32_t)lr_of(&vcpu->vgic, n);
        }
    }
    return count == 0 ? 1023 : found[which % count];
}
