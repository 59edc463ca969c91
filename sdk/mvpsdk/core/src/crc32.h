/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 as zlib, U-Boot and the GPT have it (ISO 3309): reflected, polynomial 0xedb88320. */
#ifndef CORE_CRC32_H
#define CORE_CRC32_H

#include <stdint.h>

/* Goes on from the CRC-32 of what came before; that of nothing is 0. */
uint32_t crc32_add(uint32_t crc, const void *data, uint64_t size);

#endif
