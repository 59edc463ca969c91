/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the first C function to rt_main(), and the ways out.
 */
#include "rt_internal.h"

#define PSCI_CPU_OFF 0x84000002 /* Arm DEN0022, section 5.1 */
#define PSCI_SYSTEM_OFF 0x84000008

uint64_t rt_call(uint64_t function, uint64_t a, uint64_t b)
{
    return rt_call_pair(function, a, b, NULL);
}

bool rt_pins(uint32_t index, uint32_t levels)
{
    return rt_call(MVP_CALL_PINS, index, levels) == MVP_SUCCESS;
}

int64_t rt_partition_state(uint32_t index)
{
    int64_t state = (int64_t)rt_call(MVP_CALL_PARTITION_STATE, index, 0);

    return state < 0 ? -1 : state;
}

uint32_t rt_partitions(uint32_t *own)
{
    uint64_t count = 0;

    *own = (uint32_t)rt_call_pair(MVP_CALL_PARTITION_INFO, 0, 0, &count);
    return (uint32_t)count;
}

void rt_wait(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

static _Noreturn void leave(uint64_t function)
{
    __asm__ volatile("msr daifset, #0xf" ::: "memory");
    rt_call(function, 0, 0);
    for (;;) {
        rt_wait();
    }
}

void rt_power_off(void)
{
    leave(PSCI_SYSTEM_OFF);
}

void rt_stop(const char *why)
{
    rt_print("stopped: %s\n", why);
    leave(PSCI_CPU_OFF);
}

void rt_exception(uint64_t syndrome, uint64_t address, uint64_t pc)
{
    static bool dying;

    if (dying) {
        leave(PSCI_CPU_OFF); /* while it was being reported */
    }
    dying = true;
    rt_print("exception: ESR 0x%lx FAR 0x%lx PC 0x%lx\n", syndrome, address, pc);
    rt_stop("an exception that nothing handles");
}

void rt_start(const void *tree)
{
    if (!rt_machine_read(tree)) {
        rt_stop("the device tree lacks RAM, GIC or timer, or is damaged");
    }
    rt_mmu_on();
    rt_gic_start();
    rt_timer_start();
    __asm__ volatile("msr daifclr, #2" ::: "memory");
    rt_main();
}
