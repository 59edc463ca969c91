/* SPDX-License-Identifier: Apache-2.0 */
/* What the vGIC's own files share; all others go by vgic.h. */
#ifndef CORE_VGIC_STATE_H
#define CORE_VGIC_STATE_H

#include "vgic.h"

/* Registers that hold one bit per INTID stand in blocks of 128 bytes, at the same offsets in the
 * distributor and in a redistributor's SGI frame: block = offset / 128 (Arm IHI 0069, 12.8). */
enum vgic_block {
    VGIC_GROUP = 1,
    VGIC_ENABLE_SET = 2,
    VGIC_ENABLE_CLEAR = 3,
    VGIC_PENDING_SET = 4,
    VGIC_PENDING_CLEAR = 5,
    VGIC_ACTIVE_SET = 6,
    VGIC_ACTIVE_CLEAR = 7,
    VGIC_PRIORITY = 8,       /* a byte per INTID: blocks 8 .. 15 */
    VGIC_CONFIGURATION = 24, /* two bits per INTID: blocks 24 and 25 */
    VGIC_END = 26
};

/* Interrupts of INTIDs 32 n .. as the vCPU sees them; n is below the distributor's words. */
struct vgic_word *vgic_word(struct vcpu *vcpu, uint32_t n);
/* The vCPU that an interrupt goes to; for an SPI by its routing. */
struct vcpu *vgic_target(struct vcpu *vcpu, uint32_t intid);
/* Its physical INTID. */
uint32_t vgic_physical(const struct vgic_cpu *cpu, uint32_t intid);
/* What could be put into a list register. */
uint32_t vgic_ready(const struct vgic_word *word);
/* To be called when enables or groups have changed. */
void vgic_reopen(struct vgic_word *word, uint32_t control);

/* A hardware-bound interrupt's soft state has changed: brings the physical one's active state,
 * given as it is now, in line with it. */
void vgic_settle(struct vcpu *vcpu, uint32_t intid, bool active);

/* vgic_lr.c: one list register. */

/* Puts an interrupt into list register n, which is free; state: LR_*. Its latch, where it is set,
 * moves there. */
void vgic_lr_place(struct vcpu *vcpu, uint32_t n, uint32_t intid, uint64_t state);
/* The interrupt leaves list register n, which read as value; the register is not touched. */
void vgic_lr_leave(struct vcpu *vcpu, uint32_t n, uint64_t value);
/* The same, and the register is emptied. */
void vgic_lr_fold(struct vcpu *vcpu, uint32_t n);
/* Takes list registers back whose interrupts the guest has finished. */
void vgic_lr_retire(struct vcpu *vcpu);
/* What was folded while active goes back to where it was. */
void vgic_lr_restore(struct vcpu *vcpu);
/* Puts into list registers what is ready: the virtual timer, and the two most urgent of others. */
void vgic_lr_refill(struct vcpu *vcpu);
/* Is any ready that stands in no list register, the virtual timer apart? */
bool vgic_lr_ready(struct vcpu *vcpu);
/* Switches the maintenance interrupt for list registers that run dry. */
void vgic_lr_underflow(struct vgic_cpu *cpu, bool on);
/* The virtual timer's priority or group may have changed: prepares its list register's value. */
void vgic_lr_timer(struct vgic_cpu *cpu);

/* GICD_CTLR's group enables have been written. */
void vgic_control_write(struct vcpu *vcpu, uint32_t value);

/* vgic_sgi2.c: a vGICv2's SGIs. */

/* The guest wrote GICD_SGIR. */
void vgic2_sgi(struct vcpu *vcpu, uint32_t value);
/* The vCPUs whose SGI is pending for this one: GICD_CPENDSGIR and GICD_SPENDSGIR. */
uint8_t vgic2_senders_read(struct vcpu *vcpu, uint32_t intid);
void vgic2_senders_write(struct vcpu *vcpu, uint32_t intid, uint8_t vcpus, bool set);
/* An SGI has its place in list register n, by the books: writes the register. */
void vgic2_lr_write(struct vgic_cpu *cpu, uint32_t n);
/* A pending SGI leaves list register n: it waits again. */
void vgic2_lr_leave(struct vgic_cpu *cpu, uint32_t n, uint32_t intid);

#define VGIC_NO_SELF 0x0f000000     /* in vgic_cpu.sgi_self: what no ICC_SGI1R less INTID is */
#define VGIC_OTHERS_WAIT 0x01000000 /* likewise, while list registers are short */
#define VGIC_NONE 0xffffffff
#define VGIC_TIMER_LR 0 /* the virtual timer's list register */

/* vgic_switch.c: list registers around a change of state. */

/* A register access is about to change interrupts `mask` of word n in a way that matters to those
 * which stand in list registers: folds these. True: there were some, vgic_lr_put() must follow. */
bool vgic_lr_take(struct vcpu *vcpu, uint32_t n, uint32_t mask);
/* Word n has changed: what was taken while active goes back, what may be delivered now is, and
 * other vCPUs are woken for theirs. */
void vgic_lr_put(struct vcpu *vcpu, uint32_t n);
/* The guest makes interrupts of word n active by hand: finds them list registers, so that its EOI
 * counts. If all are taken they stay active until the guest writes ICACTIVER. */
void vgic_lr_hold(struct vcpu *vcpu, uint32_t n, uint32_t interrupts);
/* Word n's interrupts that are in the given state (LR_PENDING or LR_ACTIVE) in list registers. To
 * be called before soft state is read: other CPUs' list registers are put back for it. */
uint32_t vgic_lr_state(struct vcpu *vcpu, uint32_t n, uint64_t state);

/* vgic_bits.c: registers that distributor and redistributors have alike, from VGIC_GROUP on; those
 * of INTIDs first .. first + count - 1. Others read zero and ignore writes. */
uint64_t vgic_bits_read(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint32_t first,
                        uint32_t count);
void vgic_bits_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value,
                     uint32_t first, uint32_t count);
/* One register of word n; block: enum vgic_block, up to VGIC_ACTIVE_CLEAR. */
void vgic_word_write(struct vcpu *vcpu, uint32_t n, uint32_t block, uint32_t value);
/* Peripheral and component IDs, at 0xffd0 .. 0xfffc. */
uint32_t vgic_identification(uint64_t offset, uint32_t part);

/* ICH_LR<n>_EL2 (Arm IHI 0069, 12.4). */
#define LR_ACTIVE 0x8000000000000000
#define LR_PENDING 0x4000000000000000
#define LR_STATE 0xc000000000000000
#define LR_HARDWARE 0x2000000000000000
#define LR_GROUP_SHIFT 60
#define LR_PRIORITY_SHIFT 48
#define LR_PHYSICAL_SHIFT 32
#define LR_EOI 0x0000020000000000      /* without LR_HARDWARE: maintenance interrupt at its EOI */
#define LR_FINISHED 0x2000000000000000 /* a hardware-bound interrupt that the guest has ended */

#endif
