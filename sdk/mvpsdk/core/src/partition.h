/* SPDX-License-Identifier: Apache-2.0 */
/* Life of a partition: load, run, stop, crash, start again. */
#ifndef CORE_PARTITION_H
#define CORE_PARTITION_H

#include <stdint.h>

#include "vcpu.h"

/* Begins to load; runs as soon as its images are placed and their digests right. */
void partition_start(struct partition *partition);

/* Stops all vCPUs. state: MVP_PARTITION_STOPPED or MVP_PARTITION_CRASHED; its restart policy may
 * start it again at once. */
void partition_stop(struct partition *partition, uint32_t state);

/* A line in the log, then partition_stop(… CRASHED). */
void partition_crash(struct partition *partition, uint32_t reason, uint64_t pc, uint64_t address);

#endif
