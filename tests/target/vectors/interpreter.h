/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors of the core: what it is asked, as 64-bit words, and one digest of all that it answers.
 * The same interpreter runs on the host and on the target.
 *
 * A list is: count, then records; a record is: group, words, and so many words.
 */
#ifndef VECTORS_INTERPRETER_H
#define VECTORS_INTERPRETER_H

#include <stdint.h>

#define BYTES_ROOM 512   /* bytes that are moved about in */
#define VECTOR_RAM 65536 /* bytes of a partition's RAM, from its start, that are there */

enum vector_group {
    VECTOR_BASE = 0,   /* bytes, a whole pack's metadata: what PACK changes and CALL runs on */
    VECTOR_PACK = 1,   /* available, mend the checksum?, then: offset, size (1, 2, 4 or 8), value */
    VECTOR_TABLE = 2,  /* pages, maps, maps times: va, pa, size, attributes; then addresses */
    VECTOR_VGIC = 3,   /* partition, then: operation, place, value; see vgic.c */
    VECTOR_CALL = 4,   /* partition, then: vCPU, x0 .. x6 */
    VECTOR_SHA256 = 5, /* bytes, bytes in the first of two steps, then the bytes */
    VECTOR_CHECKSUM = 6, /* bytes, then the bytes */
    VECTOR_FDT = 7,      /* bytes, then the bytes of a device tree */
    VECTOR_BYTES = 8     /* of BYTES_ROOM: from, to, size; then first and size of what is zeroed */
};

/* Answers a list; returns how many records it had. */
uint64_t vectors_run(const uint64_t *list, uint64_t *answers);

/* Takes a value into the digest of the record at hand. */
void vector_mix(uint64_t value);
/* The machine as it is after boot, with this pack and this partition running; none is loaded. */
void vector_boot(uint64_t partition);
void vector_vgic(const uint64_t *words, uint64_t count);

#endif
