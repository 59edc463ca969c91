/* SPDX-License-Identifier: Apache-2.0 */
/* A whole machine for the trap harness: firmware and two personas in small pieces of memory. */
#ifndef WORLD_H
#define WORLD_H

#include "machine.h"

#define WORLD_PARTITIONS 3 /* firmware; a persona with two vCPUs; one with one */
#define WORLD_RAM_SIZE 0x2000
#define WORLD_RAM_STEP \
    0x4000 /* what is between two pieces of RAM is nobody's: touching it is found */
#define WORLD_RAM_BASE 0x40300000
#define WORLD_MEMORY_SIZE (WORLD_PARTITIONS * WORLD_RAM_STEP)
#define WORLD_TIMER_IRQ 26
#define WORLD_MAINTENANCE_IRQ 25
#define WORLD_CONSOLE_IRQ 36

extern uint8_t world_memory[WORLD_MEMORY_SIZE];

/* The board's interrupts that partitions own, by partition. */
extern const uint32_t world_irqs[WORLD_PARTITIONS][2];

/* Builds the machine for both versions of the GIC, with all partitions loaded and running. */
void world_init(void);
/* The machine as it was then. version: 2 or 3. */
void world_reset(uint32_t version);
/* The machine as it was at the last world_reset(): what of it never changes. */
const struct machine *world_at_start(void);
/* Switches as context_switch() does; chosen: as a trap or the scheduler returned it. */
void world_switch(struct vcpu *chosen);

#endif
