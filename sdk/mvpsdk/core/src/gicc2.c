/* SPDX-License-Identifier: Apache-2.0 */
#include "gicc2.h"

#include "arch.h"
#include "bytes.h"
#include "vcpu.h"
#include "vgic_state.h"

enum gicc_register {
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_BPR = 0x08,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,
    GICC_RPR = 0x14,
    GICC_HPPIR = 0x18,
    GICC_ABPR = 0x1c,
    GICC_AIAR = 0x20,
    GICC_AEOIR = 0x24,
    GICC_AHPPIR = 0x28,
    GICC_APR0 = 0xd0,
    GICC_IIDR = 0xfc,
    GICC_DIR = 0x1000
};

/* GICC_CTLR, as GICV_CTLR has it (5.5.1): EnableGrp0 and EnableGrp1 by group, and these. */
#define CTLR_ACK_GROUP1 0x04 /* AckCtl: IAR hands out group 1, too */
#define CTLR_FIQ 0x08        /* FIQEn: group 0 comes as FIQ */
#define CTLR_ONE_POINT 0x10  /* CBPR: BPR counts for both groups */
#define CTLR_SPLIT 0x200     /* EOImode: EOIR drops the priority, DIR deactivates */
#define CTLR_BITS 0x21f

#define PRIORITY_BITS 0xf8 /* 32 levels, as a GICV has them */
#define PRIORITY_SHIFT 3
#define POINT_LEAST 2 /* the binary point that leaves all five bits to the group priority */
#define POINT_BITS 7
#define IDLE_PRIORITY 0xff
#define IIDR_ARM 0x0002043b /* architecture version 2 */
#define INTID_BITS 0x3ff
#define IAR_BITS 0x1fff /* INTID, and an SGI's sender */
#define NOTHING 1023
#define OTHER_GROUP 1022
#define SPECIAL 1020 /* INTIDs from here on are not interrupts */
#define ALL ((1U << GICC2_LRS) - 1)
#define STALE 0xfffffffe /* in gicc2.next: list registers have changed since */

static uint32_t first(uint32_t bits)
{
    return (uint32_t)__builtin_ctz(bits);
}

void gicc2_init(struct partition *partition)
{
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        struct vgic_cpu *cpu = &partition->vcpus[n].vgic;

        bytes_zero(&cpu->interface, sizeof cpu->interface);
        cpu->interface.empty = ALL;
        cpu->interface.point[0] = POINT_LEAST;
        cpu->interface.point[1] = POINT_LEAST + 1;
        cpu->lr_shared = ALL & ~(1U << VGIC_TIMER_LR);
        cpu->soft = 1;
    }
}

static void set(struct gicc2 *interface, uint32_t n, uint64_t value)
{
    uint32_t bit = 1U << n;
    bool pending = (value & LR_STATE) == LR_PENDING;
    bool active = (value & LR_ACTIVE) != 0;
    bool ended = (value & (LR_HARDWARE | LR_EOI)) == LR_EOI; /* and that must be seen */

    interface->lr[n] = value;
    interface->next = STALE;
    interface->pending = (interface->pending & ~bit) | (pending ? bit : 0);
    interface->active = (interface->active & ~bit) | (active ? bit : 0);
    interface->empty = (interface->empty & ~bit) | (pending || active || ended ? 0 : bit);
}

uint64_t gicc2_lr_read(const struct vgic_cpu *cpu, uint32_t n)
{
    return cpu->soft != 0 ? cpu->interface.lr[n] : arch_lr_read(n);
}

void gicc2_lr_write(struct vgic_cpu *cpu, uint32_t n, uint64_t value)
{
    if (cpu->soft != 0) {
        set(&cpu->interface, n, value);
    } else {
        arch_lr_write(n, value);
    }
}

uint32_t gicc2_lr_empty(const struct vgic_cpu *cpu)
{
    return cpu->soft != 0 ? cpu->interface.empty : arch_lr_empty();
}

void gicc2_lr_underflow(const struct vgic_cpu *cpu, bool on)
{
    if (cpu->soft == 0) {
        arch_lr_underflow(on);
    }
}

static uint32_t priority_of(uint64_t value)
{
    return (uint32_t)(value >> LR_PRIORITY_SHIFT) & 0xff;
}

static uint32_t group_of(uint64_t value)
{
    return (uint32_t)(value >> LR_GROUP_SHIFT) & 1;
}

/* The list register whose interrupt is the most urgent of those that wait, more urgent than `than`
 * and in an enabled group; VGIC_NONE: there is none. */
static uint32_t most_urgent(const struct gicc2 *interface, uint32_t than)
{
    uint32_t found = VGIC_NONE;

    for (uint32_t left = interface->pending; left != 0; left &= left - 1) {
        uint64_t value = interface->lr[first(left)];

        if (priority_of(value) < than && (interface->control >> group_of(value) & 1) != 0) {
            than = priority_of(value);
            found = first(left);
        }
    }
    return found;
}

/* What of an interrupt's priority decides whether it preempts (3.3.3): the bits above the binary
 * point, which is one less for group 1 by its own register. */
static uint32_t group_priority(const struct gicc2 *interface, uint64_t value)
{
    uint32_t own = group_of(value);
    uint32_t point = interface->point[0] + 1;

    if (own != 0 && (interface->control & CTLR_ONE_POINT) == 0) {
        point = interface->point[1];
    }
    return priority_of(value) >> point << point;
}

/* 256: no interrupt is active. */
static uint32_t running_priority(const struct gicc2 *interface)
{
    return interface->running != 0 ? first(interface->running) << PRIORITY_SHIFT : 256;
}

/* The list register whose interrupt the guest may take now, or VGIC_NONE. */
static uint32_t takeable(const struct gicc2 *interface)
{
    uint32_t n = most_urgent(interface, interface->mask);

    if (n != VGIC_NONE &&
        group_priority(interface, interface->lr[n]) >= running_priority(interface)) {
        n = VGIC_NONE;
    }
    return n;
}

static void tell(struct gicc2 *interface, uint32_t signal)
{
    if (signal != interface->signal) {
        interface->signal = signal;
        arch_signal(signal);
    }
}

static __attribute__((noinline)) void renew_waiting(struct gicc2 *interface)
{
    uint32_t n = takeable(interface);
    uint32_t signal = GICC2_IRQ;

    interface->next = n;
    if (n == VGIC_NONE) {
        signal = 0;
    } else if (group_of(interface->lr[n]) == 0 && (interface->control & CTLR_FIQ) != 0) {
        signal = GICC2_FIQ;
    }
    tell(interface, signal);
}

/* Something has changed that may change what the guest may take. */
static void renew(struct gicc2 *interface)
{
    if (interface->pending != 0) {
        renew_waiting(interface);
    } else {
        interface->next = VGIC_NONE;
        tell(interface, 0);
    }
}

void gicc2_changed(struct vgic_cpu *cpu)
{
    if (cpu->soft != 0) {
        renew(&cpu->interface);
    }
}

void gicc2_load(void)
{
    arch_interface(false);
}

void gicc2_save(struct vgic_cpu *cpu)
{
    tell(&cpu->interface, 0);
    arch_interface(true);
}

/* Through GICC_IAR, group 1 is told of and not handed out unless the guest wants it so; through
 * GICC_AIAR comes nothing else. What is in the way stays. */
static uint32_t hidden(const struct gicc2 *interface, uint64_t value, bool alias)
{
    if (alias) {
        return group_of(value) == 0 ? NOTHING : 0;
    }
    return group_of(value) != 0 && (interface->control & CTLR_ACK_GROUP1) == 0 ? OTHER_GROUP : 0;
}

/* As it was told the CPU, but where list registers were taken back since. */
static uint32_t next(struct gicc2 *interface)
{
    if (interface->next == STALE) {
        renew(interface);
    }
    return interface->next;
}

static uint32_t acknowledge(struct gicc2 *interface, bool alias)
{
    uint32_t n = next(interface);
    uint32_t instead = n != VGIC_NONE ? hidden(interface, interface->lr[n], alias) : NOTHING;
    uint64_t value;

    if (instead != 0) {
        return instead;
    }
    value = interface->lr[n] ^ LR_STATE;
    interface->lr[n] = value;
    interface->pending ^= 1U << n;
    interface->active |= 1U << n;
    interface->running |= 1U << (group_priority(interface, value) >> PRIORITY_SHIFT);
    renew(interface);
    return (uint32_t)value & IAR_BITS;
}

/* Whatever its priority is to what runs. */
static uint32_t highest(const struct gicc2 *interface, bool alias)
{
    uint32_t n = most_urgent(interface, 256);
    uint32_t instead = n != VGIC_NONE ? hidden(interface, interface->lr[n], alias) : NOTHING;

    return instead != 0 ? instead : (uint32_t)interface->lr[n] & IAR_BITS;
}

/* It found no room in a list register when the guest made it active by hand. */
static void deactivate_waiting(struct vcpu *vcpu, uint32_t intid)
{
    if (intid / 32 < vcpu->partition->vgic.words) {
        vgic_word_write(vcpu, intid / 32, VGIC_ACTIVE_CLEAR, 1U << intid % 32);
    }
}

/* What a maintenance interrupt would tell of: list registers that run dry while more waits. */
static bool runs_dry(const struct vgic_cpu *cpu)
{
    uint32_t held = cpu->interface.pending | cpu->interface.active;

    return cpu->underflow != 0 && (held & (held - 1)) == 0;
}

/* The list register in which an interrupt is active, or VGIC_NONE. */
static uint32_t active_one(const struct gicc2 *interface, uint32_t intid)
{
    for (uint32_t left = interface->active; left != 0; left &= left - 1) {
        if (((uint32_t)interface->lr[first(left)] & INTID_BITS) == intid) {
            return first(left);
        }
    }
    return VGIC_NONE;
}

/* One that is bound to the hardware is never pending beside active: so it is over. */
static void deactivate_bound(struct gicc2 *interface, uint32_t n)
{
    uint64_t value = interface->lr[n] & ~LR_ACTIVE;

    interface->lr[n] = value;
    interface->active ^= 1U << n;
    interface->empty |= 1U << n;
    arch_irq_deactivate((uint32_t)(value >> LR_PHYSICAL_SHIFT) & INTID_BITS);
}

/* True: its end must be seen, as a line may still be high, or another one's SGI wait. */
static bool deactivate_free(struct gicc2 *interface, uint32_t n)
{
    set(interface, n, interface->lr[n] & ~LR_ACTIVE);
    return ((interface->pending | interface->empty) >> n & 1) == 0;
}

static void deactivate(struct vcpu *vcpu, uint32_t intid)
{
    struct gicc2 *interface = &vcpu->vgic.interface;
    uint32_t n = active_one(interface, intid);
    bool care = false;

    if (n == VGIC_NONE) {
        deactivate_waiting(vcpu, intid);
        return;
    }
    if ((interface->lr[n] & LR_HARDWARE) != 0) {
        deactivate_bound(interface, n);
    } else {
        care = deactivate_free(interface, n);
    }
    if (care || runs_dry(&vcpu->vgic)) {
        vgic_maintenance(vcpu);
    }
}

/* The most urgent of the priorities that are active is over, whatever INTID is named (3.2.1). */
static void end(struct vcpu *vcpu, uint32_t intid)
{
    struct gicc2 *interface = &vcpu->vgic.interface;

    if (intid >= SPECIAL) {
        return;
    }
    interface->running &= interface->running - 1;
    if ((interface->control & CTLR_SPLIT) == 0) {
        deactivate(vcpu, intid);
    } else if (vcpu->vgic.underflow != 0 && interface->pending == 0) {
        vgic_maintenance(vcpu); /* all there are have been taken, and more wait that may come now */
    }
    renew(interface);
}

static uint32_t state_read(const struct gicc2 *interface, uint64_t offset)
{
    switch (offset) {
    case GICC_CTLR:
        return interface->control;
    case GICC_PMR:
        return interface->mask;
    case GICC_BPR:
        return interface->point[0];
    case GICC_ABPR:
        return interface->point[1];
    case GICC_RPR:
        return interface->running != 0 ? running_priority(interface) : IDLE_PRIORITY;
    case GICC_APR0:
        return interface->running;
    case GICC_IIDR:
        return IIDR_ARM;
    default:
        return 0;
    }
}

uint64_t gicc2_read(struct vcpu *vcpu, uint64_t offset)
{
    struct gicc2 *interface = &vcpu->vgic.interface;

    switch (offset) {
    case GICC_IAR:
    case GICC_AIAR:
        return acknowledge(interface, offset == GICC_AIAR);
    case GICC_HPPIR:
    case GICC_AHPPIR:
        return highest(interface, offset == GICC_AHPPIR);
    default:
        return state_read(interface, offset);
    }
}

/* A binary point that would take more bits than there are is the least that can be. */
static uint32_t point(uint64_t value, uint32_t least)
{
    uint32_t given = (uint32_t)value & POINT_BITS;

    return given < least ? least : given;
}

static void state_write(struct gicc2 *interface, uint64_t offset, uint64_t value)
{
    switch (offset) {
    case GICC_CTLR:
        interface->control = (uint32_t)value & CTLR_BITS;
        break;
    case GICC_PMR:
        interface->mask = (uint32_t)value & PRIORITY_BITS;
        break;
    case GICC_BPR:
        interface->point[0] = point(value, POINT_LEAST);
        break;
    case GICC_ABPR:
        interface->point[1] = point(value, POINT_LEAST + 1);
        break;
    case GICC_APR0:
        interface->running = (uint32_t)value;
        break;
    default:
        break;
    }
    renew(interface);
}

void gicc2_write(struct vcpu *vcpu, uint64_t offset, uint64_t value)
{
    uint32_t intid = (uint32_t)value & INTID_BITS;

    if (offset == GICC_EOIR || offset == GICC_AEOIR) {
        end(vcpu, intid);
    } else if (offset != GICC_DIR) {
        state_write(&vcpu->vgic.interface, offset, value);
    } else if ((vcpu->vgic.interface.control & CTLR_SPLIT) != 0 && intid < SPECIAL) {
        deactivate(vcpu, intid);
        renew(&vcpu->vgic.interface);
    }
}
