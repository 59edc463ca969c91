/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address translation (Arm ARM, D8): identity, 4 KiB granule, 39 bits. This partition's RAM is
 * normal memory, code is read-only and data never runs; everything else is device memory, which
 * stage 2 refuses where the partition has nothing.
 */
#include "rt_internal.h"

#define PAGE 0x1000UL
#define BLOCK 0x200000UL
#define GIB 0x40000000UL
#define ENTRIES 512

#define TABLE 3UL
#define PAGE_ENTRY 3UL
#define BLOCK_ENTRY 1UL
#define NORMAL 0x700UL /* attribute 0, inner-shareable, accessed */
#define DEVICE 0x404UL /* attribute 1, accessed */
#define READ_ONLY 0x80UL
#define NEVER (3UL << 53) /* executed, at either level */

#define MAIR 0x04ff      /* attribute 0 write-back, attribute 1 device-nGnRE (D17.2) */
#define TCR 0x803519     /* 39 bits, walks write-back and inner-shareable, no upper half */
#define SCTLR 0x30d8180d /* RES1, MMU, caches, stack alignment, WXN */
#define L2_TABLES 2      /* GiB that the RAM may touch */

static uint64_t level1[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level2[L2_TABLES][ENTRIES] __attribute__((aligned(4096)));
static uint64_t level3[ENTRIES] __attribute__((aligned(4096)));

extern char _rt_base[], _rt_data_start[], _rt_bss_start[], _rt_stack_end[];

static uint64_t rights(uint64_t address)
{
    bool code = address >= (uint64_t)_rt_base && address < (uint64_t)_rt_data_start;

    return NORMAL | (code ? READ_ONLY : NEVER);
}

/* One 2 MiB block; the one in which code ends and data begins is split into pages. */
static uint64_t block(uint64_t address)
{
    const struct rt_machine *machine = rt_machine();

    if (address - machine->ram_base >= machine->ram_size) {
        return address | BLOCK_ENTRY | DEVICE | NEVER;
    }
    if ((uint64_t)_rt_data_start - address >= BLOCK) {
        return address | BLOCK_ENTRY | rights(address);
    }
    for (uint32_t n = 0; n < ENTRIES; n++) {
        level3[n] = (address + n * PAGE) | PAGE_ENTRY | rights(address + n * PAGE);
    }
    return (uint64_t)level3 | TABLE;
}

static void build(void)
{
    const struct rt_machine *machine = rt_machine();
    uint64_t first = machine->ram_base / GIB;
    uint64_t last = (machine->ram_base + machine->ram_size - 1) / GIB;

    if (machine->ram_base % BLOCK != 0 || machine->ram_size % BLOCK != 0 ||
        last - first >= L2_TABLES || last >= ENTRIES) {
        rt_stop("RAM is not of 2 MiB blocks, or spans too much");
    }
    for (uint64_t n = 0; n < ENTRIES; n++) {
        level1[n] = n * GIB | BLOCK_ENTRY | DEVICE | NEVER;
    }
    for (uint64_t gib = first; gib <= last; gib++) {
        for (uint64_t n = 0; n < ENTRIES; n++) {
            level2[gib - first][n] = block(gib * GIB + n * BLOCK);
        }
        level1[gib] = (uint64_t)level2[gib - first] | TABLE;
    }
}

/* What was written with the caches off: no stale line of it may hide it from now on. */
static void forget(const char *from, const char *to)
{
    for (const char *line = from; line < to; line += 16) { /* the shortest line there is */
        __asm__ volatile("dc ivac, %0" ::"r"(line) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

void rt_mmu_on(void)
{
    uint64_t physical_bits = rt_sysreg_read("id_aa64mmfr0_el1") & 7;

    build();
    forget(_rt_base, _rt_stack_end);
    rt_sysreg_write("mair_el1", MAIR);
    rt_sysreg_write("tcr_el1", TCR | physical_bits << 32);
    rt_sysreg_write("ttbr0_el1", level1);
    __asm__ volatile("tlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" ::: "memory");
    rt_sysreg_write("sctlr_el1", SCTLR);
}
