/* SPDX-License-Identifier: Apache-2.0 */
/* Device registers, one access each of 1, 2 or 4 bytes. The tests' drivers get a model's instead.
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

static inline uint32_t register_read(uint64_t address, uint32_t width)
{
    if (width == 1) {
        return *(const volatile uint8_t *)address;
    }
    if (width == 2) {
        return *(const volatile uint16_t *)address;
    }
    return *(const volatile uint32_t *)address;
}

static inline void register_write(uint64_t address, uint32_t width, uint32_t value)
{
    if (width == 1) {
        *(volatile uint8_t *)address = (uint8_t)value;
    } else if (width == 2) {
        *(volatile uint16_t *)address = (uint16_t)value;
    } else {
        *(volatile uint32_t *)address = value;
    }
}

#endif
