/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual GIC: distributor (and a GICv3's redistributors, Arm IHI 0069) by emulation, CPU interface
 * by the hardware's list registers, whose version is the guest's too, or by software.
 *
 * State lives in bitmaps, one bit per INTID; word 0 (SGIs and PPIs) is the vCPU's own, words from 1
 * on (SPIs) are the partition's. An interrupt that stands in a list register has its pending and
 * active state there, until it is folded back: at vgic_save(), or when a register access needs it.
 * Soft `pending` and `active` of it speak of what is not in the list register.
 *
 * Hardware-bound interrupts: as long as the guest has not finished one (it is waiting, pending,
 * active, or in a list register), the physical interrupt stays active, so that it can't come again.
 * The guest's EOI deactivates it through the list register. The virtual timer's PPI is shared by
 * all vCPUs of a CPU, so that its physical state is the loaded vCPU's.
 *
 * List register 0 is the virtual timer's own, so that its path never searches. The others are
 * filled by priority.
 *
 * A vGICv2 on a board whose GIC has no GICV has list registers and CPU interface in memory
 * (gicc2.h); what stands here is true of it, too. LR_READ() and the others of build_features.h ask
 * for either.
 *
 * A vCPU that is `loaded` has its list registers on its own CPU. From another one can only call
 * that CPU to fill them (vgic_call()), or have it put them back (smp_still()).
 */
#ifndef CORE_VGIC_H
#define CORE_VGIC_H

#include <stdbool.h>
#include <stdint.h>

#include "gicc2.h"
#include "optional.h"

#define VGIC_WORDS 32 /* bitmaps of 1024 INTIDs */
#define VGIC_MAX_LRS 16
#define VGIC_MIN_LRS 3 /* the virtual timer's, and two for all else */
#define VGIC_SGIS 16   /* INTIDs below are SGIs */

struct vcpu;
struct partition;

/* One register of 32 interrupts, whether of a vCPU (0..31) or of the partition (32 n ..). */
struct vgic_word {
    uint32_t enabled;
    uint32_t pending; /* latched: edge, or set by software (ISPENDR) */
    uint32_t active;
    uint32_t line;     /* level lines that are high now; if hardware: waits for the guest */
    uint32_t edge;     /* 1: edge triggered (ICFGR) */
    uint32_t group;    /* 1: group 1 */
    uint32_t open;     /* enabled, and its group is enabled in the distributor */
    uint32_t hardware; /* 1: bound to a physical interrupt, deactivated by the guest's EOI */
    uint32_t in_lr;    /* 1: stands in a list register of its (target) vCPU */
    uint8_t priority[32];
};

/* A partition's distributor. */
struct vgic {
    uint32_t control;    /* GICD_CTLR: group enables, ARE */
    uint32_t words;      /* INTIDs implemented / 32 */
    uint32_t candidates; /* bit n: word n may hold something to deliver */
    uint32_t zero;
    struct vgic_word spi[31]; /* spi[n] is INTIDs 32 (n + 1) .. */
    uint8_t target[1024];     /* INTID -> vCPU number, of SPIs (GICD_IROUTER) */
#ifndef WITHOUT_VGIC2
    /* A vGICv2's, if it has several vCPUs. */
    uint32_t wanted[32];   /* GICD_ISENABLER of SPIs as written; enabled: those with a target */
    uint8_t targets[1024]; /* GICD_ITARGETSR of SPIs: bit n is vCPU n */
#endif
};

/* A vCPU's redistributor and its hold on list registers. */
struct vgic_cpu {
    struct vgic_word local; /* INTIDs 0..31 */
    uint32_t waker;         /* GICR_WAKER */
    uint32_t lr_count;      /* list registers of this CPU */
    uint32_t lr_shared;     /* bit n: register n is for all but the virtual timer */
    uint32_t lr_used;       /* bit n: register n was filled; its interrupt may be over by now */
    uint32_t lr_latched;    /* bit n: pending in register n came from the latch, not the line */
    uint32_t lr_held;       /* bit n: folded while active; goes back into register n */
    uint32_t underflow;     /* 1: the maintenance interrupt for dry list registers is on */
    uint32_t loaded;        /* 1: this vCPU is the one on the CPU; list registers are its own */
    uint32_t timer_irq;     /* physical INTID of the virtual timer */
    uint64_t
        lr[VGIC_MAX_LRS];  /* what was put into each; valid where lr_used or lr_held has its bit */
    uint64_t timer_lr;     /* what the virtual timer's gets when it fires */
    uint64_t sgi_self;     /* while loaded: ICC_SGI1R of an SGI to itself, less INTID */
    uint32_t called;       /* 1: loaded elsewhere, and more is to go into its list registers */
    uint32_t by_sender;    /* VGIC_SGIS: a vGICv2, whose SGIs are kept apart by sender; else 0 */
    uint32_t soft;         /* 1: its CPU interface is software, list registers too: gicc2.h */
    uint8_t senders[16];   /* by_sender: of each SGI that waits, outside of list registers */
    uint8_t lr_sender[16]; /* by_sender: whose SGI stands in each list register */
#ifndef WITHOUT_SOFT_GIC
    struct gicc2 interface; /* if it is soft */
#endif
};

/* intids: how many the distributor offers, a multiple of 32, at most 1024 (1020.. are special). */
void vgic_init(struct vgic *vgic, uint32_t intids);
/* lr_count: VGIC_MIN_LRS .. VGIC_MAX_LRS. timer_irq: physical INTID of the virtual timer, which is
 * bound from the start. */
void vgic_cpu_init(struct vgic_cpu *cpu, uint32_t lr_count, uint32_t timer_irq);

/* After both: the partition's is a GICv2. */
void vgic2_init(struct partition *partition);

/* Binds an INTID of the vCPU's partition to the physical interrupt of the same number (the virtual
 * timer's: to the board's). edge: how its ICFGR begins. */
void vgic_bind(struct vcpu *vcpu, uint32_t intid, bool edge);

/* Register access by the guest; offset within the distributor (of a GICv3 or a GICv2), or within
 * the redistributors of the partition (128 KiB each). size: 1, 2, 4 or 8 bytes. Anything unknown
 * reads zero and ignores writes. */
uint64_t vgic_distributor_read(struct vcpu *vcpu, uint64_t offset, uint32_t size);
void vgic_distributor_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value);
uint64_t vgic_distributor2_read(struct vcpu *vcpu, uint64_t offset, uint32_t size);
void vgic_distributor2_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value);
uint64_t vgic_redistributor_read(struct vcpu *vcpu, uint64_t offset, uint32_t size);
void vgic_redistributor_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value);

/* The guest wrote ICC_SGI1R_EL1, which it has if its GIC is version 3. Returns enum trap_outcome
 * (trap.h). */
uint32_t vgic_sgi(struct vcpu *vcpu, uint64_t value);

/* A physical interrupt that the partition owns has been acknowledged and its priority dropped:
 * becomes pending here, hardware-bound. Its guest's EOI will deactivate it. Fast for the loaded
 * vCPU: this is the timer's path. */
void vgic_hardware(struct vcpu *vcpu, uint32_t intid);

/* Level line of an emulated device. */
void vgic_line(struct vcpu *vcpu, uint32_t intid, bool high);
/* Edge: latched. */
void vgic_pulse(struct vcpu *vcpu, uint32_t intid);

/* Maintenance interrupt: EOI of a level interrupt, or list registers run dry. */
void vgic_maintenance(struct vcpu *vcpu);

/* Something may be deliverable to a vCPU that is loaded on another CPU: brings that one here. */
void vgic_call(struct vcpu *vcpu);
/* The other CPU has come: fills the list registers. */
void vgic_called(struct vcpu *vcpu);

/* The vCPU leaves the CPU: folds its list registers into soft state and empties them. The shared
 * PPI of the virtual timer gives up its physical active state. */
void vgic_save(struct vcpu *vcpu);
/* The vCPU enters the CPU: fills list registers; the virtual timer's active state comes back. */
void vgic_load(struct vcpu *vcpu);

/* Is there anything enabled and pending that would wake the vCPU from WFI? */
bool vgic_pending(struct vcpu *vcpu);

/* Would this interrupt, if it came, be delivered? (Enabled, its group too, and not active.) */
bool vgic_accepts(struct vcpu *vcpu, uint32_t intid);

/* The partition stops or is about to start, its vCPUs are saved: gives up the physical interrupts
 * that it holds. */
void vgic_release(struct vcpu *vcpu);

#endif
