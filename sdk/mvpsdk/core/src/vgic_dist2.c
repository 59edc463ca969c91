/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The distributor of a virtual GICv2 (Arm IHI 0048, 4.3): as a GICv3's without affinity routing.
 * Each vCPU finds its own interrupts 0..31 at the same offsets, SPIs go by GICD_ITARGETSR.
 */
#include <mvp/platform.h>

#include "vcpu.h"
#include "vgic_state.h"

#define IIDR_ARM 0x0000043b
#define PART_DISTRIBUTOR 0x90 /* PIDR0 */
#define PIDR4 0xfd0
#define PIDR4_ONE_PAGE 0x04
#define PIDR2 0xfe8
#define PIDR2_ARCHITECTURE_2 0x2b
#define IDS_UP 0xf000 /* a GICv3's frame has its identification so much higher */
#define TYPER_CPUS_SHIFT 5
#define SGIS 0xffffU
#define SPECIAL_WORD 31 /* INTIDs 1020 .. 1023 are not interrupts */
#define SPECIAL_MASK 0x0fffffff

#define TARGET_BLOCK 16 /* GICD_ITARGETSR, a byte per INTID: blocks 16 .. 23 */
#define SGI_BLOCK 30

enum control_register { GICD_CTLR = 0x00, GICD_TYPER = 0x04, GICD_IIDR = 0x08 };
enum sgi_register { GICD_SGIR = 0xf00, GICD_CPENDSGIR = 0xf10, GICD_SPENDSGIR = 0xf20 };

/* With one vCPU there is nothing to choose, and no register to choose by. */
static bool has_targets(const struct vcpu *vcpu)
{
    return vcpu->partition->vcpu_count > 1;
}

static uint32_t control_read(const struct vcpu *vcpu, uint64_t offset)
{
    const struct vgic *vgic = &vcpu->partition->vgic;

    switch (offset) {
    case GICD_CTLR:
        return vgic->control;
    case GICD_TYPER:
        return (vcpu->partition->vcpu_count - 1) << TYPER_CPUS_SHIFT | (vgic->words - 1);
    case GICD_IIDR:
        return IIDR_ARM;
    default:
        return 0;
    }
}

/* Those of SPI word n that have a vCPU to go to. */
static uint32_t targeted(const struct vgic *vgic, uint32_t n)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < 32; i++) {
        found |= vgic->targets[32 * n + i] != 0 ? 1U << i : 0;
    }
    return found;
}

/* The word of a GICD_ISENABLER or GICD_ICENABLER whose SPIs may lack a target: such an SPI is as
 * one that is not enabled, and yet its enable bit reads as written. 0: no such register. */
static uint32_t enabler(const struct vcpu *vcpu, uint64_t offset)
{
    uint32_t block = (uint32_t)offset / 128;
    uint32_t n = (uint32_t)offset % 128 / 4;
    bool enable = block == VGIC_ENABLE_SET || block == VGIC_ENABLE_CLEAR;

    return enable && has_targets(vcpu) && n < vcpu->partition->vgic.words ? n : 0;
}

static void enable_write(struct vcpu *vcpu, uint32_t n, uint32_t block, uint32_t value)
{
    struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t bits = value & (n == SPECIAL_WORD ? SPECIAL_MASK : 0xffffffff);

    if (block == VGIC_ENABLE_SET) {
        vgic->wanted[n] |= bits;
        bits &= targeted(vgic, n);
    } else {
        vgic->wanted[n] &= ~bits;
    }
    vgic_word_write(vcpu, n, block, bits);
}

/* Whether an SGI is pending is changed by GICD_SGIR and the two below it only. */
static uint64_t writable(uint64_t offset, uint64_t value)
{
    bool pending = offset / 128 == VGIC_PENDING_SET || offset / 128 == VGIC_PENDING_CLEAR;

    return pending && offset % 128 / 4 == 0 ? value & ~(uint64_t)SGIS : value;
}

static void bits_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value)
{
    uint32_t n = enabler(vcpu, offset);

    if (n != 0) {
        enable_write(vcpu, n, (uint32_t)offset / 128, (uint32_t)value);
    } else {
        vgic_bits_write(vcpu, offset, size, writable(offset, value), 0,
                        32 * vcpu->partition->vgic.words);
    }
}

/* Of the vCPUs that it may go to it always takes the first. */
static void set_target(struct vcpu *vcpu, uint32_t intid, uint8_t vcpus)
{
    struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t n = intid / 32;
    uint32_t bit = 1U << intid % 32;

    vgic->targets[intid] = vcpus;
    if (vcpus == 0) {
        vgic_word_write(vcpu, n, VGIC_ENABLE_CLEAR, bit);
        return;
    }
    vgic_lr_take(vcpu, n, bit);
    vgic->target[intid] = (uint8_t)__builtin_ctz(vcpus);
    vgic_lr_put(vcpu, n);
    vgic_word_write(vcpu, n, VGIC_ENABLE_SET, vgic->wanted[n] & bit);
}

/* The first INTID of a GICD_ITARGETSR; past all of them: there is no such register. */
static uint32_t first_target(const struct vcpu *vcpu, uint64_t offset)
{
    uint32_t intid = (uint32_t)offset % 1024;
    bool there = has_targets(vcpu) && intid / 32 < vcpu->partition->vgic.words;

    return there && offset / 128 - TARGET_BLOCK < 8 ? intid : MVP_INTIDS;
}

static uint64_t targets_read(const struct vcpu *vcpu, uint32_t first, uint32_t size)
{
    uint64_t value = 0;

    for (uint32_t n = 0; n < size; n++) {
        uint32_t intid = first / 32 * 32 + (first + n) % 32;
        /* cppcheck-suppress arrayIndexOutOfBoundsCond; the word of the INTID is there */
        uint8_t target = vcpu->partition->vgic.targets[intid];

        value |= (uint64_t)(intid < 32 ? 1U << vcpu->number : target) << 8 * n;
    }
    return value;
}

static void targets_write(struct vcpu *vcpu, uint32_t first, uint32_t size, uint64_t value)
{
    uint32_t all = (1U << vcpu->partition->vcpu_count) - 1;

    for (uint32_t n = 0; n < size && first >= 32; n++) {
        set_target(vcpu, first / 32 * 32 + (first + n) % 32, (uint8_t)(value >> 8 * n & all));
    }
}

/* GICD_CPENDSGIR and GICD_SPENDSGIR: a byte per SGI, a bit per vCPU that has sent it to this one.
 */
static bool is_senders(uint64_t offset)
{
    return offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + 16;
}

static uint64_t senders_read(struct vcpu *vcpu, uint64_t offset, uint32_t size)
{
    uint64_t value = 0;

    for (uint32_t n = 0; n < size; n++) {
        value |= (uint64_t)vgic2_senders_read(vcpu, (uint32_t)(offset + n) % 16) << 8 * n;
    }
    return value;
}

static void senders_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value)
{
    for (uint32_t n = 0; n < size; n++) {
        vgic2_senders_write(vcpu, (uint32_t)(offset + n) % 16, (uint8_t)(value >> 8 * n),
                            offset >= GICD_SPENDSGIR);
    }
}

static uint32_t identification(uint64_t offset)
{
    switch (offset) {
    case PIDR4:
        return PIDR4_ONE_PAGE;
    case PIDR2:
        return PIDR2_ARCHITECTURE_2;
    default:
        return vgic_identification(offset + IDS_UP, PART_DISTRIBUTOR);
    }
}

uint64_t vgic_distributor2_read(struct vcpu *vcpu, uint64_t offset, uint32_t size)
{
    const struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t n = enabler(vcpu, offset);
    uint32_t first = first_target(vcpu, offset);

    if (offset / 128 == 0) {
        return control_read(vcpu, offset);
    }
    if (n != 0) {
        return vgic->wanted[n];
    }
    if (first < MVP_INTIDS) {
        return targets_read(vcpu, first, size);
    }
    if (is_senders(offset)) {
        return senders_read(vcpu, offset, size);
    }
    return offset / 128 < VGIC_END ? vgic_bits_read(vcpu, offset, size, 0, 32 * vgic->words)
                                   : identification(offset);
}

void vgic_distributor2_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value)
{
    uint32_t first = first_target(vcpu, offset);

    if (offset == GICD_CTLR) {
        vgic_control_write(vcpu, (uint32_t)value);
    } else if (first < MVP_INTIDS) {
        targets_write(vcpu, first, size, value);
    } else if (offset == GICD_SGIR) {
        vgic2_sgi(vcpu, (uint32_t)value);
    } else if (is_senders(offset)) {
        senders_write(vcpu, offset, size, value);
    } else if (offset / 128 < VGIC_END) {
        bits_write(vcpu, offset, size, value);
    }
}
