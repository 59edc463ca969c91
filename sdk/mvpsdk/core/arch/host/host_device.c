/* SPDX-License-Identifier: Apache-2.0 */
/* A device's registers: a test's model of it. */
#include "arch.h"
#include "host.h"

uint32_t arch_device_read(uint64_t address)
{
    return host.device_read(address);
}

void arch_device_write(uint64_t address, uint32_t value)
{
    host.device_write(address, value);
}
