/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rooms of mvp_pack_check() share. A check returns true if all is well; else it has filled
 * the verdict. The rooms run in the order of the prototypes at the end, and each may trust what
 * those before it have proven.
 *
 * What one entry must be stands in lists of rules, which judge_rules() holds it against in their
 * order. How entries lie to each other in memory stands in the table of judge_place.c.
 */
#ifndef CORE_JUDGE_H
#define CORE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/core.h>

#include "range.h"

#define JUDGE_PAGE 4096

/* End of guest addresses: 512 GiB, which tables of three levels reach. */
#define JUDGE_END 0x8000000000
/* End of physical addresses: in a build with FEATURE_FAR 256 TiB, which those of four reach. */
#define JUDGE_FAR_END 0x1000000000000

/* Bounds that no rule has room for. */
struct constants {
    uint64_t magic;     /* MVP_PACK_MAGIC */
    uint32_t mute;      /* "none", a console's driver */
    uint32_t any_count; /* 1..65535, as a verdict has it */
    uint64_t features;  /* MVP_FEATURES */
};

#define JUDGE_HOMES 2 /* the window, the pack's home */
#define JUDGE_FIXED 7 /* places before the banks: homes and devices */

/* What a board or a pack makes of itself: rules hold fields against it. */
struct facts {
    uint64_t available;    /* bytes there are */
    uint64_t checksum;     /* of this metadata */
    uint64_t size;         /* that an emulated region must have, bytes */
    uint64_t features;     /* MVP_FEATURE_*: what this build has for the board, */
    uint64_t needed;       /* and what the entry needs, whatever the header says */
    uint64_t gicv_second;  /* address of the second page that a GICV has */
    uint64_t console_unit; /* bytes from register to register */
    uint64_t console_last; /* where a console's first register may be at most */
    uint32_t gic;          /* version that a region's kind is of; 0: it is of no GIC */
    struct range homes[JUDGE_HOMES];
    uint32_t partition;        /* that a vCPU row must have next, */
    uint32_t number;           /* and the vCPU's */
    uint32_t cpus;             /* that partitions may be on */
    uint32_t stream;           /* one of an SMMU's, */
    uint32_t stream_partition; /* and whose it is */
    uint32_t claimed;          /* PPIs that the board has named, bit by INTID */
    uint32_t index;            /* of the entry that is being judged */
    uint32_t other_index;
#ifndef WITHOUT_DELEGATE
    uint64_t last_delegate; /* where in the metadata one may stand at most */
#endif
};

struct judge {
    /* By enum rule_source. */
    const struct mvp_pack_header *header;
    const struct mvp_board *board;
    const void *entry; /* that is being judged */
    const void *other; /* that it is held against */
    const struct mvp_partition *owner;
    const struct facts *known; /* the facts below */
    const struct constants *constants;

    struct mvp_verdict *verdict;
    struct facts facts;
    uint32_t table; /* of the entry */
    uint32_t other_table;
};

/* Where a value stands: the struct's place in struct judge, bytes. */
enum rule_source {
    RULE_HEADER = 0x00,
    RULE_BOARD = 0x08,
    RULE_ENTRY = 0x10,
    RULE_OTHER = 0x18,
    RULE_OWNER = 0x20,
    RULE_FACT = 0x28,
    RULE_CONSTANT = 0x30,
    RULE_WIDTH = 0x03,
    RULE_SOURCE = 0x38, /* these bits */
    RULE_SHIFT = 0x1f,
    RULE_NUMBER = 0x80 /* the value itself, and by how much it is shifted */
};

/* How a value must be to its bound. */
enum rule_test {
    RULES_END = 0,
    IS_BELOW = 1,
    IS_EQUAL = 2,
    IS_MOST = 3,
    IS_ABOVE = 4,
    IS_NOT = 5,
    IS_LEAST = 6,
    IS_ANY = 7,
    IS_WITHIN = 8,     /* from the low half of bound to its high half, both included */
    IS_BITS = 9,       /* no bit but those of bound */
    IS_MULTIPLE = 10,  /* of bound */
    IS_UNCLAIMED = 11, /* an INTID that the board has not named yet */
    IS_OWNER = 12,     /* a partition's index; that is the entry's owner from here on */
    IS_OTHERWISE = 13, /* the other's name is another */
    IS_NAME = 14,      /* of `bound` bytes: printable, not empty, NUL-padded by at least one NUL */
    IS_RANGE = 15      /* and the field behind it: not empty, whole pages, of physical addresses */
};

/* What stands in a rule in place of its reason. */
enum rule_prefix {
    RULE_WHEN = 0,   /* here begins a part of the list; if this does not hold, it is left out */
    RULE_UNLESS = 1, /* if it holds, the next rule that has a reason is left out */
    RULE_ALSO = 2    /* must hold, too: else the next rule that has a reason is broken */
};

struct operand {
    uint8_t offset; /* of a field, bytes; or the number */
    uint8_t source; /* enum rule_source, and log2 of the field's bytes or the number's shift */
};

struct rule {
    uint8_t test;         /* enum rule_test */
    uint8_t reason;       /* enum mvp_reason, or enum rule_prefix */
    struct operand value; /* a field */
    struct operand bound; /* a field or a number */
};

/* The rules, in pack_rules.c. */
#pragma GCC visibility push(hidden)
extern const struct rule rules_whole[];
extern const struct rule rules_sound[];
extern const struct rule rules_header[];
extern const struct rule rules_board[];
extern const struct rule rules_memory[];
extern const struct rule rules_window[];
extern const struct rule rules_partition[];
extern const struct rule rules_partitions[];
extern const struct rule rules_default[];
extern const struct rule rules_vcpu[];
extern const struct rule rules_owner[];
extern const struct rule rules_ram[];
extern const struct rule rules_device[];
extern const struct rule rules_gicv[];
extern const struct rule rules_emulated[];
extern const struct rule rules_flash[];
extern const struct rule rules_interrupt[];
extern const struct rule rules_interrupts[];
extern const struct rule rules_interrupt_region[];
extern const struct rule rules_interrupt_board[];
extern const struct rule rules_smmu[];
extern const struct rule rules_smmu_interrupt[];
extern const struct rule rules_stream[];
extern const struct rule rules_image[];
extern const struct rule rules_delegated[];
extern const struct rule rules_delegate[];
extern const struct rule rules_part[];
extern const struct rule rules_part_needs[];
extern const struct rule rules_part_image[];
extern const struct rule rules_entry[];
#pragma GCC visibility pop

/* Says which entry is being judged, and returns it. */
const void *judge_entry(struct judge *judge, uint32_t table, uint32_t index);
/* Says which entry it is held against, and returns that one. */
const void *judge_other(struct judge *judge, uint32_t table, uint32_t index);
uint32_t judge_count(const struct judge *judge, uint32_t table);
/* Returns false: the entry being judged is at fault. */
bool judge_refuse(struct judge *judge, uint32_t reason, uint64_t value, uint64_t bound);
/* Holds the entry against rules, in their order. */
bool judge_rules(struct judge *judge, const struct rule *rules);
/* Not empty, whole pages, below the end of physical addresses. */
bool judge_range(struct judge *judge, const struct range *range);
/* Takes up an entry and holds it against rules. NULL: it breaks one. */
const void *judge_row(struct judge *judge, uint32_t table, uint32_t index,
                      const struct rule *rules);
/* Holds the entry against rules with each of the first entries of a table as the other one. */
bool judge_others(struct judge *judge, uint32_t table, uint32_t end, const struct rule *rules);

/* MVP_FEATURE_*: what this build has; of the vGICs, the one of this version. */
uint64_t judge_features(uint32_t vgic);

/* What is placed among the places: what the hypervisor keeps, then the rows of MVP_TABLE_MEMORY. */
enum judge_what {
    JUDGE_DEVICE = 0, /* of the hypervisor's */
    JUDGE_BANK = 1,
    JUDGE_HOME = 2,
    JUDGE_REGION_RAM = 3,
    JUDGE_REGION_DEVICE = 4,
    JUDGE_REGION_GICV = 5,
    JUDGE_WHATS = 6
};
/* pa and size. */
const struct range *region_range(const struct mvp_region *region);
/* Does what has this range suit the places from first to end - 1? */
bool judge_place(struct judge *judge, uint32_t what, const struct range *range, uint32_t first,
                 uint32_t end);

/* A mapped region, whose range has been judged: is it clear of the SMMU's registers? */
bool judge_smmu(struct judge *judge, const struct mvp_region *region);

bool pack_header(struct judge *judge);
bool pack_board(struct judge *judge);
bool pack_partitions(struct judge *judge);
bool pack_regions(struct judge *judge);
bool pack_smmu(struct judge *judge);
bool pack_memory(struct judge *judge);
bool pack_interrupts(struct judge *judge);
bool pack_images(struct judge *judge);
bool pack_delegates(struct judge *judge);

#endif
