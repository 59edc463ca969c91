/* SPDX-License-Identifier: Apache-2.0 */
/* The one instance of everything. */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include <mvp/core.h>

#include "sched.h"
#include "smp.h"
#include "table.h"
#include "vcpu.h"

struct machine {
    struct smp smp;   /* first: the vectors have its offsets */
    const void *pack; /* judged; at its home */
    const struct mvp_board *board;
    uint32_t partition_count;
    uint32_t vcpu_count;
    struct cpu cpus[8];             /* MVP_MAX_CPUS */
    struct vcpu vcpus[8];           /* MVP_MAX_VCPUS */
    struct partition partitions[4]; /* MVP_MAX_PARTITIONS */
    struct partition *focus;        /* who gets what is typed */
    struct table_pool pool;
    uint64_t menu_deadline; /* counter value; TIMER_NEVER: no menu is open */
    uint64_t time_of_day;   /* seconds to add to the counter's, as the firmware told */
    uint64_t idregs[64];    /* ID registers, what all CPUs have: (CRm << 3 | Op2), CRm 0..7 */
    uint8_t owner[1024];    /* physical INTID -> partition + 1 */
};

/* Hidden, so that position-independent code reaches it without a table of addresses. */
#pragma GCC visibility push(hidden)
extern struct machine machine;
#pragma GCC visibility pop

/* Fills in partitions, vCPUs, windows, vGICs and stage-2 tables from a judged pack. lr_count: list
 * registers of the CPU. False: the table pool ran dry. */
bool machine_init(const void *pack, uint32_t lr_count);

/* A physical interrupt, acknowledged: to whom it belongs. The hypervisor's own are ended here. */
void machine_interrupt(struct cpu *cpu, uint32_t intid);

#endif
