/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's part in keeping the slots: it reads what the boot script wrote into the partition
 * "misc", and says when it is well. Each write is one block, to the copy that does not count, and a
 * flush: a power cut leaves the state before it or the state after it. The copy that counts may be
 * in the disk's cache alone, as the boot script left it: it is flushed first.
 */
#include "rt_internal.h"

#define ROOM (MVP_SLOTS_STEP + MVP_SLOTS_SIZE)

_Static_assert(RT_BLOCK == MVP_SLOTS_SIZE, "a copy is one block");
_Static_assert(MVP_SLOTS_STEP % RT_BLOCK == 0, "a copy begins with a block");

struct misc {
    uint64_t first; /* its first block */
    uint32_t copy;  /* the one that counts */
};

static bool read(struct rt_block *disk, struct misc *misc, struct mvp_slots *state)
{
    static uint8_t room[ROOM];
    uint64_t blocks;

    if (!rt_block_partition(disk, "misc", &misc->first, &blocks) || blocks * RT_BLOCK < ROOM ||
        !rt_block_read(disk, misc->first, room) ||
        !rt_block_read(disk, misc->first + MVP_SLOTS_STEP / RT_BLOCK, room + MVP_SLOTS_STEP)) {
        return false;
    }
    misc->copy = mvp_slots_read(room, ROOM, state);
    return misc->copy != MVP_SLOT_NONE;
}

bool rt_slots(struct rt_block *disk, struct mvp_slots *state)
{
    struct misc misc;

    return read(disk, &misc, state);
}

bool rt_slot_good(struct rt_block *disk, struct mvp_slots *state)
{
    struct misc misc;
    uint64_t at;

    if (!read(disk, &misc, state)) {
        return false;
    }
    if (!mvp_slots_succeed(state)) {
        return state->booted < MVP_SLOT_COUNT && state->slots[state->booted].successful != 0 &&
               state->slots[state->booted].priority != 0;
    }
    at = mvp_slots_write(state, misc.copy);
    return rt_block_flush(disk) &&
           rt_block_write(disk, misc.first + at / RT_BLOCK, (const uint8_t *)state) &&
           rt_block_flush(disk);
}
