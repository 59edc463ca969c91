/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translation tables with a 4 KiB granule (Arm DDI 0487, D8): stage-2 of partitions, and stage-1 of
 * EL2 itself. Both formats share structure and differ in attribute bits, which the caller gives.
 */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define TABLE_POOL_PAGES 28  /* of all partitions and EL2 together */
#define TABLE_LEVEL1_BITS 39 /* one level-1 table spans 512 GiB */
#define TABLE_LEVEL0_BITS 48 /* one level-0 table: EL2's alone, where it has one */

/* A pool of table pages. `pages` is 4 KiB aligned memory; `base` is the address that descriptors
 * point at (on the board the same; on the host whatever the test says). */
struct table_pool {
    uint64_t *pages;
    uint64_t base;
    uint32_t count; /* pages there are */
    uint32_t used;
};

/* Stage-2 attributes (VMSAv8-64 stage-2 block and page descriptors). */
#define STAGE2_NORMAL 0x7fc              /* AF, SH inner, S2AP RW, MemAttr normal write-back */
#define STAGE2_DEVICE 0x00400000000004c4 /* AF, SH non, S2AP RW, MemAttr nGnRE, XN */

#define TABLE_ADDRESS 0x0000fffffffff000 /* a descriptor's, or a root's in VTTBR_EL2 */

/* Takes a zeroed page; returns its address, 0 if there is none left. */
uint64_t table_root(struct table_pool *pool);
/* The level-1 table of the 512 GiB that va lies in, below a root of level 0; made where missing. 0:
 * there is no page left. */
uint64_t table_level1(struct table_pool *pool, uint64_t root, uint64_t va);
/* Maps [va, va + size) to pa with the largest blocks that fit. All 4 KiB aligned. False: pool empty
 * or already mapped. */
bool table_map(struct table_pool *pool, uint64_t root, uint64_t va, uint64_t pa, uint64_t size,
               uint64_t attributes);
/* Makes what is mapped in [va, va + size), whole slots of 2 MiB below one of 1 GiB, invalid or
 * valid again. There must be something; the caller flushes the TLB. */
void table_show(const struct table_pool *pool, uint64_t root, uint64_t va, uint64_t size, bool on);
/* Walks as the hardware does. Descriptor of va's page or block, its first va and its size; 0: none.
 */
uint64_t table_walk(const struct table_pool *pool, uint64_t root, uint64_t va, uint64_t *first,
                    uint64_t *size);

#endif
