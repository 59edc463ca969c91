/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places a partition's images: scrubs its RAM, copies, checks digests. A state machine of small
 * steps at the partition's own priority, so that the more urgent never waits longer than one.
 */
#ifndef CORE_LOADER_H
#define CORE_LOADER_H

#include <stdbool.h>

#include "vcpu.h"

#define LOADER_SCRUB_STEP 4096 /* bytes zeroed in one step */
#define LOADER_COPY_STEP 64    /* bytes copied and hashed in one step: a block of SHA-256 */

enum loader_phase { LOADER_SCRUB = 0, LOADER_COPY = 1, LOADER_DONE = 2, LOADER_FAILED = 3 };

void loader_begin(struct partition *partition);

/* One step. True: all done, for better or worse; see phase. */
bool loader_step(struct partition *partition);

#endif
