/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the portable core offers to host and board alike. Pure functions of their arguments.
 */
#ifndef MVP_CORE_H
#define MVP_CORE_H

#include <stdint.h>

#include <mvp/pack.h>
#include <mvp/reason.h>

/* Fletcher-64 over size bytes (a multiple of 4) of 4-byte aligned little-endian words. Guards
 * against accident, not against malice: that is the signature's task. About one instruction a
 * byte, so that judging a pack costs a boot little. */
uint64_t mvp_checksum(const void *data, uint64_t size);

/* The checksum that belongs into the pack's header: metadata with the checksum field as zero. */
uint64_t mvp_pack_checksum(const void *pack, uint64_t meta_size);

/* Offset of the pack in [data, data + size): at a 4-byte aligned magic. Returns size if none.
 * Loaders put other ramdisks in front, so every 4-byte step is looked at. */
uint64_t mvp_pack_find(const void *data, uint64_t size);

/* Judges header, configuration and tables of the pack in [pack, pack + available); pack is 8-byte
 * aligned. fingerprint: 32 bytes, the judge's own; NULL leaves that check out (inspection of packs
 * of other builds). Images' digests are not checked. Returns verdict->reason. */
uint32_t mvp_pack_check(const void *pack, uint64_t available, const uint8_t *fingerprint,
                        struct mvp_verdict *verdict);

/* Start of a table's entry. The pack must have been judged MVP_OK, the index be below the count. */
const void *mvp_pack_entry(const void *pack, uint32_t table, uint32_t index);

/* SHA-256 of size bytes into digest[32] (FIPS 180-4). */
void mvp_sha256(const void *data, uint64_t size, uint8_t *digest);

/* The fingerprint of this build's portable sources, 32 bytes. */
const uint8_t *mvp_fingerprint(void);

#endif
