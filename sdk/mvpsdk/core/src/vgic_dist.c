/* SPDX-License-Identifier: Apache-2.0 */
/* The distributor's registers (Arm IHI 0069, 12.9): affinity routing and one security state. */
#include "vcpu.h"
#include "vgic_state.h"

#define CTLR_ENABLES 0x3
#define CTLR_FIXED 0x50 /* ARE, DS */

#define TYPER_NO_1_OF_N 0x02000000
#define TYPER_ID_BITS (9U << 19) /* INTIDs of 10 bits */
#define IIDR_ARM 0x0000043b
#define PART_DISTRIBUTOR 0x92 /* PIDR0 */

#define IROUTER_FIRST 0x6100 /* of INTID 32 */
#define IROUTER_END 0x7fe0   /* past INTID 1019 */
#define IROUTER_ANY 0x80000000
#define IROUTER_AFFINITY 0x000000ff00ffffff

enum control_register { GICD_CTLR = 0x00, GICD_TYPER = 0x04, GICD_IIDR = 0x08 };

static uint32_t control_read(const struct vgic *vgic, uint64_t offset)
{
    switch (offset) {
    case GICD_CTLR:
        return vgic->control | CTLR_FIXED;
    case GICD_TYPER:
        return TYPER_NO_1_OF_N | TYPER_ID_BITS | (vgic->words - 1);
    case GICD_IIDR:
        return IIDR_ARM;
    default:
        return 0;
    }
}

/* Whole groups open or close: all that stands in list registers goes out and, if it may, in again.
 */
__attribute__((noinline)) void vgic_control_write(struct vcpu *vcpu, uint32_t value)
{
    struct partition *partition = vcpu->partition;
    struct vgic *vgic = &partition->vgic;

    if (vgic->control == (value & CTLR_ENABLES)) {
        return;
    }
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        vgic_lr_take(&partition->vcpus[n], 0, 0xffffffff);
    }
    vgic->control = value & CTLR_ENABLES;
    for (uint32_t n = 1; n < vgic->words; n++) {
        vgic_lr_take(vcpu, n, 0xffffffff);
        vgic_reopen(&vgic->spi[n - 1], vgic->control);
        vgic->candidates |= 1U << n; /* what was set pending while closed is looked for from now */
    }
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        vgic_reopen(&partition->vcpus[n].vgic.local, vgic->control);
        vgic_lr_put(&partition->vcpus[n], 0);
    }
}

static uint32_t route_of(const struct partition *partition, uint64_t value, uint32_t before)
{
    if ((value & IROUTER_ANY) != 0) {
        return 0;
    }
    return (value & IROUTER_AFFINITY) < partition->vcpu_count ? (uint32_t)value : before;
}

/* A routing to a vCPU that is not there is ignored. The upper half (affinity 3) is 0. */
static void route(struct vcpu *vcpu, uint64_t offset, bool write, uint64_t *value)
{
    uint8_t *target = vcpu->partition->vgic.target;
    uint32_t intid = (uint32_t)(offset - IROUTER_FIRST) / 8 + 32;
    uint32_t n = intid / 32;
    uint32_t mask = 1U << intid % 32;

    if (n >= vcpu->partition->vgic.words || offset % 8 != 0) {
        return;
    }
    if (!write) {
        *value = target[intid];
        return;
    }
    vgic_lr_take(vcpu, n, mask);
    target[intid] = (uint8_t)route_of(vcpu->partition, *value, target[intid]);
    vgic_lr_put(vcpu, n);
}

/* SGIs and PPIs, word 0, are in the redistributors. */
static void bits(struct vcpu *vcpu, uint64_t offset, bool write, uint64_t *value)
{
    struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t n = (uint32_t)offset % 128 / 4;
    uint32_t block = (uint32_t)offset / 128;

    if (n == 0 || n >= vgic->words) {
        return;
    }
    if (write) {
        vgic_bits_write(vcpu, n, block, (uint32_t)*value);
    } else if (block == VGIC_ENABLE_SET) {
        *value = vgic->spi[n - 1].enabled;
    } else {
        vgic_bits_read(vcpu, n, block, value);
    }
}

static void priority(struct vcpu *vcpu, uint64_t offset, uint32_t size, bool write, uint64_t *value)
{
    uint32_t intid = (uint32_t)offset % 1024;

    if (intid < 32 || intid / 32 >= vcpu->partition->vgic.words) {
        return;
    }
    if (write) {
        vgic_priority_write(vcpu, intid, size, *value);
    } else {
        *value = vgic_priority_read(vcpu, intid, size);
    }
}

static void configuration(struct vcpu *vcpu, uint64_t offset, bool write, uint64_t *value)
{
    uint32_t n = (uint32_t)offset % 256 / 4;

    if (n < 2 || n / 2 >= vcpu->partition->vgic.words) {
        return;
    }
    if (write) {
        vgic_configuration_write(vcpu, n, (uint32_t)*value);
    } else {
        *value = vgic_configuration_read(vcpu, n);
    }
}

static void control(struct vcpu *vcpu, uint64_t offset, bool write, uint64_t *value)
{
    if (!write) {
        *value = control_read(&vcpu->partition->vgic, offset);
    } else if (offset == GICD_CTLR) {
        vgic_control_write(vcpu, (uint32_t)*value);
    }
}

static __attribute__((noinline)) void others(struct vcpu *vcpu, uint64_t offset, uint32_t size,
                                             bool write, uint64_t *value)
{
    uint64_t block = offset / 128;

    if (block - VGIC_PRIORITY < 8) {
        priority(vcpu, offset, size, write, value);
    } else if (block - VGIC_CONFIGURATION < 2) {
        configuration(vcpu, offset, write, value);
    } else if (offset - IROUTER_FIRST < IROUTER_END - IROUTER_FIRST) {
        route(vcpu, offset, write, value);
    } else if (block == VGIC_IDENTIFICATION && !write) {
        *value = vgic_identification(offset, PART_DISTRIBUTOR);
    }
}

void vgic_distributor(struct vcpu *vcpu, uint64_t offset, uint32_t size, bool write,
                      uint64_t *value)
{
    uint64_t block = offset / 128;

    if (!write) {
        *value = 0;
    }
    if (block == 0) {
        control(vcpu, offset, write, value);
    } else if (block <= VGIC_ACTIVE_CLEAR) {
        bits(vcpu, offset, write, value);
    } else {
        others(vcpu, offset, size, write, value);
    }
}
