/* SPDX-License-Identifier: Apache-2.0 */
#include "conform.h"

uint64_t call(uint64_t id, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t x[18] = {id, a, b, c};

    call_registers(x, 0);
    return x[0];
}

uint64_t ticks(uint64_t microseconds)
{
    return sysreg("cntfrq_el0") * microseconds / 1000000;
}

void pass(uint64_t microseconds)
{
    uint64_t start = now();

    while (now() - start < ticks(microseconds)) {
    }
}
