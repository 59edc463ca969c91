/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that attacks whatever it can reach. It judges little: each attack is a line on its
 * console that says what came of it, and the test knows what should.
 *
 *   ` = NAME vector=V esr=E far=F x0=X1 …`   an attack by `attempt`
 *   ` + NAME key=value …`                    one of another kind
 *   ` @ GROUP count`                         a group begins, at this physical count
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offsets.h"

#define EL0 0x3c0UL /* SPSR: EL0t, everything masked */
#define EL1 0x3c5UL /* EL1h */

struct outcome {
    uint64_t vector; /* 0..15: offset from VBAR_EL1 / 128 */
    uint64_t esr;
    uint64_t far;
    uint64_t elr;
    uint64_t spsr;
    uint64_t x[4];
};

_Static_assert(offsetof(struct outcome, esr) == OUTCOME_ESR, "entry.S");
_Static_assert(offsetof(struct outcome, elr) == OUTCOME_ELR, "entry.S");
_Static_assert(offsetof(struct outcome, x) == OUTCOME_X, "entry.S");

extern struct outcome outcome;
extern const uint64_t groups; /* bit n: group n attacks */
extern const uint64_t calls;  /* of the random ones, by each conduit */

#define READ(name)                                                      \
    __extension__({                                                     \
        uint64_t read_value;                                            \
        __asm__ volatile("mrs %0, " name : "=r"(read_value)::"memory"); \
        read_value;                                                     \
    })
#define WRITE(name, value) \
    __asm__ volatile("msr " name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

/* entry.S */
void attempt(uint64_t code, uint64_t spsr, const uint64_t *x);
void call_hvc(uint64_t *x);
void call_smc(uint64_t *x);
uint64_t keep(uint64_t end);
void storm(uint64_t end, uint64_t sgi, uint64_t sleeping);
/* registers.c: one instruction with x0; the class of the exception that ended it. */
uint64_t execute(uint32_t instruction, uint64_t spsr, uint64_t x0);
extern char storm_vectors[], vectors[];
extern volatile uint64_t storm_count[2]; /* interrupts, and the last one's INTID */

/* storms.c: everything in group 1, of one priority, and let through; all that is enabled comes. */
void gic_on(void);

/* devices.c: a window's registers at random; half of the accesses in its first `crowded` bytes. */
void fuzz_device(const char *name, uint64_t base, uint64_t size, uint64_t crowded);
/* memory.c: an address in every form of access, from both levels. */
void touch(const char *name, uint64_t address);

/* main.c */
void print(const char *text);
void print_hex(uint64_t value);
void field(const char *name, uint64_t value);
void begin(const char *group, const char *name, uint64_t spsr);
void end(void);
/* Tries code and tells of it. */
void tell(const char *group, const char *name, uint64_t code, uint64_t spsr, uint64_t x0,
          uint64_t x1);
uint64_t chance(void); /* 64 bits, the same in each run */
bool unharmed(void);   /* the last attempt ended in its own SVC #0x600d */

/* The groups, a file each. */
void attack_memory(void);
void attack_devices(void);
void attack_walks(void);
void attack_registers(void);
void attack_named(void);
void attack_kept(void);
void attack_instructions(void);
void attack_calls(void);
void attack_psci(void);
void attack_gic(void);
void attack_uart(void);
void attack_storms(void);
void attack_exceptions(void);
void attack_fp(void);
void attack_console(void);
void attack_starts(void);
void attack_suspend(void);
void attack_gic2(void);
void attack_priorities(void);

#endif
