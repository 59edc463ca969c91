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

#endif
