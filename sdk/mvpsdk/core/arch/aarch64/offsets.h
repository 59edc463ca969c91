/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets in struct vcpu that the vectors use; context.c asserts them. panic.c does the rest. */
#ifndef AARCH64_OFFSETS_H
#define AARCH64_OFFSETS_H

#define VCPU_PC 248
#define VCPU_STACK 264

/* Bytes above the CPU's stack: the vCPU's slot, the panic's stack, struct panic_frame. */
#define STACK_SLOT 64
#define PANIC_STACK 1024
#define PANIC_FRAME 272
#define PANIC_SP 248
#define PANIC_TAKEN 256

#endif
