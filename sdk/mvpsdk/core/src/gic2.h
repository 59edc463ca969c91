/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GICv2's own forms of things (Arm IHI 0048): list registers of 32 bits, and where the second
 * page of a CPU interface stands.
 */
#ifndef CORE_GIC2_H
#define CORE_GIC2_H

#include <stdint.h>

/* GICH_LR<n> for a list register in the form of arch.h. */
uint32_t gic2_lr(uint64_t value);
/* And back, with all that a GICH_LR<n> can hold: of the priority the upper five bits. */
uint64_t gic2_lr_value(uint32_t lr);

/* From the first page of a GICC or GICV of this size to its second, which has the DIR register.
 * SoCs that space a GIC-400's frames for pages of 64 KiB repeat each page 16 times. */
uint64_t gic2_second_page(uint64_t size);

#endif
