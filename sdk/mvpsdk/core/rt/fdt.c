/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware reads its device tree with the hypervisor's own bounds-checked reader. */
#include "../src/fdt.c"
