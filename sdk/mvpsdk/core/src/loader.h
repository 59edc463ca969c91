/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a partition ready: resets its devices, scrubs its RAM, copies, checks digests. A state
 * machine of small steps at the partition's own priority, so that the more urgent never waits
 * longer than one.
 */
#ifndef CORE_LOADER_H
#define CORE_LOADER_H

#include <stdbool.h>

#include "vcpu.h"

#define LOADER_SCRUB_STEP 4096 /* bytes zeroed in one step */
#define LOADER_COPY_STEP 64    /* bytes copied at once: a block of SHA-256 */

enum loader_phase {
    LOADER_RESET = 0, /* of vCPUs and devices */
    LOADER_SCRUB = 1, /* a page a step; before that, a step of judging its part (part.h) */
    LOADER_COPY = 2,  /* half a block of SHA-256 a step */
    LOADER_JUDGE = 3, /* an image's digest */
    LOADER_DONE = 4,
    LOADER_FAILED = 5
};

void loader_begin(struct partition *partition);

/* One step. True: all done, for better or worse; see phase. */
bool loader_step(struct partition *partition);

#endif
