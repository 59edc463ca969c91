/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of a partition's vGIC and the list registers after whatever has happened. */
#ifndef VGIC_HOLDS_H
#define VGIC_HOLDS_H

#include "vcpu.h"

/* At any time. */
void vgic_holds(const struct partition *partition);
/* What takes longer to look at: after the last step. */
void vgic_holds_in_all(const struct partition *partition);

/* After the vCPU has been loaded, or a maintenance interrupt was served: nothing waits outside that
 * should stand in a list register. */
void vgic_is_filled(struct vcpu *vcpu);

/* An interrupt that stands in one of the vCPU's list registers while active: INTID, 1023: none.
 * which: chooses among them. */
uint32_t vgic_some_active(const struct vcpu *vcpu, uint32_t which);

#endif
