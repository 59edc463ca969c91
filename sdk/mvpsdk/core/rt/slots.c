/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware keeps its slot by the same rules as everyone else: the core's own, which the host
 * tests. */
#include "../src/slots.c"
