/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixed-priority preemptive scheduling of the vCPUs of one physical CPU; equal priorities share by
 * time slice.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "vcpu.h"

/* A physical CPU. */
struct cpu {
    struct vcpu *current; /* whose registers are on the CPU; it may wait or be off */
    struct vcpu *queue;   /* its vCPUs, highest priority first */
    struct vcpu *turn;    /* whose slice slice_end ends */
    uint64_t slice_end;   /* counter value at which an equal gets its turn; all ones: none waits */
    uint64_t deadline;    /* what the hypervisor's timer is set to */
    uint32_t resched;     /* 1: who runs must be decided anew */
    uint32_t index;
    uint32_t online; /* 1: it has come up */
    uint32_t zero;
    struct vcpu *fp_owner; /* whose FP and SIMD registers are on it */
    uint64_t affinity;     /* MPIDR_EL1's affinity fields */
    uint64_t interrupts;   /* GICv3: its redistributor; GICv2: its bit in GICD_ITARGETSR */
};

/* Puts a vCPU into its home's queue, behind its equals. */
void sched_add(struct vcpu *vcpu);

/* Decides who runs. Idles, and does the loaders' work, until some vCPU is ready. Returns the vCPU
 * to switch to; NULL: the current one goes on. */
struct vcpu *sched_run(struct cpu *cpu);

/* NULL if nothing changed, else sched_run(): the end of every exit. */
struct vcpu *sched_exit(struct vcpu *vcpu);

/* Who runs on the CPU must be decided anew, wherever this is found out. */
void sched_again(struct cpu *cpu);

/* The vCPU waits for an interrupt, unless one is pending already. */
void sched_wait(struct vcpu *vcpu);

/* The vCPU waits for something that another one is to do (WFE): an equal has its turn now, and it
 * the rest of its slice later. */
void sched_pass(struct vcpu *vcpu);

/* Something is pending for the vCPU: ends its wait, or its partition's suspension. */
void vcpu_wake(struct vcpu *vcpu);

/* The vCPU starts from reset at entry with x0 = argument at its next turn. */
void vcpu_start(struct vcpu *vcpu, uint64_t entry, uint64_t argument);

/* The vCPU runs no more. */
void vcpu_stop(struct vcpu *vcpu);

#endif
