/* SPDX-License-Identifier: Apache-2.0 */
/* The board's facts, its memory, and the two homes that the hypervisor claims for itself. */
#include <mvp/platform.h>

#include "judge.h"

#define PPI_FIRST 16
#define SPI_FIRST 32
#define SPI_END 1020

static bool ppi(struct judge *judge, uint32_t intid)
{
    return judge_that(judge, intid >= PPI_FIRST && intid < SPI_FIRST, MVP_CONFIG_BOARD, intid,
                      SPI_FIRST);
}

/* The virtual timer's interrupt reaches guests as itself, through list registers. */
static bool interrupts(struct judge *judge, const struct mvp_board *b)
{
    uint32_t set = 1U << (b->maintenance_irq % 32) | 1U << (b->virtual_irq % 32) |
                   1U << (b->physical_irq % 32) | 1U << (b->hypervisor_irq % 32);
    uint32_t count = 0;

    for (uint32_t i = 0; i < 32; i++) {
        count += set >> i & 1;
    }
    return ppi(judge, b->maintenance_irq) && ppi(judge, b->physical_irq) &&
           ppi(judge, b->hypervisor_irq) &&
           judge_that(judge, b->virtual_irq == MVP_VIRTUAL_TIMER_INTID, MVP_CONFIG_BOARD,
                      b->virtual_irq, MVP_VIRTUAL_TIMER_INTID) &&
           judge_that(judge, count == 4, MVP_CONFIG_BOARD, count, 4);
}

static bool console(struct judge *judge, const struct mvp_board *b)
{
    if (b->console_driver == MVP_CONSOLE_NONE) {
        return judge_that(judge, (b->console_base | b->console_size | b->console_irq) == 0,
                          MVP_CONFIG_BOARD, b->console_base, 0);
    }
    return judge_that(judge, b->console_driver == MVP_CONSOLE_PL011, MVP_CONFIG_BOARD,
                      b->console_driver, MVP_CONSOLE_PL011) &&
           judge_that(judge, b->console_irq >= SPI_FIRST && b->console_irq < SPI_END,
                      MVP_CONFIG_BOARD, b->console_irq, SPI_END) &&
           judge_range(judge, b->console_base, b->console_size);
}

/* This build drives GICv3: the fields of version 2 must be unused. */
static bool gic(struct judge *judge, const struct mvp_board *b)
{
    return judge_that(judge, b->gic_version == 3, MVP_CONFIG_BOARD, b->gic_version, 3) &&
           judge_that(judge, (b->gich_base | b->gich_size | b->gicv_base | b->gicv_size) == 0,
                      MVP_CONFIG_BOARD, b->gich_base, 0) &&
           judge_range(judge, b->gicd_base, b->gicd_size) &&
           judge_range(judge, b->gicr_base, b->gicr_size);
}

static bool facts(struct judge *judge, const struct mvp_board *b)
{
    return judge_name(judge, MVP_CONFIG_BOARD, b->name, sizeof(b->name)) &&
           judge_name(judge, MVP_CONFIG_BOARD, b->compatible, sizeof(b->compatible)) &&
           judge_that(judge, b->cpu_count > 0, MVP_CONFIG_BOARD, b->cpu_count, 1) &&
           judge_that(judge, b->bring_up <= MVP_BRING_UP_SPIN_TABLE, MVP_CONFIG_BOARD, b->bring_up,
                      MVP_BRING_UP_SPIN_TABLE) &&
           judge_that(judge, b->zero == 0, MVP_CONFIG_BOARD, b->zero, 0) && gic(judge, b) &&
           interrupts(judge, b) && console(judge, b);
}

/* RAM banks lie apart. Reserved memory may overlap: vendors' trees nest it. */
static bool apart_from_earlier(struct judge *judge, uint32_t index, const struct mvp_memory *memory)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct mvp_memory *other = mvp_pack_entry(judge->header, MVP_TABLE_MEMORY, i);
        bool apart = memory->kind != MVP_MEMORY_RAM || other->kind != MVP_MEMORY_RAM ||
                     !range_overlaps(memory->base, memory->size, other->base, other->size);

        if (!judge_pair(judge, apart, MVP_MEM_OVERLAP, memory->base, other->base, MVP_TABLE_MEMORY,
                        i)) {
            return false;
        }
    }
    return true;
}

static bool memory_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_memory *memory = judge_entry(judge, MVP_TABLE_MEMORY, index);

    return judge_name(judge, MVP_CONFIG_BOARD, memory->name, sizeof(memory->name)) &&
           judge_that(judge, memory->kind == MVP_MEMORY_RAM || memory->kind == MVP_MEMORY_RESERVED,
                      MVP_CONFIG_BOARD, memory->kind, MVP_MEMORY_RESERVED) &&
           judge_that(judge, memory->board < judge_count(judge, MVP_TABLE_BOARD), MVP_CONFIG_BOARD,
                      memory->board, judge_count(judge, MVP_TABLE_BOARD)) &&
           judge_range(judge, memory->base, memory->size) &&
           apart_from_earlier(judge, index, memory);
}

/* A home of the hypervisor's own lies in one bank, clear of reserved memory. */
static bool home(struct judge *judge, uint64_t base, uint64_t size)
{
    bool held = false;

    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_MEMORY); i++) {
        const struct mvp_memory *memory = mvp_pack_entry(judge->header, MVP_TABLE_MEMORY, i);

        if (memory->kind == MVP_MEMORY_RAM) {
            held = held || range_holds(memory->base, memory->size, base, size);
        } else if (!judge_pair(judge, !range_overlaps(base, size, memory->base, memory->size),
                               MVP_MEM_RESERVED, base, memory->base, MVP_TABLE_MEMORY, i)) {
            return false;
        }
    }
    return judge_that(judge, held, MVP_MEM_OUTSIDE_RAM, base, size);
}

static bool homes(struct judge *judge)
{
    const struct mvp_board *b = judge_entry(judge, MVP_TABLE_BOARD, 0);
    uint64_t pack_size = judge->header->total_size;

    return judge_that(judge, b->window % MVP_WINDOW_SIZE == 0, MVP_MEM_ALIGN, b->window,
                      MVP_WINDOW_SIZE) &&
           judge_range(judge, b->window, MVP_WINDOW_SIZE) &&
           judge_range(judge, b->pack_home, pack_size) &&
           judge_that(judge,
                      !range_overlaps(b->window, MVP_WINDOW_SIZE, b->pack_home, pack_size),
                      MVP_MEM_HYPERVISOR, b->pack_home, b->window) &&
           home(judge, b->window, MVP_WINDOW_SIZE) && home(judge, b->pack_home, pack_size);
}

bool pack_board(struct judge *judge)
{
    uint32_t boards = judge_count(judge, MVP_TABLE_BOARD);

    if (!judge_that(judge, boards == 1, MVP_CONFIG_BOARD, boards, 1)) {
        return false;
    }
    judge->board = judge_entry(judge, MVP_TABLE_BOARD, 0);
    if (!facts(judge, judge->board)) {
        return false;
    }
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_MEMORY); i++) {
        if (!memory_is_good(judge, i)) {
            return false;
        }
    }
    return homes(judge);
}
