/* SPDX-License-Identifier: Apache-2.0 */
#include <mvp/slots.h>

#include <stddef.h>

#include "crc32.h"

_Static_assert(sizeof(struct mvp_slots) == MVP_SLOTS_SIZE, "a copy is one block");
_Static_assert(offsetof(struct mvp_slots, slots) == 24, "the boot script reads it by numbers");
_Static_assert(offsetof(struct mvp_slots, crc) == MVP_SLOTS_SIZE - 4, "over all before it");

/* Byte by byte: what is read may lie anywhere. */
static void load(struct mvp_slots *state, const uint8_t *bytes)
{
    uint8_t *to = (uint8_t *)state;

    for (uint32_t n = 0; n < MVP_SLOTS_SIZE; n++) {
        to[n] = bytes[n];
    }
}

static uint32_t checksum(const struct mvp_slots *state)
{
    return crc32_add(0, state, offsetof(struct mvp_slots, crc));
}

static uint32_t stored(const struct mvp_slots *state)
{
    return (uint32_t)state->crc[0] << 24 | (uint32_t)state->crc[1] << 16 |
           (uint32_t)state->crc[2] << 8 | state->crc[3];
}

static bool is_slot(uint32_t slot)
{
    return slot < MVP_SLOT_COUNT;
}

static bool slot_is_right(const struct mvp_slot *slot)
{
    return slot->priority <= MVP_SLOT_PRIORITY_MAX && slot->tries <= MVP_SLOT_TRIES_MAX &&
           slot->successful <= 1;
}

static bool is_right(const struct mvp_slots *state)
{
    return state->magic == MVP_SLOTS_MAGIC && state->version == MVP_SLOTS_VERSION &&
           stored(state) == checksum(state) &&
           (is_slot(state->booted) || state->booted == MVP_SLOT_NONE) &&
           slot_is_right(&state->slots[0]) && slot_is_right(&state->slots[1]);
}

/* Sequences wrap: later is what lies less than half the way round ahead. */
static bool is_later(uint32_t sequence, uint32_t than)
{
    uint32_t ahead = sequence - than;

    return ahead != 0 && ahead < 0x80000000;
}

uint32_t mvp_slots_read(const void *misc, uint64_t size, struct mvp_slots *state)
{
    uint32_t found = MVP_SLOT_NONE;
    struct mvp_slots copy;

    for (uint32_t n = 0; n < MVP_SLOTS_COPIES; n++) {
        if (size < (uint64_t)n * MVP_SLOTS_STEP + MVP_SLOTS_SIZE) {
            break;
        }
        load(&copy, (const uint8_t *)misc + (size_t)n * MVP_SLOTS_STEP);
        if (is_right(&copy) &&
            (found == MVP_SLOT_NONE || is_later(copy.sequence, state->sequence))) {
            *state = copy;
            found = n;
        }
    }
    return found;
}

uint64_t mvp_slots_write(struct mvp_slots *state, uint32_t copy)
{
    uint32_t sum;

    state->magic = MVP_SLOTS_MAGIC;
    state->version = MVP_SLOTS_VERSION;
    state->sequence++;
    for (uint32_t n = 0; n < sizeof state->zero / sizeof state->zero[0]; n++) {
        state->zero[n] = 0;
    }
    sum = checksum(state);
    for (uint32_t n = 0; n < sizeof state->crc; n++) {
        state->crc[n] = (uint8_t)(sum >> (24 - 8 * n));
    }
    return copy == 0 ? MVP_SLOTS_STEP : 0;
}

static bool may_start(const struct mvp_slot *slot)
{
    return slot->priority != 0 && (slot->successful != 0 || slot->tries != 0);
}

uint32_t mvp_slots_choose(const struct mvp_slots *state)
{
    uint32_t chosen = MVP_SLOT_NONE;

    for (uint32_t n = 0; n < MVP_SLOT_COUNT; n++) {
        if (may_start(&state->slots[n]) &&
            (chosen == MVP_SLOT_NONE || state->slots[n].priority > state->slots[chosen].priority)) {
            chosen = n;
        }
    }
    return chosen;
}

bool mvp_slots_start(struct mvp_slots *state, uint32_t slot)
{
    if (!is_slot(slot) || !may_start(&state->slots[slot])) {
        return false;
    }
    if (state->slots[slot].successful == 0) {
        state->slots[slot].tries--;
    } else if (state->booted == slot) {
        return false;
    }
    state->booted = slot;
    return true;
}

bool mvp_slots_refuse(struct mvp_slots *state, uint32_t slot)
{
    if (!is_slot(slot) || state->slots[slot].priority == 0) {
        return false;
    }
    state->slots[slot].priority = 0;
    return true;
}

bool mvp_slots_succeed(struct mvp_slots *state)
{
    struct mvp_slot *slot;
    bool changed;

    if (!is_slot(state->booted)) {
        return false;
    }
    slot = &state->slots[state->booted];
    if (slot->priority == 0) {
        return false; /* refused, or being flashed: what was started is not what is there */
    }
    changed = slot->successful == 0;
    slot->successful = 1;
    if (slot->rollback_index > state->rollback_index) {
        state->rollback_index = slot->rollback_index;
        changed = true;
    }
    return changed;
}

bool mvp_slots_flash(struct mvp_slots *state, uint32_t slot, uint32_t tries,
                     uint32_t rollback_index)
{
    if (!is_slot(slot) || tries == 0 || tries > MVP_SLOT_TRIES_MAX ||
        rollback_index < state->rollback_index) {
        return false;
    }
    for (uint32_t n = 0; n < MVP_SLOT_COUNT; n++) {
        if (state->slots[n].priority == MVP_SLOT_PRIORITY_MAX) {
            state->slots[n].priority--;
        }
    }
    state->slots[slot] = (struct mvp_slot){.priority = MVP_SLOT_PRIORITY_MAX,
                                           .tries = tries,
                                           .successful = 0,
                                           .rollback_index = rollback_index};
    if (state->booted == slot) {
        state->booted = MVP_SLOT_NONE; /* what was started is not what is there now */
    }
    return true;
}

void mvp_slots_clear(struct mvp_slots *state)
{
    *state = (struct mvp_slots){.booted = MVP_SLOT_NONE};
}
