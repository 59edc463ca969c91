/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the place of core/arch/aarch64/registers.h: each access goes to a test's model. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

uint32_t register_read(uint64_t address, uint32_t width);
void register_write(uint64_t address, uint32_t width, uint32_t value);

#endif
