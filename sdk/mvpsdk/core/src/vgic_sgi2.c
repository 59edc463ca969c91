/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SGIs of a virtual GICv2 (Arm IHI 0048, 3.2.4): each is pending once for each vCPU that has sent
 * it, and the guest reads in GICC_IAR whose it takes. A list register holds one sender's; the
 * others wait until that one is over, which a maintenance interrupt tells.
 */
#include "arch.h"
#include "build_features.h"
#include "vcpu.h"
#include "vgic_state.h"

#define SGIR_FILTER_SHIFT 24 /* GICD_SGIR (4.3.15) */
#define SGIR_LIST_SHIFT 16
#define SENDER_SHIFT 10 /* in a list register, as in GICC_IAR */

enum filter { TO_LIST = 0, TO_OTHERS = 1, TO_SELF = 2 };

void vgic2_init(struct partition *partition)
{
    struct vgic *vgic = &partition->vgic;

    for (uint32_t n = 0; n < VGIC_WORDS; n++) {
        vgic->wanted[n] = 0;
    }
    for (uint32_t n = 0; n < MVP_INTIDS; n++) {
        vgic->targets[n] = 0;
    }
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        struct vgic_cpu *cpu = &partition->vcpus[n].vgic;

        cpu->by_sender = VGIC_SGIS;
        for (uint32_t i = 0; i < VGIC_SGIS; i++) {
            cpu->senders[i] = 0;
        }
    }
}

static uint32_t all_vcpus(const struct vcpu *vcpu)
{
    return (1U << vcpu->partition->vcpu_count) - 1;
}

static uint32_t receivers(const struct vcpu *vcpu, uint32_t value)
{
    uint32_t self = 1U << vcpu->number;

    switch (value >> SGIR_FILTER_SHIFT & 3) {
    case TO_LIST:
        return value >> SGIR_LIST_SHIFT & 0xff & all_vcpus(vcpu);
    case TO_OTHERS:
        return all_vcpus(vcpu) & ~self;
    case TO_SELF:
        return self;
    default:
        return 0;
    }
}

void vgic2_sgi(struct vcpu *vcpu, uint32_t value)
{
    uint32_t intid = value & 15;

    for (uint32_t left = receivers(vcpu, value); left != 0; left &= left - 1) {
        struct vcpu *to = &vcpu->partition->vcpus[__builtin_ctz(left)];

        to->vgic.senders[intid] |= (uint8_t)(1U << vcpu->number);
        vgic_pulse(to, intid);
    }
}

/* What stands in a list register counts too: it is taken out for the look, and put back. */
uint8_t vgic2_senders_read(struct vcpu *vcpu, uint32_t intid)
{
    bool taken = vgic_lr_take(vcpu, 0, 1U << intid);
    uint8_t senders = vcpu->vgic.senders[intid];

    if (taken) {
        vgic_lr_put(vcpu, 0);
    }
    return senders;
}

void vgic2_senders_write(struct vcpu *vcpu, uint32_t intid, uint8_t vcpus, bool set)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    vcpus &= (uint8_t)all_vcpus(vcpu);
    if (set && vcpus != 0) {
        cpu->senders[intid] |= vcpus;
        vgic_pulse(vcpu, intid);
    } else if (vcpus != 0) {
        bool taken = vgic_lr_take(vcpu, 0, 1U << intid);

        cpu->senders[intid] &= (uint8_t)~vcpus;
        if (cpu->senders[intid] == 0) {
            cpu->local.pending &= ~(1U << intid);
        }
        if (taken) {
            vgic_lr_put(vcpu, 0);
        }
    }
}

/* An interrupt that stood there before, or goes back while active, has its sender already. If it is
 * active, only the same sender's next one may be pending beside it. */
void vgic2_lr_write(struct vgic_cpu *cpu, uint32_t n)
{
    uint64_t value = cpu->lr[n];
    uint64_t before = LR_READ(cpu, n) & LR_STATE;
    uint32_t intid = (uint32_t)value;
    uint8_t *waiting = &cpu->senders[intid];
    uint8_t own;

    if ((value & LR_ACTIVE) == 0 && before == 0) {
        cpu->lr_sender[n] = (uint8_t)__builtin_ctz(*waiting);
    }
    own = (uint8_t)(1U << cpu->lr_sender[n]);
    if ((value & LR_STATE) == LR_STATE && (before & LR_PENDING) == 0 && (*waiting & own) == 0) {
        value &= ~(uint64_t)LR_PENDING;
    }
    if ((value & LR_PENDING) != 0) {
        *waiting &= (uint8_t)~own;
    }
    if (*waiting != 0) {
        cpu->local.pending |= 1U << intid;
        value |= LR_EOI;
    }
    LR_WRITE(cpu, n, value | (uint64_t)cpu->lr_sender[n] << SENDER_SHIFT);
}

void vgic2_lr_leave(struct vgic_cpu *cpu, uint32_t n, uint32_t intid)
{
    cpu->senders[intid] |= (uint8_t)(1U << cpu->lr_sender[n]);
}
