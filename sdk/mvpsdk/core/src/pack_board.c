/* SPDX-License-Identifier: Apache-2.0 */
/* The board's facts, its memory, and the two homes that the hypervisor claims for itself. */
#include <stddef.h>

#include <mvp/abi.h>
#include <mvp/platform.h>

#include "gic2.h"
#include "judge.h"
#include "optional.h"

/* Before the board is judged: what its rules refer to. */
static void find_facts(struct judge *judge, const struct mvp_board *b)
{
    struct facts *facts = &judge->facts;

    judge->board = b;
    facts->features = judge_features(b->gic_version);
    facts->features |= FEATURE_SOFT_GIC != 0 ? MVP_FEATURE_VGIC2 : 0;
    facts->needed = judge->header->menu_ms > 0 ? MVP_FEATURE_MENU : 0;
    facts->needed |= judge_count(judge, MVP_TABLE_SMMU) > 0 ? MVP_FEATURE_SMMU : 0;
    facts->gicv_second = b->gicv_base + gic2_second_page(b->gicv_size);
    facts->console_unit = 1ULL << (b->console_shift & 3);
    facts->console_last = b->console_base + b->console_size - MVP_CONSOLE_SPAN;
    facts->homes[0] = (struct range){b->window, MVP_WINDOW_SIZE};
    facts->homes[1] = (struct range){b->pack_home, judge->header->total_size};
}

/* RAM banks lie apart. */
static bool bank_is_good(struct judge *judge, uint32_t index)
{
    const struct mvp_memory *memory = judge_row(judge, MVP_TABLE_MEMORY, index, rules_memory);

    return memory != NULL && (memory->kind != MVP_MEMORY_RAM ||
                              judge_place(judge, JUDGE_BANK, (const void *)&memory->base,
                                          JUDGE_FIXED, JUDGE_FIXED + index));
}

static bool banks_are_good(struct judge *judge)
{
    for (uint32_t i = 0; i < judge_count(judge, MVP_TABLE_MEMORY); i++) {
        if (!bank_is_good(judge, i)) {
            return false;
        }
    }
    return true;
}

/* What we keep of the board's devices: each clear of the others and of RAM. */
static bool devices_lie_apart(struct judge *judge, uint32_t places)
{
    for (uint32_t i = 0; i < RANGE_DEVICES; i++) {
        const struct range *device = range_device(judge->board, i);

        (void)judge_entry(judge, MVP_TABLE_BOARD, 0);
        if (!judge_place(judge, JUDGE_DEVICE, device, JUDGE_HOMES, JUDGE_HOMES + i) ||
            !judge_place(judge, JUDGE_DEVICE, device, JUDGE_FIXED, places)) {
            return false;
        }
    }
    return true;
}

/* A home of the hypervisor's own lies in one bank, clear of reserved memory. */
static bool homes_are_good(struct judge *judge, uint32_t places)
{
    const struct range *homes = judge->facts.homes;

    (void)judge_entry(judge, MVP_TABLE_BOARD, 0);
    if (!judge_rules(judge, rules_window)) {
        return false;
    }
    for (uint32_t i = 0; i < JUDGE_HOMES; i++) {
        (void)judge_entry(judge, MVP_TABLE_BOARD, 0);
        if (!judge_range(judge, &homes[i]) ||
            !judge_place(judge, JUDGE_HOME, &homes[i], JUDGE_FIXED, places)) {
            return false;
        }
    }
    return !range_overlaps(homes[0].base, homes[0].size, homes[1].base, homes[1].size) ||
           judge_refuse(judge, MVP_MEM_HYPERVISOR, homes[1].base, homes[0].base);
}

bool pack_board(struct judge *judge)
{
    uint32_t boards = judge_count(judge, MVP_TABLE_BOARD);
    uint32_t places = JUDGE_FIXED + judge_count(judge, MVP_TABLE_MEMORY);
    const struct mvp_board *board = judge_entry(judge, MVP_TABLE_BOARD, 0);

    if (boards != 1) {
        return judge_refuse(judge, MVP_CONFIG_BOARD, boards, 1);
    }
    find_facts(judge, board);
    return judge_rules(judge, rules_board) && banks_are_good(judge) &&
           devices_lie_apart(judge, places) && homes_are_good(judge, places);
}
