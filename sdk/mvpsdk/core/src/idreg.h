/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ID registers as a guest sees them: what the CPU has, less what the hypervisor does not keep.
 * (Arm DDI 0487, D17; trapped by HCR_EL2.TID3.)
 */
#ifndef CORE_IDREG_H
#define CORE_IDREG_H

#include <stdint.h>

/* The ID register space is Op0 = 3, Op1 = 0, CRn = 0, CRm = 1..7, Op2 = 0..7. real: the CPU's own
 * value. vgic: version that the guest gets. */
uint64_t idreg_view(uint32_t crm, uint32_t op2, uint64_t real, uint32_t vgic);

/* What two CPUs both have: of each 4-bit field the lower value, as signed ones compare, by which 15
 * is "not there" where it can be (Arm DDI 0487, D19.1.3). ids: 64 registers, narrowed to it. */
void idreg_common(uint64_t *ids, const uint64_t *other);

#endif
