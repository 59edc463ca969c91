/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder offer one another. */
#ifndef AARCH64_H
#define AARCH64_H

#include <mvp/core.h>

#include "boot.h"
#include "table.h"
#include "vcpu.h"

#define GUARD_SIZE 4096 /* of the page below the CPU's stack, which nothing maps */

#pragma GCC visibility push(hidden)

/* head.S */
extern uint8_t _head[], _rodata[], _data[], _load_end[], _end[], cpu_guard[], cpu_stack_top[],
    vectors[];
_Noreturn void boot_jump(const void *tree, uint64_t pack, uint64_t image);

/* vectors.S */
_Noreturn void enter(struct vcpu *vcpu);
struct vcpu *trap_irq(struct vcpu *vcpu);
void context_switch(struct vcpu *next, struct vcpu *previous);

/* panic.S: EL2's registers as an exception of its own found them. */
struct panic_frame {
    uint64_t x[31];
    uint64_t sp;
    uint64_t taken; /* 1: a panic is under way; another one halts */
    uint64_t zero;
};
void panic(const struct panic_frame *frame);
void banner(const char *text); /* main.c; of window and fingerprint */

/* fp.S */
void fp_save(uint64_t *to);
void fp_load(const uint64_t *from);

/* boot.c's caller */
void early_console(void); /* before what is said early: opens the device tree's, if none is open */
_Noreturn void boot_main(const void *tree, uint64_t pack, uint64_t el);

/* secondary.c: starts the CPUs that partitions are on. *verdict is MVP_OK, and stays so if all
 * came. */
void secondaries_start(struct mvp_verdict *verdict);

/* EL2's translation, as its registers have it. */
struct translation {
    uint64_t ttbr0;
    uint64_t tcr;
    uint64_t mair;
    uint64_t sctlr;
};

/* mmu.c: EL2's own map; the board's RAM, its GIC and console, and this image. */
bool mmu_map(const void *pack, struct table_pool *pool);
void mmu_on(const struct table_pool *pool);
void mmu_tables(struct translation *tables);

/* cpu.c: registers of EL2 that stay as they are while guests run. */
void cpu_init(void);
void cpu_read_ids(uint64_t *ids);
uint64_t cpu_smc(uint64_t id, uint64_t first, uint64_t second);

/* drivers/gic_<version>/ */
uint32_t gic_version(const struct mvp_board *board); /* of the GIC that is there; 0: not told */
void gic_init(const struct mvp_board *board);        /* what all CPUs share */
/* This CPU's own part; returns the number of its list registers. */
uint32_t gic_init_cpu(const struct mvp_board *board, struct cpu *cpu);

/* gic.c: the interrupts of those partitions that have their first vCPU on this CPU. */
void gic_enable_owned(const struct cpu *cpu);

/* drivers/console_<driver>.c: polled, as the boot loader left it set up. */
void console_open(const struct uart *found);
void console_interrupts(void);

#pragma GCC visibility pop

#endif
