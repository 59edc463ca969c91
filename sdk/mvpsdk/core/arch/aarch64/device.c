/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of devices that read memory by themselves. */
#include "arch.h"
#include "registers.h"
#include "regs.h"

uint32_t arch_device_read(uint64_t address)
{
    uint32_t value = register_read(address, 4);

    __asm__ volatile("dsb sy" ::: "memory"); /* what it wrote before is read after */
    return value;
}

void arch_device_write(uint64_t address, uint32_t value)
{
    __asm__ volatile("dsb sy" ::: "memory");
    register_write(address, 4, value);
}
