/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's own translation: identity, and no more than needed. Code is read-only and executable,
 * constants are read-only, everything else is never executed.
 */
#include "aarch64.h"
#include "memory.h"
#include "offsets.h"
#include "optional.h"
#include "regs.h"

/* VMSAv8-64 stage-1 of EL2: AttrIndx 4:2, AP 7:6 (bit 6 is RES1), SH 9:8, AF 10, XN 54. */
#define XN (1ULL << 54)
#define NORMAL 0x740ULL
#define READ_ONLY 0x80ULL
#define DEVICE (0x444ULL | XN)

#define MAIR 0x00ff            /* 0: normal write-back; 1: device nGnRnE */
#define TCR_BASE 0x80803500ULL /* RES1; write-back, inner shareable walks; 4 KiB */
#define SCTLR 0x30c5183dULL    /* RES1, M, C, I, SA; unaligned access to RAM is allowed */

static uint64_t own_root;
static bool is_far; /* the root is of level 0 */

/* Where all lies in the first 512 GiB, the root is of level 1. */
static bool map(struct table_pool *pool, uint64_t root, uint64_t base, uint64_t end,
                uint64_t attributes)
{
    bool mapped = true;

    while (FEATURE_FAR != 0 && is_far && mapped && base < end) {
        uint64_t stop = ((base >> TABLE_LEVEL1_BITS) + 1) << TABLE_LEVEL1_BITS;
        uint64_t table = table_level1(pool, root, base);

        stop = stop < end ? stop : end;
        mapped = table != 0 && table_map(pool, table, base, base, stop - base, attributes);
        base = stop;
    }
    return mapped && (base >= end || table_map(pool, root, base, base, end - base, attributes));
}

/* What is written to: all but the page below each CPU's stack, up to the last table that there will
 * be. */
static bool map_data(struct table_pool *pool, uint64_t root)
{
    uint64_t from = (uint64_t)_data;
    uint64_t guard = (uint64_t)cpu_guard;
    bool mapped = true;

    for (uint32_t n = 0; n < (FEATURE_SMP != 0 ? MVP_MAX_CPUS : 1); n++) {
        mapped = mapped && map(pool, root, from, guard, NORMAL | XN);
        from = guard + GUARD_SIZE;
        guard += 1 << STACK_STRIDE_SHIFT;
    }
    return mapped && map(pool, root, from, pool->base + pool->count * 4096ULL, NORMAL | XN);
}

static bool map_image(struct table_pool *pool, uint64_t root)
{
    return map(pool, root, (uint64_t)_head, (uint64_t)_rodata, NORMAL | READ_ONLY) &&
           map(pool, root, (uint64_t)_rodata, (uint64_t)_data, NORMAL | READ_ONLY | XN) &&
           map_data(pool, root);
}

/* A bank of RAM, around the image if that lies in it. */
static bool map_bank(struct table_pool *pool, uint64_t root, uint64_t base, uint64_t end)
{
    uint64_t window = (uint64_t)_head;

    if (window < base || window >= end) {
        return map(pool, root, base, end, NORMAL | XN);
    }
    return map(pool, root, base, window, NORMAL | XN) &&
           map(pool, root, window + MVP_WINDOW_SIZE, end, NORMAL | XN);
}

static bool map_banks(const void *pack, struct table_pool *pool, uint64_t root)
{
    const struct mvp_pack_header *header = pack;
    bool mapped = true;

    for (uint32_t n = 0; n < header->tables[MVP_TABLE_MEMORY].count; n++) {
        const struct mvp_memory *memory = mvp_pack_entry(pack, MVP_TABLE_MEMORY, n);

        if (memory->kind == MVP_MEMORY_RAM) {
            mapped = mapped && map_bank(pool, root, memory->base, memory->base + memory->size);
        }
    }
    return mapped;
}

static bool map_device(struct table_pool *pool, uint64_t root, uint64_t base, uint64_t size)
{
    return map(pool, root, base & ~4095ULL, (base + size + 4095) & ~4095ULL, DEVICE);
}

static bool map_smmu(const void *pack, struct table_pool *pool, uint64_t root)
{
    const struct mvp_pack_header *header = pack;
    const struct mvp_smmu *smmu;

    if (FEATURE_SMMU == 0 || header->tables[MVP_TABLE_SMMU].count == 0) {
        return true;
    }
    smmu = mvp_pack_entry(pack, MVP_TABLE_SMMU, 0);
    return map_device(pool, root, smmu->base, smmu->size);
}

bool mmu_map(const void *pack, struct table_pool *pool)
{
    const struct mvp_board *board = mvp_pack_entry(pack, MVP_TABLE_BOARD, 0);

    is_far = FEATURE_FAR != 0 && memory_far(pack);
    own_root = table_root(pool);
    return own_root != 0 && map_image(pool, own_root) && map_banks(pack, pool, own_root) &&
           map_device(pool, own_root, board->gicd_base, board->gicd_size) &&
           map_device(pool, own_root, board->gicr_base, board->gicr_size) &&
           map_device(pool, own_root, board->gich_base, board->gich_size) &&
           map_device(pool, own_root, board->console_base, board->console_size) &&
           map_smmu(pack, pool, own_root);
}

/* Before the caches come on: what was written so far went past them, and lines that the boot loader
 * left of this memory must not come up instead. */
static void forget_lines(uint64_t from, uint64_t to)
{
    uint64_t line = 4ULL << (READ("ctr_el0") >> 16 & 15);

    do {
        __asm__ volatile("dc ivac, %0" ::"r"(from) : "memory");
        from += line;
    } while (from < to);
    DSB();
}

void mmu_tables(struct translation *tables)
{
    uint64_t range = READ("id_aa64mmfr0_el1") & 15;
    uint64_t bits = FEATURE_FAR != 0 && is_far ? TABLE_LEVEL0_BITS : TABLE_LEVEL1_BITS;

    tables->ttbr0 = own_root;
    tables->tcr = TCR_BASE | (range < 5 ? range : 5) << 16 | (64 - bits);
    tables->mair = MAIR;
    tables->sctlr = SCTLR;
}

void mmu_on(const struct table_pool *pool)
{
    struct translation tables;

    mmu_tables(&tables);
    forget_lines((uint64_t)_head, pool->base + pool->used * 4096ULL);
    WRITE("mair_el2", tables.mair);
    WRITE("tcr_el2", tables.tcr);
    WRITE("ttbr0_el2", tables.ttbr0);
    ISB();
    __asm__ volatile("tlbi alle2\n\tdsb sy\n\tic iallu\n\tdsb sy\n\tisb" ::: "memory");
    WRITE("sctlr_el2", tables.sctlr);
    ISB();
}
