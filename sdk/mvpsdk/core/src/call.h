/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HVC and SMC from a guest: PSCI (Arm DEN0022), SMCCC (Arm DEN0028) and MVP calls.
 *
 * call_dispatch() reads x0.. of the vCPU and writes its results there. What must happen next to the
 * partition as a whole is returned, and done by the caller (sched.h): the portable core decides,
 * one place acts.
 */
#ifndef CORE_CALL_H
#define CORE_CALL_H

#include <stdint.h>

struct vcpu;

enum call_action {
    CALL_DONE = 0, /* back to the guest */
    CALL_WAIT = 1, /* CPU_SUSPEND: as WFI */
    CALL_CPU_OFF = 2,
    CALL_CPU_ON = 3, /* the target vCPU has been started */
    CALL_SYSTEM_OFF = 4,
    CALL_SYSTEM_RESET = 5,
    CALL_SYSTEM_SUSPEND = 6,
    CALL_SAID = 7 /* something for the console waits */
};

/* Returns enum call_action. */
uint32_t call_dispatch(struct vcpu *vcpu);

#endif
