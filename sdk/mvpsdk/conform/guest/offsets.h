/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of struct cpu and struct entry (conform.h), for the assembler. */
#ifndef CONFORM_OFFSETS_H
#define CONFORM_OFFSETS_H

#define CPU_COUNT 0
#define CPU_ESR 8
#define CPU_FAR 16
#define CPU_ELR 24
#define CPU_ARMED 32
#define CPU_STRAYS 40
#define CPU_STRAY_ESR 48
#define CPU_STRAY_ELR 56
#define CPU_SAVED 64

#define CPU_STRIDE 512
#define CPUS_MAX 8
#define STACK_SIZE 8192

#define ENTRY_X0 0
#define ENTRY_LEVEL 32
#define ENTRY_DAIF 40
#define ENTRY_SPSEL 48
#define ENTRY_SCTLR 56
#define ENTRY_TIMERS 64
#define ENTRY_PLACE 72
#define ENTRY_SIZE 80

#endif
