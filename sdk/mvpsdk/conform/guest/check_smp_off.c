/* SPDX-License-Identifier: Apache-2.0 */
/* vCPUs that are switched off, and on again. */
#include "conform.h"

#define CYCLES 20
#define SGI 7

CHECK(cycles, "smp.cycles", "each other vCPU is switched off and on again twenty times")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
            uint64_t context = SMP_CONTEXT | cycle << 4 | n;

            about((uint64_t)n << 8 | cycle);
            expect("AFFINITY_INFO says off", 1, cpu_stop(n));
            expect("it comes back", 1, cpu_start(n, context));
            expect("x0 is the new context", context, entries[n].x[0]);
        }
    }
}

CHECK(off, "smp.cpu-off",
      "a vCPU that is off stays off, whatever is sent to it, and then comes again")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    about(1);
    expect("AFFINITY_INFO says off", 1, cpu_stop(1));
    gic()->sgi(1, SGI);
    pass(2000);
    expect("AFFINITY_INFO", 1, call(PSCI_AFFINITY_INFO, tree.cpu_reg[1], 0, 0));
    expect("entry that is no instruction's", INVALID_ADDRESS,
           call(PSCI_CPU_ON, tree.cpu_reg[1], (uint64_t)secondary + 2, 0));
    expect("it comes back", 1, cpu_start(1, SMP_CONTEXT));
}

CHECK(all_off, "smp.all-off", "in the end all others are switched off, and the first goes on")
{
    if (smp_alone() || !smp_on()) {
        return;
    }
    for (uint32_t n = 1; n < tree.cpu_count; n++) {
        about(n);
        expect("AFFINITY_INFO says off", 1, cpu_stop(n));
    }
}
