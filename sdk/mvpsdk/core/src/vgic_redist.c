/* SPDX-License-Identifier: Apache-2.0 */
/* The redistributors' registers (Arm IHI 0069, 12.10 and 12.11): RD_base and SGI_base frames. */
#include <stddef.h>

#include <mvp/platform.h>

#include "smp.h"
#include "vcpu.h"
#include "vgic_state.h"

#define FRAME (MVP_GICR_STRIDE / 2)
#define IIDR_ARM 0x0000043b
#define PART_REDISTRIBUTOR 0x93 /* PIDR0 */
#define TYPER_LAST 0x10
#define TYPER_NUMBER_SHIFT 8
#define TYPER_AFFINITY_SHIFT 32
#define WAKER_SLEEP 0x2    /* ProcessorSleep */
#define WAKER_CHILDREN 0x4 /* ChildrenAsleep */

enum frame_register {
    GICR_IIDR = 0x04,
    GICR_TYPER = 0x08,
    GICR_TYPER_UPPER = 0x0c,
    GICR_WAKER = 0x14
};

static uint64_t typer(const struct vcpu *vcpu)
{
    uint64_t number = vcpu->number;
    uint64_t value = number << TYPER_NUMBER_SHIFT | number << TYPER_AFFINITY_SHIFT;

    return number + 1 == vcpu->partition->vcpu_count ? value | TYPER_LAST : value;
}

static uint64_t frame_read(const struct vcpu *vcpu, uint64_t offset)
{
    switch (offset) {
    case GICR_IIDR:
        return IIDR_ARM;
    case GICR_TYPER:
        return typer(vcpu);
    case GICR_TYPER_UPPER:
        return typer(vcpu) >> 32;
    case GICR_WAKER:
        return vcpu->vgic.waker;
    default:
        return vgic_identification(offset, PART_REDISTRIBUTOR);
    }
}

static void frame_write(struct vcpu *vcpu, uint64_t offset, uint64_t value)
{
    if (offset == GICR_WAKER) {
        vcpu->vgic.waker = (value & WAKER_SLEEP) != 0 ? WAKER_SLEEP | WAKER_CHILDREN : 0;
    }
}

/* The vCPU whose redistributor it is; NULL: there are not so many. */
static struct vcpu *owner_of(const struct vcpu *vcpu, uint64_t offset)
{
    uint64_t number = offset / MVP_GICR_STRIDE;

    return number < vcpu->partition->vcpu_count ? &vcpu->partition->vcpus[number] : NULL;
}

/* What another CPU has of another vCPU's: it comes back to memory, for as long as it is looked at.
 */
static void reach(const struct vcpu *vcpu, const struct vcpu *owner)
{
    if (FEATURE_SMP != 0 && owner != vcpu) {
        smp_still(vcpu->partition);
    }
}

static bool is_sgi_frame(uint64_t offset)
{
    return (offset & FRAME) != 0;
}

uint64_t vgic_redistributor_read(struct vcpu *vcpu, uint64_t offset, uint32_t size)
{
    struct vcpu *owner = owner_of(vcpu, offset);

    if (owner == NULL) {
        return 0;
    }
    reach(vcpu, owner);
    return is_sgi_frame(offset) ? vgic_bits_read(owner, offset % FRAME, size, 0, 32)
                                : frame_read(owner, offset % FRAME);
}

void vgic_redistributor_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value)
{
    struct vcpu *owner = owner_of(vcpu, offset);

    if (owner == NULL) {
        return;
    }
    reach(vcpu, owner);
    if (is_sgi_frame(offset)) {
        vgic_bits_write(owner, offset % FRAME, size, value, 0, 32);
    } else {
        frame_write(owner, offset % FRAME, value);
    }
}
