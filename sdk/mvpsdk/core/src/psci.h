/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 (Arm DEN0022) for a guest's vCPUs, whose numbers are their affinity 0. */
#ifndef CORE_PSCI_H
#define CORE_PSCI_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

#define PSCI_ID_MASK 0xbfffffe0 /* 32 functions, of the 32-bit and of the 64-bit convention */
#define PSCI_ID_BASE 0x84000000

/* Serves a call whose id is within the mask; as call_dispatch(). */
uint32_t psci_call(struct vcpu *vcpu, uint32_t id);

#endif
