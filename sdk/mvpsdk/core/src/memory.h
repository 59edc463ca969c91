/* SPDX-License-Identifier: Apache-2.0 */
/* Stage-2 tables of a pack's partitions, made from a judged pack. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"

/* Builds the stage-2 tables of a partition; returns the root's address, 0 if the pool ran dry. */
uint64_t memory_stage2(const void *pack, uint32_t partition, struct table_pool *pool);

/* Does EL2 map anything beyond 512 GiB? Its root is of level 0 then. */
bool memory_far(const void *pack);

/* Pages that memory_stage2() takes for all partitions of a pack, and EL2 for its own tables. */
uint32_t memory_tables(const void *pack);

#endif
