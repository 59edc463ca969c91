/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board's SMMUv3 (Arm IHI 0070), as far as stage 2 goes: each stream of the pack is translated
 * by its partition's own stage-2 tables, the very ones that hold the partition's CPUs, so one proof
 * speaks for both. Every other stream is refused. What is refused is told in the log.
 */
#ifndef CORE_SMMU_H
#define CORE_SMMU_H

#include <stdint.h>

#include <mvp/core.h>

struct cpu;

/* Brings it up, if the pack has one: from here on no device reaches what its partition can't. The
 * tables of all partitions are there. The verdict's reason is MVP_RUN_SMMU if it can't serve or
 * does not answer: value is what the register at offset bound says. */
void smmu_init(struct mvp_verdict *verdict);

/* A physical interrupt that is none of the others': looks if it is one of its two. */
void smmu_interrupt(struct cpu *cpu, uint32_t intid);

/* When it wants to be looked at again: counter value, TIMER_NEVER. */
uint64_t smmu_deadline(void);
/* The timer fired. */
void smmu_expired(uint64_t now);

#endif
