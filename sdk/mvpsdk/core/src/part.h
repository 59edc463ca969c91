/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges a persona's part (mvp/part.h) in small steps, as the loader works. Header and signature
 * are copied first, and all that follows looks at that copy, which nobody else can reach: whatever
 * becomes of the part's home, what was judged is what is used. Images are copied and hashed by the
 * loader.
 */
#ifndef CORE_PART_H
#define CORE_PART_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/part.h>

#include "rsa.h"
#include "sha256.h"

enum part_phase {
    PART_COPY = 0,    /* of header and signature, 512 bytes a step */
    PART_EXTENT = 1,  /* what the lengths say, and whose key it was */
    PART_PADDING = 2, /* 64 words a step */
    PART_HASH = 3,    /* half a block of SHA-256 a step */
    PART_POWER = 4,   /* half a row of a multiplication a step */
    PART_VOUCHED = 5, /* the signature is right: from here on fields are believed */
    PART_IMAGE = 6,   /* one a step */
    PART_GAP = 7,     /* what is behind an image in its last page */
    PART_ENTRY = 8,
    PART_GOOD = 9,
    PART_REFUSED = 10
};

struct part {
    struct mvp_part copy;
    const uint8_t *home;
    const struct mvp_delegate *delegate;
    const void *pack; /* judged; NULL: nobody asks whether it fits one */
    uint64_t available;
    uint64_t end;       /* of the images judged so far, in the part */
    uint32_t partition; /* index in the pack */
    uint32_t phase;     /* enum part_phase */
    uint32_t at;        /* steps of the phase done */
    uint32_t zero;
    struct mvp_verdict verdict;
    struct sha256 hash;
    struct rsa rsa;
};

/* available: bytes at home, where the part is. The rest as mvp_part_check(). */
void part_begin(struct part *part, const void *home, uint64_t available,
                const struct mvp_delegate *delegate);
/* One step, 1 600 instructions at most. True: all done, for better or worse; see phase. When it is
 * good, its images are those of the pack's partition. */
bool part_step(struct part *part);

#endif
