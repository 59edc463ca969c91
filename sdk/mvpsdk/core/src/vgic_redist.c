/* SPDX-License-Identifier: Apache-2.0 */
/* The redistributors' registers (Arm IHI 0069, 12.10 and 12.11): RD_base and SGI_base frames. */
#include <mvp/platform.h>

#include "vcpu.h"
#include "vgic_state.h"

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

static void sgi_frame_read(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t *value)
{
    uint32_t block = (uint32_t)offset / 128;

    if (offset % 128 == 0 && block - VGIC_GROUP <= VGIC_ACTIVE_CLEAR - VGIC_GROUP) {
        vgic_bits_read(vcpu, 0, block, value);
    } else if (block == VGIC_PRIORITY && offset % 128 < 32) {
        *value = vgic_priority_read(vcpu, (uint32_t)offset % 32, size);
    } else if (block == VGIC_CONFIGURATION && offset % 128 < 8) {
        *value = vgic_configuration_read(vcpu, (uint32_t)offset % 8 / 4);
    }
}

static void sgi_frame_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value)
{
    uint32_t block = (uint32_t)offset / 128;

    if (offset % 128 == 0 && block - VGIC_GROUP <= VGIC_ACTIVE_CLEAR - VGIC_GROUP) {
        vgic_bits_write(vcpu, 0, block, (uint32_t)value);
    } else if (block == VGIC_PRIORITY && offset % 128 < 32) {
        vgic_priority_write(vcpu, (uint32_t)offset % 32, size, value);
    } else if (block == VGIC_CONFIGURATION && offset % 128 == 4) {
        vgic_configuration_write(vcpu, 1, (uint32_t)value); /* SGIs, the 0th, stay edge */
    }
}

void vgic_redistributor(struct vcpu *vcpu, uint64_t offset, uint32_t size, bool write,
                        uint64_t *value)
{
    uint64_t number = offset / MVP_GICR_STRIDE;
    uint64_t within = offset % (MVP_GICR_STRIDE / 2);
    bool sgi_frame = (offset & MVP_GICR_STRIDE / 2) != 0;
    struct vcpu *owner = &vcpu->partition->vcpus[number];

    if (!write) {
        *value = 0;
    }
    if (number >= vcpu->partition->vcpu_count) {
        return;
    }
    if (sgi_frame && write) {
        sgi_frame_write(owner, within, size, *value);
    } else if (sgi_frame) {
        sgi_frame_read(owner, within, size, value);
    } else if (write) {
        frame_write(owner, within, *value);
    } else {
        *value = frame_read(owner, within);
    }
}
