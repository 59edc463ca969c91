/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of boot control and of partition tables: the core's own. */
#include "../src/crc32.c"
