/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits from a guest, as the vectors hand them in. Each returns the vCPU to switch to; NULL: back
 * to the same one.
 */
#ifndef CORE_TRAP_H
#define CORE_TRAP_H

#include <stdint.h>

#include "vcpu.h"

/* HVC #imm from AArch64: only x0..x17 are saved, pc is not. */
struct vcpu *trap_hvc(struct vcpu *vcpu);

/* Any other synchronous exception: everything is saved. syndrome: ESR_EL2, address: FAR_EL2, ipa:
 * HPFAR_EL2. */
struct vcpu *trap_sync(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t ipa);

/* Asynchronous external abort. */
struct vcpu *trap_serror(struct vcpu *vcpu, uint64_t syndrome);

/* A stage-2 data abort with a syndrome: true, served by an emulated device. */
bool mmio_access(struct vcpu *vcpu, uint64_t ipa, uint64_t syndrome);

/* A trapped MSR or MRS: true, served; false: no such register for a guest. */
bool sysreg_access(struct vcpu *vcpu, uint64_t syndrome);

#endif
