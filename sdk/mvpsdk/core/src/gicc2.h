/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GICv2's CPU interface in software (Arm IHI 0048, 4.4, 5.5), for a guest of version 2 on a board
 * whose GIC has no GICV. It does to list registers in memory what the hardware's does to its own,
 * so all else of the vGIC is one for both; and it asks for the guest's exception by HCR_EL2.
 *
 * What a maintenance interrupt would tell is told here by a call, at the guest's EOI.
 */
#ifndef CORE_GICC2_H
#define CORE_GICC2_H

#include <stdbool.h>
#include <stdint.h>

#define GICC2_LRS 4

struct partition;
struct vcpu;
struct vgic_cpu;

enum gicc2_signal { GICC2_FIQ = 1, GICC2_IRQ = 2 };

struct gicc2 {
    uint64_t lr[4];    /* GICC2_LRS; in the form of arch.h */
    uint32_t empty;    /* bit n: list register n holds nothing (ICH_ELRSR_EL2) */
    uint32_t pending;  /* bit n: it is pending, and not active */
    uint32_t active;   /* bit n: it is active */
    uint32_t signal;   /* enum gicc2_signal: what the CPU has been told */
    uint32_t control;  /* GICC_CTLR */
    uint32_t mask;     /* GICC_PMR */
    uint32_t point[2]; /* by group: GICC_BPR, GICC_ABPR */
    uint32_t running;  /* GICC_APR0: bit n: an interrupt of group priority 8 n is active */
    uint32_t next;     /* the list register that may be taken now, VGIC_NONE, or STALE */
};

/* After vgic2_init(): the partition's vCPUs have such interfaces, as after reset. */
void gicc2_init(struct partition *partition);

/* What build_features.h makes of LR_READ() and the others: arch.h's, or if the interface is soft,
 * the same of its own list registers. */
uint64_t gicc2_lr_read(const struct vgic_cpu *cpu, uint32_t n);
void gicc2_lr_write(struct vgic_cpu *cpu, uint32_t n, uint64_t value);
uint32_t gicc2_lr_empty(const struct vgic_cpu *cpu);
void gicc2_lr_underflow(const struct vgic_cpu *cpu, bool on);
/* List registers of the loaded vCPU have changed: the CPU is told, or told no more. */
void gicc2_changed(struct vgic_cpu *cpu);

/* A vCPU with such an interface enters the CPU: the hardware's is nobody's. It leaves the CPU, its
 * list registers are empty. */
void gicc2_load(void);
void gicc2_save(struct vgic_cpu *cpu);

/* Register access by the guest; offset within the two pages. Whatever the access's size is, it is
 * that of a whole register. Anything unknown reads zero and ignores writes. */
uint64_t gicc2_read(struct vcpu *vcpu, uint64_t offset);
void gicc2_write(struct vcpu *vcpu, uint64_t offset, uint64_t value);

#endif
