/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's one timer (CNTHP) keeps all deadlines that no hardware timer keeps: virtual
 * timers of vCPUs that are off the CPU, emulated physical timers, time slices, the boot menu.
 */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include <stdint.h>

struct cpu;

#define TIMER_NEVER 0xffffffffffffffff

/* Sets the timer to the earliest deadline. */
void timer_program(struct cpu *cpu);

/* It fired: wakes whom it was for. */
void timer_expired(struct cpu *cpu);

/* A virtual timer's condition is met or will be: counter value, TIMER_NEVER. */
uint64_t timer_virtual_deadline(uint64_t control, uint64_t compare, uint64_t offset);

#endif
