/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets in struct vcpu that the vectors use; context.c asserts them. */
#ifndef AARCH64_OFFSETS_H
#define AARCH64_OFFSETS_H

#define VCPU_PC 248
#define VCPU_STACK 264

#endif
