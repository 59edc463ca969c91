/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "arch.h"
#include "machine.h"
#include "timer.h"
#include "trap.h"

/* ISS of a data abort (Arm DDI 0487, D19): what the instruction was about to do. */
#define ISS_ISV 0x01000000 /* the fields below are valid */
#define ISS_SAS_SHIFT 22   /* access size: 1 << SAS bytes */
#define ISS_SSE 0x00200000 /* sign-extend a load */
#define ISS_SRT_SHIFT 16   /* register; 31: the zero register */
#define ISS_SF 0x00008000  /* 64-bit register */
#define ISS_S1PTW 0x80     /* the access was the guest's own table walk */
#define ISS_WNR 0x40
#define ISS_FSC_CLASS 0x3c  /* fault status without its level */
#define ISS_TRANSLATION 0x4 /* HPFAR_EL2 tells the address of no other kind of fault here */

static const struct window *window_at(const struct partition *partition, uint64_t ipa)
{
    for (uint32_t n = 0; n < partition->window_count; n++) {
        const struct window *window = &partition->windows[n];

        if (ipa - window->ipa < window->size) {
            return window;
        }
    }
    return NULL;
}

/* The clock is the board's, one for all: a partition that starts late is not late. */
static uint64_t seconds(void)
{
    return arch_time() / arch_time_frequency() + machine.time_of_day;
}

static __attribute__((noinline)) void serve_others(struct vcpu *vcpu, const struct window *window,
                                                   uint64_t offset, uint32_t size, bool write,
                                                   uint64_t *value)
{
    if (window->kind == MVP_REGION_GICD2) {
        vgic_distributor2(vcpu, offset, size, write, value);
        return;
    }
    pl031_access(vcpu, offset, write, value, seconds());
    if (write) {
        timer_program(vcpu->home);
    }
}

static void serve(struct vcpu *vcpu, const struct window *window, uint64_t offset, uint32_t size,
                  bool write, uint64_t *value)
{
    switch (window->kind) {
    case MVP_REGION_GICD:
        vgic_distributor(vcpu, offset, size, write, value);
        break;
    case MVP_REGION_GICR:
        vgic_redistributor(vcpu, offset, size, write, value);
        break;
    case MVP_REGION_PL011:
        pl011_access(vcpu, offset, write, value);
        break;
    default:
        serve_others(vcpu, window, offset, size, write, value);
        break;
    }
}

/* Shifts that leave an access's bits of a 64-bit value: up, and down again. */
static uint32_t unused_bits(uint64_t syndrome)
{
    return 64 - (8U << ((syndrome >> ISS_SAS_SHIFT) & 3));
}

static uint64_t loaded(uint64_t value, uint64_t syndrome)
{
    uint32_t shift = unused_bits(syndrome);

    value <<= shift;
    if ((syndrome & ISS_SSE) == 0) {
        return value >> shift;
    }
    value = (uint64_t)((int64_t)value >> shift);
    return (syndrome & ISS_SF) != 0 ? value : value & 0xffffffff;
}

bool mmio_access(struct vcpu *vcpu, uint64_t ipa, uint64_t syndrome)
{
    const struct window *window = window_at(vcpu->partition, ipa);
    uint32_t size = 1U << ((syndrome >> ISS_SAS_SHIFT) & 3);
    uint32_t reg = (uint32_t)(syndrome >> ISS_SRT_SHIFT) & 31;
    bool write = (syndrome & ISS_WNR) != 0;
    uint64_t value = 0;

    if (window == NULL ||
        (syndrome & (ISS_ISV | ISS_S1PTW | ISS_FSC_CLASS)) != (ISS_ISV | ISS_TRANSLATION)) {
        return false;
    }
    if (write && reg != 31) {
        value = vcpu->x[reg] << unused_bits(syndrome) >> unused_bits(syndrome);
    }
    serve(vcpu, window, ipa - window->ipa, size, write, &value);
    if (!write && reg != 31) {
        vcpu->x[reg] = loaded(value, syndrome);
    }
    return true;
}
