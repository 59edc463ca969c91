/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's memory, by its own addresses. */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

/* Copies size bytes from ipa. False: some of them are not RAM of the vCPU's partition. */
bool guest_read(struct vcpu *vcpu, uint64_t ipa, void *to, uint32_t size);

#endif
