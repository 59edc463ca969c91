/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiler may call by itself. */
#include "../../core/rt/memory.c"
