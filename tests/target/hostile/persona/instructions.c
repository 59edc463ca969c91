/* SPDX-License-Identifier: Apache-2.0 */
/* Cache, TLB and address translation instructions, by themselves and without end. */
#include <mvp/platform.h>

#include "hostile.h"

#define ROUNDS 2000

static uint8_t scratch[4096] __attribute__((aligned(4096)));

static uint64_t translate(uint64_t address)
{
    __asm__ volatile("at s1e1r, %0\n\tisb" ::"r"(address) : "memory");
    return READ("par_el1");
}

static void by_set_and_way(void)
{
    for (uint64_t n = 0; n < 1024; n++) {
        uint64_t line = n << 6;

        __asm__ volatile("dc isw, %0\n\tdc csw, %0\n\tdc cisw, %0" ::"r"(line) : "memory");
    }
}

static void flood(void)
{
    for (uint32_t n = 0; n < ROUNDS; n++) {
        __asm__ volatile(
            "tlbi vmalle1is\n\ttlbi vmalle1\n\ttlbi aside1is, %0\n\ttlbi vaae1is, %0\n\t"
            "dsb sy\n\tic ialluis\n\tic iallu\n\tdsb sy\n\tisb" ::"r"(0UL)
            : "memory");
        __asm__ volatile("dc civac, %0\n\tdc zva, %0\n\tdc ivac, %0" ::"r"(scratch) : "memory");
    }
}

void attack_instructions(void)
{
    by_set_and_way();
    flood();
    print("+ instructions.flood.1");
    field("hypervisor", translate(HYPERVISOR));
    field("gicd", translate(MVP_GICD_BASE));
    field("own", translate(MVP_RAM_BASE));
    field("scratch", scratch[0]);
    end();
}
