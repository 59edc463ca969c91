/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rooms of mvp_pack_check() share. Each check returns true if all is well; else it has
 * filled the verdict. They run in the order of the prototypes at the end, and each may trust what
 * those before it have proven.
 */
#ifndef CORE_JUDGE_H
#define CORE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/core.h>

#define JUDGE_PAGE 4096

/* End of what stage-2 descriptors can point at (48 bits), and of what guests can (39 bits). */
#define JUDGE_PA_END 0x1000000000000
#define JUDGE_IPA_END 0x8000000000

struct judge {
    const struct mvp_pack_header *header;
    const struct mvp_board *board;
    struct mvp_verdict *verdict;
    uint32_t table; /* of the entry that is being judged */
    uint32_t index; /* its index */
};

/* Says which entry is being judged, and returns it. */
const void *judge_entry(struct judge *judge, uint32_t table, uint32_t index);
uint32_t judge_count(const struct judge *judge, uint32_t table);
/* Returns good; if false, the entry being judged is at fault. */
bool judge_that(struct judge *judge, bool good, uint32_t reason, uint64_t value, uint64_t bound);
/* The same, and names the entry that it collides with. */
bool judge_pair(struct judge *judge, bool good, uint32_t reason, uint64_t value, uint64_t bound,
                uint32_t other_table, uint32_t other_index);
/* Printable, not empty, NUL-padded, with at least one NUL. */
bool judge_name(struct judge *judge, uint32_t reason, const uint8_t *name, uint32_t size);
/* Not empty, whole pages, below the end of physical addresses. */
bool judge_range(struct judge *judge, uint64_t base, uint64_t size);

/* Ranges that do not wrap. */
bool range_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);
bool range_holds(uint64_t outer, uint64_t outer_size, uint64_t inner, uint64_t inner_size);
/* The RAM region of a partition that holds this range of guest addresses; NULL: none does. */
const struct mvp_region *judge_ram(const struct judge *judge, uint32_t partition, uint64_t ipa,
                                   uint64_t size);

bool pack_board(struct judge *judge);
bool pack_partitions(struct judge *judge);
bool pack_regions(struct judge *judge);
bool pack_memory(struct judge *judge);
bool pack_interrupts(struct judge *judge);
bool pack_images(struct judge *judge);

#endif
