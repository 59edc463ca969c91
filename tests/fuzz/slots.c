/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot control: what is read of a partition that anyone may have written, and what the steps make
 * of it. An input is 8 bytes of choices, then the two copies. Their checksums are mended, so that
 * what the copies say is looked at; each step's state is written, read again, and torn.
 */
#include <mvp/slots.h>

#include "harness.h"

#define PREFIX 8
#define ROOM (MVP_SLOTS_STEP + MVP_SLOTS_SIZE)
#define STEPS 5 /* choices that are steps; before them: options, size, what is torn */

enum option { KEEP_A = 1, KEEP_B = 2, CUT = 4 };

static struct {
    uint64_t read;
    uint64_t none;
    uint64_t started;
    uint64_t good;
    uint64_t refused;
    uint64_t flashed;
    uint64_t torn;
} seen;

static void say_seen(void)
{
    printf("seen: read=%llu none=%llu started=%llu good=%llu refused=%llu flashed=%llu torn=%llu\n",
           (unsigned long long)seen.read, (unsigned long long)seen.none,
           (unsigned long long)seen.started, (unsigned long long)seen.good,
           (unsigned long long)seen.refused, (unsigned long long)seen.flashed,
           (unsigned long long)seen.torn);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(say_seen);
}

static void mend(uint8_t *copy)
{
    uint32_t crc = 0xffffffff; /* the definition, bit by bit */

    for (uint32_t n = 0; n < MVP_SLOTS_SIZE - 4; n++) {
        crc ^= copy[n];
        for (uint32_t bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
        }
    }
    for (uint32_t n = 0; n < 4; n++) {
        copy[MVP_SLOTS_SIZE - 4 + n] = (uint8_t)(~crc >> (24 - 8 * n));
    }
}

static bool may_start(const struct mvp_slot *slot)
{
    return slot->priority > 0 && (slot->successful == 1 || slot->tries > 0);
}

static void is_sound(const struct mvp_slots *state)
{
    uint32_t chosen = mvp_slots_choose(state);

    HOLDS(state->booted == MVP_SLOT_NONE || state->booted < MVP_SLOT_COUNT);
    for (uint32_t n = 0; n < MVP_SLOT_COUNT; n++) {
        HOLDS(state->slots[n].priority <= MVP_SLOT_PRIORITY_MAX);
        HOLDS(state->slots[n].tries <= MVP_SLOT_TRIES_MAX);
        HOLDS(state->slots[n].successful <= 1);
        HOLDS(chosen != MVP_SLOT_NONE || !may_start(&state->slots[n]));
    }
    if (chosen != MVP_SLOT_NONE) {
        HOLDS(chosen < MVP_SLOT_COUNT && may_start(&state->slots[chosen]));
        HOLDS(!may_start(&state->slots[1 - chosen]) ||
              state->slots[1 - chosen].priority <= state->slots[chosen].priority);
    }
}

/* Written where it belongs, it counts; damaged there, the state before it does. */
static void keep(uint8_t *misc, struct mvp_slots *state, uint32_t *copy, uint8_t tear)
{
    struct mvp_slots before;
    struct mvp_slots now;
    uint64_t at = mvp_slots_write(state, *copy);

    HOLDS(mvp_slots_read(misc, ROOM, &before) == *copy);
    HOLDS(at == (uint64_t)(1 - *copy) * MVP_SLOTS_STEP);
    memcpy(misc + at, state, MVP_SLOTS_SIZE);
    misc[at + tear] ^= 0x10;
    HOLDS(mvp_slots_read(misc, ROOM, &now) == *copy);
    HOLDS(memcmp(&now, &before, sizeof now) == 0);
    seen.torn++;
    misc[at + tear] ^= 0x10;
    HOLDS(mvp_slots_read(misc, ROOM, &now) == 1 - *copy);
    HOLDS(memcmp(&now, state, sizeof now) == 0);
    *copy = 1 - *copy;
}

/* choice: two bits of kind, three of slot (most are none), three of a number. */
static bool step(struct mvp_slots *state, uint8_t choice)
{
    const struct mvp_slots before = *state;
    uint32_t slot = choice >> 2 & 7;
    uint32_t number = choice >> 5;
    bool changed = false;

    switch (choice & 3) {
    case 0:
        changed = mvp_slots_start(state, slot);
        HOLDS(!changed || (state->booted == slot && may_start(&before.slots[slot])));
        seen.started += changed;
        break;
    case 1:
        changed = mvp_slots_refuse(state, slot);
        HOLDS(mvp_slots_choose(state) != slot || slot >= MVP_SLOT_COUNT);
        seen.refused += changed;
        break;
    case 2:
        changed = mvp_slots_succeed(state);
        HOLDS(state->rollback_index >= before.rollback_index);
        HOLDS(!changed || state->slots[state->booted].successful == 1);
        seen.good += changed;
        break;
    default:
        changed = mvp_slots_flash(state, slot, number, before.rollback_index + number);
        HOLDS(!changed || mvp_slots_choose(state) == slot);
        seen.flashed += changed;
        break;
    }
    HOLDS(changed || memcmp(state, &before, sizeof before) == 0);
    return changed;
}

static void try_all(const uint8_t *choices, uint8_t *misc, size_t size)
{
    uint8_t *cut = malloc(size + 1);
    struct mvp_slots state;
    uint32_t copy;

    HOLDS(cut != NULL);
    memcpy(cut, misc, size);
    copy = mvp_slots_read(cut, size, &state);
    free(cut);
    HOLDS(copy == MVP_SLOT_NONE || copy < MVP_SLOTS_COPIES);
    if (copy == MVP_SLOT_NONE) {
        seen.none++;
        return;
    }
    seen.read++;
    is_sound(&state);
    memset(misc + size, 0, ROOM - size); /* what was not there to be read is not there later */
    for (uint32_t n = 0; n < STEPS; n++) {
        if (step(&state, choices[PREFIX - STEPS + n])) {
            is_sound(&state);
            keep(misc, &state, &copy, choices[2]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t misc[ROOM];
    size_t first = size < PREFIX ? 0 : size - PREFIX;
    size_t second = first < MVP_SLOTS_SIZE ? 0 : first - MVP_SLOTS_SIZE;

    if (size < PREFIX) {
        return 0;
    }
    memset(misc, 0, sizeof misc);
    memcpy(misc, data + PREFIX, first < MVP_SLOTS_SIZE ? first : MVP_SLOTS_SIZE);
    memcpy(misc + MVP_SLOTS_STEP, data + size - second,
           second < MVP_SLOTS_SIZE ? second : MVP_SLOTS_SIZE);
    if ((data[0] & KEEP_A) == 0) {
        mend(misc);
    }
    if ((data[0] & KEEP_B) == 0) {
        mend(misc + MVP_SLOTS_STEP);
    }
    try_all(data, misc, (data[0] & CUT) == 0 ? ROOM : (size_t)data[1] * ROOM / 256);
    return 0;
}
