/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions are found by the core's own reader, which the host tests and fuzzes. */
#include "../src/gpt.c"
