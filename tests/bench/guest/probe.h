/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One measurement each: counter ticks (instructions, see ../README.md), the read of the counter not
 * yet taken off.
 */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include <stdint.h>

#pragma GCC visibility push(hidden) /* no global offset table: nobody would relocate it */

/* Two reads of the counter, back to back. */
uint64_t probe_nothing(uint64_t unused);
/* HVC with x0 = id, there and back. */
uint64_t probe_call(uint64_t id);
/* A 32-bit load from the address. */
uint64_t probe_read(uint64_t address);
/* A 32-bit store of the address's bits 63:32 to its bits 31:0. */
uint64_t probe_write(uint64_t address);
/* A write to ICC_SGI1R_EL1, to the first instruction of the vector; on a GICv2 a 32-bit store, as
 * probe_write does it. */
uint64_t probe_sgi(uint64_t value);
/* A virtual timer interrupt `delay` from now: from its deadline to the vector's first instruction;
 * the guest is in a loop, or in WFI. */
uint64_t probe_timer(uint64_t delay);
uint64_t probe_timer_wfi(uint64_t delay);
/* A loop of fixed length, in which a timer interrupt comes after `delay`; 0: none comes. */
uint64_t probe_loop(uint64_t delay);

/* BENCH_CPUS 2. CPU_ON of the other CPU, to its first instruction; stays: it is switched off again,
 * or sleeps and takes interrupts. */
uint64_t probe_cpu_on(uint64_t stays);
/* A write to ICC_SGI1R_EL1, to the first instruction of the vector of the other CPU, which sleeps.
 */
uint64_t probe_ipi(uint64_t value);
/* Until the other CPU has done what it does after it has noted the counter. */
void settle(void);

/* Instructions of the guest's own interrupt handler, from the vector to ERET. */
uint64_t handler_length(void);

/* The physical counter at the guest's first instruction. */
extern uint64_t first_instruction;

/* Semihosting (Arm IHI 0100): operation and argument. */
uint64_t semihosting(uint64_t operation, const void *argument);

#pragma GCC visibility pop

#endif
