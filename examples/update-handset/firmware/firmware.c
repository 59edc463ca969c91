/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The update handset's realtime firmware: a 1 kHz task that is never late, and the heartbeat that
 * makes the slot it was started from a good one.
 *
 * It calls itself well when a persona runs and GOOD_TICKS deadlines in a row were met. Not before:
 * an update whose firmware is late, or whose persona does not come up, uses up its tries, and the
 * boot script goes back to the slot before it.
 */
#include <mvp_rt.h>

#include "health.h"

#define PERIOD 1000000UL /* nanoseconds */

static struct rt_task task;
static struct rt_block disk;
static volatile uint64_t met;    /* deadlines, all told */
static volatile uint64_t missed; /* handled after the next one, or never */
static volatile uint64_t streak; /* met since the last that was missed */

static void on_deadline(struct rt_task *due)
{
    met++;
    missed += due->passed;
    streak = due->passed == 0 ? streak + 1 : 0;
}

static bool is_live(int64_t state)
{
    return state == MVP_PARTITION_LOADING || state == MVP_PARTITION_RUNNING ||
           state == MVP_PARTITION_SUSPENDED;
}

static bool is_running(int64_t state)
{
    return state == MVP_PARTITION_RUNNING;
}

static bool any_persona(bool (*is)(int64_t state))
{
    uint32_t own;
    uint32_t count = rt_partitions(&own);
    bool found = false;

    for (uint32_t index = 0; index < count; index++) {
        found = found || (index != own && is(rt_partition_state(index)));
    }
    return found;
}

static const char *name(uint32_t slot)
{
    return slot == 0 ? "a" : slot == 1 ? "b" : "none";
}

/* Says what was started. Without a disk, or without slots on it, there is nothing to keep. */
static bool look(void)
{
    struct mvp_slots state;

    if (!rt_block_open(&disk, &rt_block_virtio, "disk")) {
        rt_print("no disk: no slot to keep\n");
        return false;
    }
    if (!rt_slots(&disk, &state)) {
        rt_print("no slots on the disk\n");
        return false;
    }
    rt_print("slot %s started, tries left %lu, floor %lu\n", name(state.booted),
             (uint64_t)(state.booted < MVP_SLOT_COUNT ? state.slots[state.booted].tries : 0),
             (uint64_t)state.rollback_index);
    return true;
}

static void mark(void)
{
    struct mvp_slots state;

    if (rt_slot_good(&disk, &state)) {
        rt_print("slot %s good, floor %lu\n", name(state.booted), (uint64_t)state.rollback_index);
    } else {
        rt_print("slot not marked: the disk has failed, or names no slot\n");
    }
}

static bool is_well(void)
{
    return GOOD_TICKS != 0 && streak >= GOOD_TICKS && any_persona(is_running);
}

static bool is_over(void)
{
    static bool begun;

    begun = begun || any_persona(is_live);
    return RUN_TICKS != 0 ? met + missed >= RUN_TICKS : begun && !any_persona(is_live);
}

void rt_main(void)
{
    bool to_mark;

    if (!rt_periodic(&task, PERIOD, on_deadline)) {
        rt_stop("no room for the task");
    }
    to_mark = look();
    while (!is_over()) {
        rt_wait();
        if (to_mark && is_well()) {
            mark();
            to_mark = false;
        }
    }
    rt_print("final: met %lu missed %lu\n", met, missed);
    rt_power_off();
}
