/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets in struct vcpu that the vectors use; context.c asserts them. panic.c does the rest. */
#ifndef AARCH64_OFFSETS_H
#define AARCH64_OFFSETS_H

#define VCPU_PC 248
#define VCPU_STACK 264
#define VCPU_HOME 1080

/* In struct cpu; in struct machine; in struct secondaries (secondary.c). */
#define CPU_INDEX 44
#define SMP_HERE 4
#define SMP_STILL 8
#define SECONDARY_TABLES 64

/* Bytes above the CPU's stack: the vCPU's slot, the panic's stack, struct panic_frame. */
#define STACK_STRIDE_SHIFT 13 /* from one CPU's stack to the next one's: guard page and stack */
#define STACK_SLOT 64
#define PANIC_STACK 1024
#define PANIC_FRAME 272
#define PANIC_SP 248
#define PANIC_TAKEN 256

#endif
