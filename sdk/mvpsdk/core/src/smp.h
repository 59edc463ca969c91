/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several physical CPUs. One lock: whoever is in the hypervisor holds it, from the exit's first
 * instructions to its last, so all else in here is written as for one CPU. It is fair (tickets),
 * and given up while a CPU idles and between two steps of long work; so nobody waits for longer
 * than the others' longest stretches.
 *
 * What lies in another CPU's registers can't be read from here. A CPU that needs it has the others
 * stand still: they put their guest's list registers back into memory and wait at the lock, until
 * this one leaves the hypervisor.
 */
#ifndef CORE_SMP_H
#define CORE_SMP_H

#include <stdbool.h>
#include <stdint.h>

#include "optional.h"

struct cpu;
struct partition;
struct vcpu;

/* The vectors have the offsets of all. */
struct smp {
    uint32_t lock;       /* tickets: whose turn it is 15:0, the next to be had 31:16 */
    uint32_t here;       /* index of the CPU that holds it */
    uint32_t still;      /* index + 1 of the CPU for which others stand still; 0: none */
    uint32_t partitions; /* bit n: while they do, partition n's vCPUs leave their list registers */
};

#define SMP_KICK 0 /* INTID of the SGI that brings another CPU into the hypervisor */

/* Is the vCPU pinned to the CPU that runs this? */
bool smp_is_here(const struct vcpu *vcpu);

/* Who runs on this CPU must be decided anew; if it is another, it is told. */
void smp_resched(struct cpu *cpu);

/* No vCPU of the partition has anything in another CPU's list registers, until this CPU leaves the
 * hypervisor. Others may have changed its vGIC when it returns. */
void smp_still(const struct partition *partition);

/* The lock was taken while others are to stand still: waits until that is over. False: the vCPU on
 * this CPU has been stopped or started anew meanwhile, and what it came for is void. */
bool smp_door(struct cpu *cpu);
/* Its halves: puts back what must be, true if so; and goes on as smp_door() returns. */
bool smp_stand(const struct cpu *cpu);
bool smp_go_on(const struct cpu *cpu);

/* Before this CPU leaves the hypervisor: the others may go on. */
void smp_release(void);

/* Lets others in, between two steps of long work. */
void smp_yield(struct cpu *cpu);
/* Sleeps until a physical interrupt is pending, others let in. */
void smp_idle(struct cpu *cpu);

#endif
