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

/* End of the addresses that tables of three levels reach, EL2's and guests' alike: 512 GiB. */
#define JUDGE_END 0x8000000000

struct judge {
    const struct mvp_pack_header *header;
    const struct mvp_board *board;
    struct mvp_verdict *verdict;
    uint32_t table;       /* of the entry that is being judged */
    uint32_t index;       /* its index */
    uint32_t other_table; /* of the entry that it is held against */
    uint32_t other_index;
};

/* What a field's value must be. Most fields need no more than this. */
enum rule_test {
    RULE_EXACT = 0,    /* bound */
    RULE_MOST = 1,     /* bound or less */
    RULE_WITHIN = 2,   /* from the low half of bound to its high half, both included */
    RULE_BITS = 3,     /* no bit but those of bound */
    RULE_MULTIPLE = 4, /* of bound */
    RULE_INDEX = 5,    /* below the count of table `bound` */
    RULE_NAME = 6      /* printable, not empty, NUL-padded with at least one NUL */
};

struct rule {
    uint8_t offset; /* of the field in its struct, bytes */
    uint8_t size;   /* of the field, bytes */
    uint8_t test;   /* enum rule_test */
    uint8_t reason; /* enum mvp_reason */
    uint32_t bound;
};

/* Says which entry is being judged, and returns it. */
const void *judge_entry(struct judge *judge, uint32_t table, uint32_t index);
/* Says which entry it is held against, and returns that one. */
const void *judge_other(struct judge *judge, uint32_t table, uint32_t index);
uint32_t judge_count(const struct judge *judge, uint32_t table);
/* Returns good; if false, the entry being judged is at fault. */
bool judge_that(struct judge *judge, bool good, uint32_t reason, uint64_t value, uint64_t bound);
/* Has this build the feature that is needed? Whatever the header says that the pack needs. */
bool judge_needs(struct judge *judge, bool is_needed, uint64_t feature);
/* Holds an entry against its struct's rules, in their order. */
bool judge_fields(struct judge *judge, const void *entry, const struct rule *rules, uint32_t count);
/* Not empty, whole pages, below the end of addresses. */
bool judge_range(struct judge *judge, uint64_t base, uint64_t size);

/* MVP_FEATURE_*: what this build has; of the vGICs, the one of the board's GIC. */
uint64_t judge_features(uint32_t gic_version);

/* What of a board's devices the hypervisor keeps: base and size of each, 0 where there is none. */
#define JUDGE_DEVICES 5
#define JUDGE_GICV 3 /* its index */
void judge_devices(const struct mvp_board *board, uint64_t (*ranges)[2]);

/* Ranges that do not wrap. */
bool range_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);
/* Of the inner range nothing need be known. */
bool range_holds(uint64_t outer, uint64_t outer_size, uint64_t inner, uint64_t inner_size);
/* The RAM region of a partition that holds this range of guest addresses; NULL: none does. */
const struct mvp_region *judge_ram(const struct judge *judge, uint32_t partition, uint64_t ipa,
                                   uint64_t size);

bool pack_header(struct judge *judge);
bool pack_board(struct judge *judge);
bool pack_partitions(struct judge *judge);
bool pack_regions(struct judge *judge);
bool pack_memory(struct judge *judge);
bool pack_interrupts(struct judge *judge);
bool pack_images(struct judge *judge);

/* Does the partition's vGIC have this INTID? A persona's has fewer. */
bool judge_intid(struct judge *judge, uint32_t partition, uint32_t intid, uint32_t reason);

#endif
