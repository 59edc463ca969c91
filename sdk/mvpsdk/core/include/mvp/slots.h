/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot control: which of two slots starts next, how often it may be tried, and below which rollback
 * index nothing starts. Kept in the partition "misc" by the boot script, the firmware and the
 * flasher; the rules are these functions, for all of them.
 *
 * Two copies, MVP_SLOTS_STEP bytes apart, each one block of a disk, little-endian. The newer one
 * whose checksum is right counts; a writer writes the other one. So whatever becomes of a write
 * that a power cut interrupts, the state before it or the state after it is there. Pure functions,
 * no allocation; nothing that is read is trusted. Whoever can write the partition can write what
 * he likes, since a checksum is no signature.
 */
#ifndef MVP_SLOTS_H
#define MVP_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#define MVP_SLOTS_MAGIC 0x53544f4c5350564d /* "MVPSLOTS" */
#define MVP_SLOTS_VERSION 1
#define MVP_SLOTS_COPIES 2
#define MVP_SLOTS_SIZE 512 /* bytes of a copy: a block, which a disk writes whole or not at all */
#define MVP_SLOTS_STEP 4096
#define MVP_SLOT_COUNT 2         /* a and b */
#define MVP_SLOT_NONE 0xffffffff /* no slot, no copy */
#define MVP_SLOT_PRIORITY_MAX 15
#define MVP_SLOT_TRIES_MAX 7

struct mvp_slot {
    uint32_t priority;       /* 0: does not start; else the higher one goes first */
    uint32_t tries;          /* starts left before it counts as bad, unless it is successful */
    uint32_t successful;     /* 1: its firmware said that it is well */
    uint32_t rollback_index; /* of what is flashed into it */
};

struct mvp_slots {
    uint64_t magic;
    uint32_t version;
    uint32_t sequence;       /* one more at each write; wraps */
    uint32_t rollback_index; /* the floor: what has a lower one is refused */
    uint32_t booted;         /* the slot that was started last; MVP_SLOT_NONE */
    struct mvp_slot slots[MVP_SLOT_COUNT];
    uint32_t zero[113]; /* written as zero, not read */
    uint8_t crc[4];     /* CRC-32 of all before it, big-endian, as U-Boot's crc32 stores it */
};

/* Takes the copy that counts from the first `size` bytes of the partition; returns its number, or
 * MVP_SLOT_NONE if no copy is right: nobody may invent a state then. */
uint32_t mvp_slots_read(const void *misc, uint64_t size, struct mvp_slots *state);

/* Makes the state ready to be written: sequence, magic and checksum. copy: the number of the copy
 * that it was read from. Returns where in the partition its MVP_SLOTS_SIZE bytes go. */
uint64_t mvp_slots_write(struct mvp_slots *state, uint32_t copy);

/* The slot that starts: of those that may, the one of the highest priority, a before b;
 * MVP_SLOT_NONE if none may. */
uint32_t mvp_slots_choose(const struct mvp_slots *state);

/* What changes the state returns whether anything changed: what has not need not be written. A slot
 * that is none changes nothing. */

/* The slot is about to be started: one try is taken, unless it is successful. A slot that may not
 * start changes nothing. */
bool mvp_slots_start(struct mvp_slots *state, uint32_t slot);
/* What is in the slot was refused: it does not start again before it is flashed anew. */
bool mvp_slots_refuse(struct mvp_slots *state, uint32_t slot);
/* The slot that was started last is well: it is successful, and the floor rises to its index. */
bool mvp_slots_succeed(struct mvp_slots *state);
/* The slot has been flashed: it goes first from now on, as often as `tries` says. False, too, if
 * tries is 0 or more than MVP_SLOT_TRIES_MAX, or the index is below the floor. */
bool mvp_slots_flash(struct mvp_slots *state, uint32_t slot, uint32_t tries,
                     uint32_t rollback_index);
/* The state of a disk that is being made: nothing is flashed, nothing was started. */
void mvp_slots_clear(struct mvp_slots *state);

#endif
