/* SPDX-License-Identifier: Apache-2.0 */
/* A vCPU's emulated physical timer: CNTP_CTL, CNTP_CVAL, CNTP_TVAL (Arm DDI 0487, D11). */
#ifndef CORE_PTIMER_H
#define CORE_PTIMER_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

struct ptimer {
    uint64_t control; /* CNTP_CTL_EL0: bit 0 ENABLE, bit 1 IMASK */
    uint64_t compare; /* CNTP_CVAL_EL0 */
};

enum ptimer_register { PTIMER_CTL = 0, PTIMER_CVAL = 1, PTIMER_TVAL = 2 };

/* The guest reads or writes a register; now: the physical counter. */
uint64_t ptimer_read(const struct vcpu *vcpu, uint32_t reg, uint64_t now);
void ptimer_write(struct vcpu *vcpu, uint32_t reg, uint64_t value, uint64_t now);

/* Drives the timer's line (INTID 30) as of now; returns the counter value at which it will rise
 * next, all ones: not by itself. */
uint64_t ptimer_poll(struct vcpu *vcpu, uint64_t now);

#endif
