/* SPDX-License-Identifier: Apache-2.0 */
/* Life of a partition: load, run, stop, crash, start again. */
#ifndef CORE_PARTITION_H
#define CORE_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/reason.h>

#include "vcpu.h"

/* Begins to load; runs as soon as its images are placed and their digests right. */
void partition_start(struct partition *partition);

/* Puts its vCPUs and devices in the state of a reset: the first step of loading. */
void partition_reset(struct partition *partition);

/* Each writes a line into the log and stops all vCPUs. Its restart policy may start it again. */
void partition_stop(struct partition *partition);
void partition_crash(struct partition *partition, uint32_t reason, uint64_t pc, uint64_t address);

/* Its part has been refused: a line into the log, and it does not start. */
void partition_refuse(struct partition *partition, const struct mvp_verdict *verdict);

/* Has it a PL061, and may it so be suspended? */
bool partition_has_pins(const struct partition *partition);

/* The caller, the last of its vCPUs that is on, is without power, its timers too, until a device's
 * interrupt is pending: then it starts at its entry. */
void partition_suspend(struct vcpu *vcpu);

#endif
