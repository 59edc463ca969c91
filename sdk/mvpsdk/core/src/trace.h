/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened last: a ring of exits, interrupts, switches and injections with their times, whose
 * tail a panic prints. Off by default: TRACE() of the build's build_features.h is then nothing at
 * all.
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include <stdint.h>

#include "build_features.h"

struct vcpu;

#define TRACE_ENTRIES 128 /* a power of two */
#define TRACE_PRINTED 16
#define TRACE_NOBODY 0xffffffff

enum trace_event {
    TRACE_HVC = 0,    /* exit: HVC or SMC; value: x0 */
    TRACE_SYNC = 1,   /* exit: any other synchronous one; value: ESR_EL2 */
    TRACE_IRQ = 2,    /* a physical interrupt; value: INTID */
    TRACE_SWITCH = 3, /* vcpu comes on the CPU; value: index of the one that goes */
    TRACE_INJECT = 4, /* an interrupt for vcpu, loaded or not; value: INTID */
    TRACE_FAULT = 5,  /* an exception for vcpu at its EL1; value: ESR_EL1 */
    TRACE_EVENTS = 6
};

struct trace_entry {
    uint64_t time; /* counter value, CNTPCT */
    uint64_t value;
    uint32_t event; /* enum trace_event */
    uint32_t vcpu;  /* its row in the pack's table; TRACE_NOBODY: none */
};

struct trace {
    uint64_t count;                  /* of all entries ever; the last is the one before */
    struct trace_entry entries[128]; /* TRACE_ENTRIES */
};

#pragma GCC visibility push(hidden)
extern struct trace trace;
#pragma GCC visibility pop

/* Notes an event; vcpu may be NULL. Call TRACE() instead. */
void trace_add(uint32_t event, const struct vcpu *vcpu, uint64_t value);

/* A vCPU's row, for TRACE_SWITCH. */
uint32_t trace_vcpu(const struct vcpu *vcpu);

/* Prints the last TRACE_PRINTED entries, oldest first; waits for the console after each. */
void trace_tail(void);

#endif
