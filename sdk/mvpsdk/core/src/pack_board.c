/* SPDX-License-Identifier: Apache-2.0 */
/* The board's facts, its memory, and the two homes that the hypervisor claims for itself. */
#include <stddef.h>

#include <mvp/platform.h>

#include "bytes.h"
#include "judge.h"

#define PPIS 0x001f0010   /* INTIDs 16..31 */
#define SPIS 0x03fb0020   /* INTIDs 32..1019 */
#define WIDTHS 0x00040001 /* bytes 1..4 */

#define RULE(field, test, bound)                                                         \
    {                                                                                    \
        offsetof(struct mvp_board, field), sizeof(((struct mvp_board *)0)->field), test, \
            MVP_CONFIG_BOARD, bound                                                      \
    }
#define MEMORY_RULE(field, test, bound)                                                    \
    {                                                                                      \
        offsetof(struct mvp_memory, field), sizeof(((struct mvp_memory *)0)->field), test, \
            MVP_CONFIG_BOARD, bound                                                        \
    }

/* The virtual timer's interrupt reaches guests as itself, through list registers. */
static const struct rule board_rules[] = {
    RULE(name, RULE_NAME, 0),
    RULE(compatible, RULE_NAME, 0),
    RULE(console_driver, RULE_NAME, 0),
    RULE(gic_version, RULE_WITHIN, 3 << 16 | 2),
    RULE(maintenance_irq, RULE_WITHIN, PPIS),
    RULE(virtual_irq, RULE_EXACT, MVP_VIRTUAL_TIMER_INTID),
    RULE(physical_irq, RULE_WITHIN, PPIS),
    RULE(hypervisor_irq, RULE_WITHIN, PPIS),
    RULE(cpu_count, RULE_WITHIN, 0xffff0001),
    RULE(bring_up, RULE_MOST, MVP_BRING_UP_SPIN_TABLE),
};

static const struct rule gicv3_rules[] = {
    RULE(gich_base, RULE_EXACT, 0),
    RULE(gich_size, RULE_EXACT, 0),
    RULE(gicv_base, RULE_EXACT, 0),
    RULE(gicv_size, RULE_EXACT, 0),
};

static const struct rule console_rules[] = {
    RULE(console_register, RULE_MULTIPLE, 4),
    RULE(console_shift, RULE_MOST, 3),
    RULE(console_width, RULE_WITHIN, WIDTHS),
    RULE(console_irq, RULE_WITHIN, SPIS),
};

static const struct rule no_console_rules[] = {
    RULE(console_base, RULE_EXACT, 0),     RULE(console_size, RULE_EXACT, 0),
    RULE(console_register, RULE_EXACT, 0), RULE(console_shift, RULE_EXACT, 0),
    RULE(console_width, RULE_EXACT, 0),    RULE(console_irq, RULE_EXACT, 0),
};

static const struct rule memory_rules[] = {
    MEMORY_RULE(name, RULE_NAME, 0),
    MEMORY_RULE(kind, RULE_WITHIN, MVP_MEMORY_RESERVED << 16 | MVP_MEMORY_RAM),
    MEMORY_RULE(board, RULE_INDEX, MVP_TABLE_BOARD),
};

#define COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

/* The four are PPIs already. */
static bool interrupts_differ(struct judge *judge, const struct mvp_board *b)
{
    const uint32_t irqs[4] = {b->maintenance_irq, b->virtual_irq, b->physical_irq,
                              b->hypervisor_irq};
    uint32_t seen = 0;

    for (uint32_t i = 0; i < 4; i++) {
        if (!judge_that(judge, (seen >> irqs[i] & 1) == 0, MVP_CONFIG_BOARD, irqs[i], seen)) {
            return false;
        }
        seen |= (uint32_t)1 << irqs[i];
    }
    return true;
}

/* Which drivers there are is not the pack's affair: the build that starts it has one of them. */
static bool console(struct judge *judge, const struct mvp_board *b)
{
    if (bytes_equal(b->console_driver, "none", sizeof "none")) {
        return judge_fields(judge, b, no_console_rules, COUNT(no_console_rules));
    }
    return judge_fields(judge, b, console_rules, COUNT(console_rules)) &&
           judge_that(judge, b->console_width != 3, MVP_CONFIG_BOARD, b->console_width, 4) &&
           judge_that(judge, b->console_width >> b->console_shift <= 1, MVP_CONFIG_BOARD,
                      b->console_width, 1ULL << b->console_shift) &&
           judge_range(judge, b->console_base, b->console_size) &&
           judge_that(
               judge,
               range_holds(b->console_base, b->console_size, b->console_register, MVP_CONSOLE_SPAN),
               MVP_CONFIG_BOARD, b->console_register, b->console_base);
}

/* Its frames have whole pages; those that guests or we reach the DIR register of have two. */
static bool gic(struct judge *judge, const struct mvp_board *b)
{
    if (!judge_range(judge, b->gicd_base, b->gicd_size) ||
        !judge_range(judge, b->gicr_base, b->gicr_size)) {
        return false;
    }
    if (b->gic_version == 3) { /* what a frame of less left out could be mapped to a guest */
        return judge_that(judge, b->gicd_size >= MVP_GICD_SIZE, MVP_CONFIG_BOARD, b->gicd_size,
                          MVP_GICD_SIZE) &&
               judge_that(judge, b->gicr_size >= MVP_GICR_STRIDE, MVP_CONFIG_BOARD, b->gicr_size,
                          MVP_GICR_STRIDE) &&
               judge_fields(judge, b, gicv3_rules, COUNT(gicv3_rules));
    }
    return judge_range(judge, b->gich_base, b->gich_size) &&
           judge_range(judge, b->gicv_base, b->gicv_size) &&
           judge_that(judge, b->gicr_size >= MVP_GICC_SIZE, MVP_CONFIG_BOARD, b->gicr_size,
                      MVP_GICC_SIZE) &&
           judge_that(judge, b->gicv_size >= MVP_GICC_SIZE, MVP_CONFIG_BOARD, b->gicv_size,
                      MVP_GICC_SIZE);
}

static bool is_clear_of(struct judge *judge, const uint64_t *range, const uint64_t *other)
{
    return judge_that(judge, !range_overlaps(range[0], range[1], other[0], other[1]),
                      MVP_MEM_DEVICE, range[0], other[0]);
}

/* What we keep of the board's devices: each clear of the others and of RAM. */
static bool devices_lie_apart(struct judge *judge)
{
    uint64_t ranges[JUDGE_DEVICES][2];

    judge_devices(judge_entry(judge, MVP_TABLE_BOARD, 0), ranges);
    for (uint32_t i = 0; i < JUDGE_DEVICES; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (!is_clear_of(judge, ranges[i], ranges[k])) {
                return false;
            }
        }
        for (uint32_t k = 0; k < judge_count(judge, MVP_TABLE_MEMORY); k++) {
            const struct mvp_memory *memory = judge_other(judge, MVP_TABLE_MEMORY, k);
            const uint64_t bank[2] = {memory->base, memory->size};

            if (memory->kind == MVP_MEMORY_RAM && !is_clear_of(judge, ranges[i], bank)) {
                return false;
            }
        }
        (void)judge_entry(judge, MVP_TABLE_BOARD, 0);
    }
    return true;
}

/* RAM banks lie apart. Reserved memory may overlap: vendors' trees nest it. */
static bool banks_lie_apart(struct judge *judge, uint32_t index, const struct mvp_memory *memory)
{
    for (uint32_t i = 0; memory->kind == MVP_MEMORY_RAM && i < index; i++) {
        const struct mvp_memory *other = judge_other(judge, MVP_TABLE_MEMORY, i);
        bool apart = other->kind != MVP_MEMORY_RAM ||
                     !range_overlaps(memory->base, memory->size, other->base, other->size);

        if (!judge_that(judge, apart, MVP_MEM_OVERLAP, memory->base, other->base)) {
            return false;
        }
    }
    return true;
}

static bool memory_is_good(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_MEMORY); i++) {
        const struct mvp_memory *memory = judge_entry(judge, MVP_TABLE_MEMORY, i);

        if (!judge_fields(judge, memory, memory_rules, COUNT(memory_rules)) ||
            !judge_range(judge, memory->base, memory->size) || !banks_lie_apart(judge, i, memory)) {
            return false;
        }
    }
    return true;
}

/* A home of the hypervisor's own lies in one bank, clear of reserved memory. */
static bool home_is_good(struct judge *judge, uint64_t base, uint64_t size)
{
    bool held = false;

    (void)judge_entry(judge, MVP_TABLE_BOARD, 0);
    if (!judge_range(judge, base, size)) {
        return false;
    }
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_MEMORY); i++) {
        const struct mvp_memory *memory = judge_other(judge, MVP_TABLE_MEMORY, i);
        bool is_bank = memory->kind == MVP_MEMORY_RAM;

        held = held || (is_bank && range_holds(memory->base, memory->size, base, size));
        if (!judge_that(judge, is_bank || !range_overlaps(base, size, memory->base, memory->size),
                        MVP_MEM_RESERVED, base, memory->base)) {
            return false;
        }
    }
    return judge_that(judge, held, MVP_MEM_OUTSIDE_RAM, base, size);
}

static bool homes_are_good(struct judge *judge)
{
    const struct mvp_board *b = judge_entry(judge, MVP_TABLE_BOARD, 0);
    uint64_t pack_size = judge->header->total_size;

    return judge_that(judge, b->window % MVP_WINDOW_SIZE == 0, MVP_MEM_ALIGN, b->window,
                      MVP_WINDOW_SIZE) &&
           home_is_good(judge, b->window, MVP_WINDOW_SIZE) &&
           home_is_good(judge, b->pack_home, pack_size) &&
           judge_that(judge, !range_overlaps(b->window, MVP_WINDOW_SIZE, b->pack_home, pack_size),
                      MVP_MEM_HYPERVISOR, b->pack_home, b->window);
}

bool pack_board(struct judge *judge)
{
    uint32_t boards = judge_count(judge, MVP_TABLE_BOARD);
    const struct mvp_board *b = judge_entry(judge, MVP_TABLE_BOARD, 0);

    judge->board = b;
    return judge_that(judge, boards == 1, MVP_CONFIG_BOARD, boards, 1) &&
           judge_fields(judge, b, board_rules, COUNT(board_rules)) &&
           judge_that(judge, (judge->header->features & ~judge_features(b->gic_version)) == 0,
                      MVP_PACK_FEATURE, judge->header->features, judge_features(b->gic_version)) &&
           gic(judge, b) && interrupts_differ(judge, b) && console(judge, b) &&
           memory_is_good(judge) && devices_lie_apart(judge) && homes_are_good(judge);
}
