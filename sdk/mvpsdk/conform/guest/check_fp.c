/* SPDX-License-Identifier: Apache-2.0 */
/* FP and SIMD registers: the firmware beside has its own pattern in them, a thousand times a
 * second. */
#include "conform.h"

#define PATTERN 0xc0de4a1100000000UL
#define ROUNDS 20

CHECK(kept, "fp.kept", "all FP registers are as they were, whatever others run in between")
{
    for (uint64_t n = 0; n < ROUNDS; n++) {
        uint64_t pattern = PATTERN | n << 16 | (n & 3) << 22;

        about(n);
        fp_fill(pattern);
        pass(1100);
        expect("registers that changed while it ran", 0, fp_wrong(pattern));
    }
}

CHECK(sleeping, "fp.sleeping", "all FP registers are as they were after WFI, in which others run")
{
    for (uint64_t n = 0; n < ROUNDS; n++) {
        uint64_t pattern = ~PATTERN ^ n << 8;

        about(n);
        fp_fill(pattern);
        quiet();
        gic_open(MVP_VIRTUAL_TIMER_INTID, 0x80);
        sysreg_set("cntv_cval_el0", now() + ticks(1100));
        sysreg_set("cntv_ctl_el0", 1);
        __asm__ volatile("dsb sy\n\twfi" ::: "memory");
        expect("registers that changed while it slept", 0, fp_wrong(pattern));
    }
}
