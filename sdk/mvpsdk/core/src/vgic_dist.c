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
        const struct vgic_word *word = &vgic->spi[n - 1];

        if (word->in_lr != 0) {
            vgic_lr_take(vcpu, n, 0xffffffff);
        }
        vgic_reopen(&vgic->spi[n - 1], vgic->control);
        if ((word->pending | word->line) != 0) { /* it is looked for from now on */
            vgic->candidates |= 1U << n;
        }
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

/* The INTID that a GICD_IROUTER is of; 0: of none. The upper half (affinity 3) is 0. */
static uint32_t routed(const struct vgic *vgic, uint64_t offset)
{
    uint32_t intid = (uint32_t)(offset - IROUTER_FIRST) / 8 + 32;

    return offset % 8 == 0 && offset - IROUTER_FIRST < IROUTER_END - IROUTER_FIRST &&
                   intid / 32 < vgic->words
               ? intid
               : 0;
}

/* A routing to a vCPU that is not there is ignored. */
static void route(struct vcpu *vcpu, uint32_t intid, uint64_t value)
{
    uint8_t *target = &vcpu->partition->vgic.target[intid];

    vgic_lr_take(vcpu, intid / 32, 1U << intid % 32);
    *target = (uint8_t)route_of(vcpu->partition, value, *target);
    vgic_lr_put(vcpu, intid / 32);
}

static __attribute__((noinline)) uint64_t others_read(struct vcpu *vcpu, uint64_t offset)
{
    const struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t intid = routed(vgic, offset);

    if (offset / 128 == 0) {
        return control_read(vgic, offset);
    }
    return intid != 0 ? vgic->target[intid] : vgic_identification(offset, PART_DISTRIBUTOR);
}

/* INTIDs below 32, SGIs and PPIs, are the redistributors'. */
uint64_t vgic_distributor_read(struct vcpu *vcpu, uint64_t offset, uint32_t size)
{
    const struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t n = (uint32_t)offset % 128 / 4;

    if (offset == GICD_CTLR) {
        return vgic->control | CTLR_FIXED;
    }
    if (offset / 256 == VGIC_ENABLE_SET / 2 && n - 1 < vgic->words - 1) {
        return vgic->spi[n - 1].enabled;
    }
    if (offset / 128 - VGIC_GROUP < VGIC_END - VGIC_GROUP) {
        return vgic_bits_read(vcpu, offset, size, 32, 32 * vgic->words - 32);
    }
    return others_read(vcpu, offset);
}

void vgic_distributor_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value)
{
    const struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t intid;

    if (offset == GICD_CTLR) {
        vgic_control_write(vcpu, (uint32_t)value);
    } else if (offset / 128 != 0 && offset / 128 < VGIC_END) {
        vgic_bits_write(vcpu, offset, size, value, 32, 32 * vgic->words - 32);
    } else if ((intid = routed(vgic, offset)) != 0) {
        route(vcpu, intid, value);
    }
}
