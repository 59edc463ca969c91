/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated PL061 GPIO (Arm DDI 0190): eight pins. Whoever has the handset's real keys, the realtime
 * firmware, drives those that are inputs (MVP_CALL_PINS); platform.h names them. */
#ifndef CORE_PL061_H
#define CORE_PL061_H

#include <stdint.h>

struct vcpu;

/* Each a bit for each pin. */
struct pl061 {
    uint8_t input; /* levels from outside: no reset of the partition changes them */
    uint8_t data;  /* of outputs */
    uint8_t direction;
    uint8_t sense; /* level, not edge */
    uint8_t both;
    uint8_t event;
    uint8_t mask;
    uint8_t function;
    uint8_t edges; /* seen, and not cleared */
    uint8_t zero[3];
    uint32_t intid; /* in the partition's vGIC */
};

void pl061_init(struct pl061 *gpio, uint32_t intid);
uint64_t pl061_read(struct vcpu *vcpu, uint64_t offset);
void pl061_write(struct vcpu *vcpu, uint64_t offset, uint64_t value);

/* Sets the levels of all pins from outside; any vCPU of the partition. */
void pl061_drive(struct vcpu *vcpu, uint8_t levels);

#endif
