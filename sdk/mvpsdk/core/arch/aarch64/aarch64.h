/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder offer one another. */
#ifndef AARCH64_H
#define AARCH64_H

#include <mvp/core.h>

#include "boot.h"
#include "table.h"
#include "vcpu.h"

#pragma GCC visibility push(hidden)

/* head.S */
extern uint8_t _head[], _rodata[], _data[], _load_end[], _end[], cpu_stack_top[], vectors[];
_Noreturn void boot_jump(const void *tree, uint64_t pack, uint64_t image);

/* vectors.S */
_Noreturn void enter(struct vcpu *vcpu);
_Noreturn void panic(uint64_t syndrome, uint64_t pc, uint64_t address);
struct vcpu *trap_irq(struct vcpu *vcpu);
void context_switch(struct vcpu *next, struct vcpu *previous);

/* fp.S */
void fp_save(uint64_t *to);
void fp_load(const uint64_t *from);

/* boot.c's caller */
_Noreturn void boot_main(const void *tree, uint64_t pack, uint64_t el);

/* mmu.c: EL2's own map; the board's RAM, its GIC and console, and this image. */
bool mmu_map(const void *pack, struct table_pool *pool);
void mmu_on(uint64_t root, const struct table_pool *pool);
uint64_t mmu_root(void);

/* cpu.c: registers of EL2 that stay as they are while guests run. */
void cpu_init(void);
void cpu_read_ids(uint64_t *ids);

/* drivers/gic_<version>/ */
uint32_t gic_version(const struct mvp_board *board); /* of the GIC that is there; 0: not told */
uint32_t gic_init(const struct mvp_board *board);    /* returns the number of list registers */

/* gic.c */
void gic_enable_owned(const void *pack);

/* drivers/console_<driver>.c: polled, as the boot loader left it set up. */
void console_open(const struct uart *uart);
void console_interrupts(void);

#pragma GCC visibility pop

#endif
