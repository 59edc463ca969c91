/* SPDX-License-Identifier: Apache-2.0 */
/* The guest reads its device tree with the hypervisor's own bounds-checked reader. */
#include "../../core/src/fdt.c"
