/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The distributor of a virtual GICv2 (Arm IHI 0048, 4.3): as a GICv3's without affinity routing.
 * Each vCPU finds its own interrupts 0..31 at the same offsets, SPIs go by GICD_ITARGETSR.
 */
#include "bytes.h"
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

static void control(struct vcpu *vcpu, uint64_t offset, bool write, uint64_t *value)
{
    const struct vgic *vgic = &vcpu->partition->vgic;

    if (write && offset == GICD_CTLR) {
        vgic_control_write(vcpu, (uint32_t)*value);
    } else if (write) {
        return;
    } else if (offset == GICD_CTLR) {
        *value = vgic->control;
    } else if (offset == GICD_TYPER) {
        *value = (vcpu->partition->vcpu_count - 1) << TYPER_CPUS_SHIFT | (vgic->words - 1);
    } else if (offset == GICD_IIDR) {
        *value = IIDR_ARM;
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

/* An SPI without target is as one that is not enabled, and yet its enable bit reads as written. */
static void enables(struct vcpu *vcpu, uint32_t n, uint32_t block, bool write, uint64_t *value)
{
    struct vgic *vgic = &vcpu->partition->vgic;
    uint32_t bits = (uint32_t)*value & (n == SPECIAL_WORD ? SPECIAL_MASK : 0xffffffff);

    if (!write) {
        *value = vgic->wanted[n];
    } else if (block == VGIC_ENABLE_SET) {
        vgic->wanted[n] |= bits;
        vgic_bits_write(vcpu, n, block, bits & targeted(vgic, n));
    } else {
        vgic->wanted[n] &= ~bits;
        vgic_bits_write(vcpu, n, block, bits);
    }
}

/* Whether an SGI is pending is changed by GICD_SGIR and the two below it only. */
static uint32_t writable(uint32_t n, uint32_t block, uint32_t value)
{
    bool pending = block == VGIC_PENDING_SET || block == VGIC_PENDING_CLEAR;

    return n == 0 && pending ? value & ~SGIS : value;
}

static void bits(struct vcpu *vcpu, uint64_t offset, bool write, uint64_t *value)
{
    uint32_t n = (uint32_t)offset % 128 / 4;
    uint32_t block = (uint32_t)offset / 128;
    bool enable = block == VGIC_ENABLE_SET || block == VGIC_ENABLE_CLEAR;

    if (n >= vcpu->partition->vgic.words) {
        return;
    }
    if (n != 0 && enable && has_targets(vcpu)) {
        enables(vcpu, n, block, write, value);
    } else if (write) {
        vgic_bits_write(vcpu, n, block, writable(n, block, (uint32_t)*value));
    } else {
        vgic_bits_read(vcpu, n, block, value);
    }
}

static void priority(struct vcpu *vcpu, uint64_t offset, uint32_t size, bool write, uint64_t *value)
{
    uint32_t intid = (uint32_t)offset % 1024;

    if (intid / 32 >= vcpu->partition->vgic.words) {
        return;
    }
    if (write) {
        vgic_priority_write(vcpu, intid, size, *value);
    } else {
        *value = vgic_priority_read(vcpu, intid, size);
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
        vgic_bits_write(vcpu, n, VGIC_ENABLE_CLEAR, bit);
        return;
    }
    vgic_lr_take(vcpu, n, bit);
    vgic->target[intid] = (uint8_t)__builtin_ctz(vcpus);
    vgic_lr_put(vcpu, n);
    vgic_bits_write(vcpu, n, VGIC_ENABLE_SET, vgic->wanted[n] & bit);
}

static uint32_t target_read(const struct vcpu *vcpu, uint32_t intid)
{
    /* cppcheck-suppress arrayIndexOutOfBoundsCond; the word of the INTID is there */
    return intid < 32 ? 1U << vcpu->number : vcpu->partition->vgic.targets[intid];
}

static void targets(struct vcpu *vcpu, uint64_t offset, uint32_t size, bool write, uint64_t *value)
{
    uint32_t first = (uint32_t)offset % 1024;
    uint32_t all = (1U << vcpu->partition->vcpu_count) - 1;

    if (!has_targets(vcpu) || first / 32 >= vcpu->partition->vgic.words) {
        return;
    }
    for (uint32_t n = 0; n < size; n++) {
        uint32_t intid = first / 32 * 32 + (first + n) % 32;

        if (!write) {
            *value |= (uint64_t)target_read(vcpu, intid) << 8 * n;
        } else if (intid >= 32) {
            set_target(vcpu, intid, (uint8_t)(*value >> 8 * n & all));
        }
    }
}

/* SGIs are edge-triggered for ever. */
static void configuration(struct vcpu *vcpu, uint64_t offset, bool write, uint64_t *value)
{
    uint32_t n = (uint32_t)offset % 256 / 4;

    if (n / 2 >= vcpu->partition->vgic.words) {
        return;
    }
    if (!write) {
        *value = vgic_configuration_read(vcpu, n);
    } else if (n != 0) {
        vgic_configuration_write(vcpu, n, (uint32_t)*value);
    }
}

/* A byte per SGI, a bit per vCPU that has sent it to this one. */
static void sgis(struct vcpu *vcpu, uint64_t offset, uint32_t size, bool write, uint64_t *value)
{
    bool set = offset >= GICD_SPENDSGIR;

    if (offset == GICD_SGIR && write) {
        vgic2_sgi(vcpu, (uint32_t)*value);
    }
    if (offset < GICD_CPENDSGIR || offset >= GICD_SPENDSGIR + 16) {
        return;
    }
    for (uint32_t n = 0; n < size; n++) {
        uint32_t intid = (uint32_t)(offset + n) % 16;

        if (write) {
            vgic2_senders_write(vcpu, intid, (uint8_t)(*value >> 8 * n), set);
        } else {
            *value |= (uint64_t)vgic2_senders_read(vcpu, intid) << 8 * n;
        }
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

void vgic_distributor2(struct vcpu *vcpu, uint64_t offset, uint32_t size, bool write,
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
    } else if (block - VGIC_PRIORITY < 8) {
        priority(vcpu, offset, size, write, value);
    } else if (block - TARGET_BLOCK < 8) {
        targets(vcpu, offset, size, write, value);
    } else if (block - VGIC_CONFIGURATION < 2) {
        configuration(vcpu, offset, write, value);
    } else if (block == SGI_BLOCK) {
        sgis(vcpu, offset, size, write, value);
    } else if (!write) {
        *value = identification(offset);
    }
}
