/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Personal OS: what its files offer each other.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERSION "1.0"

/* mmu.c. Addresses of the tables are read by start.S. */
extern uint64_t mmu_low[512];
extern uint64_t mmu_high[512];
/* Builds the tables; runs at physical addresses with the MMU off. */
void mmu_build(uint64_t fdt, uint64_t image);
/* Maps a device's registers; returns where they are now. */
uint64_t mmu_device(uint64_t physical);
/* Maps RAM at RAM_WINDOW, save the block that holds the image. */
void mmu_ram(uint64_t base, uint64_t size);
/* Physical address of the image. */
uint64_t mmu_image(void);
/* Would the kernel be allowed to write there? Asks the MMU, touches nothing. */
bool mmu_writable(uint64_t address);

/* fdt.c: a bounds-checked reader of flattened device trees (Devicetree Specification, chapter 5).
 */
#define FDT_MAX 0x200000 /* the boot protocol's limit, bytes */
#define FDT_NONE 0xffffffff

struct fdt {
    const uint8_t *structure;
    const uint8_t *strings;
    uint32_t structure_size;
    uint32_t strings_size;
};

struct fdt_value {
    const uint8_t *data; /* NULL: the node has no such property */
    uint32_t size;
};

/* data: FDT_MAX bytes from there may be read. */
bool fdt_open(struct fdt *fdt, const void *data);
/* The node after this one, in the order of the tree; FDT_NONE: first asked for, or none left. */
uint32_t fdt_next(const struct fdt *fdt, uint32_t node);
const char *fdt_name(const struct fdt *fdt, uint32_t node);
struct fdt_value fdt_get(const struct fdt *fdt, uint32_t node, const char *name);
/* Is text one of the strings in that property? */
bool fdt_has(const struct fdt *fdt, uint32_t node, const char *name, const char *text);
/* Cell of a property, counted from 0; 0 where there is none. */
uint32_t fdt_cell(struct fdt_value value, uint32_t index);

/* machine.c: what this machine is made of, as its device tree says. */
struct machine {
    uint64_t ram_base; /* physical, bytes */
    uint64_t ram_size;
    const struct gic *gic;
    uint64_t distributor; /* from here on: mapped, ready for use */
    uint64_t cpu_frame;   /* of the GIC: redistributor, or version 2's CPU interface */
    uint64_t uart;
    uint64_t rtc; /* 0: there is none */
    uint32_t uart_intid;
    uint32_t timer_intid;
    bool psci_by_smc;
    const char *arguments; /* in the tree: good until the jobs start; never NULL */
};

extern struct machine machine;
/* Reads the tree and maps the devices; false: something that this kernel needs is missing. */
bool machine_read(const void *tree);
_Noreturn void machine_off(void);

/* gic.c, and for each version a file: gic2.c, gic3.c. */
#define GIC_NOTHING 1023
#define GIC_NAMES 2
struct gic {
    const char *compatible[GIC_NAMES];
    void (*start)(void);
    uint64_t (*route)(uint32_t intid); /* to this CPU; returns where it is enabled */
    uint32_t (*acknowledge)(void);
    void (*end)(uint32_t intid);
};

extern const struct gic gic2;
extern const struct gic gic3;
/* The version that the node is; NULL: it is no GIC. */
const struct gic *gic_find(const struct fdt *fdt, uint32_t node);
void gic_enable(uint32_t intid);

/* console.c: PL011 (Arm DDI 0183), interrupt-driven receive. */
void console_start(void);
void console_interrupt(void);
void console_put(char byte);
/* Next byte received; the calling task waits for it. */
char console_get(void);
/* %s, %c, %lu and %lx with an optional width, filled from the left, or from the right with '-'. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

/* task.c: fixed priorities, preemptive, without a tick: the timer is set to the next deadline. */
#define TASK_FOREVER 0xffffffffffffffff

struct frame {
    uint64_t x[31];
    uint64_t pc;
    uint64_t pstate;
    uint64_t unused;
};

struct task {
    const char *name;
    struct frame *frame;
    uint64_t wake;  /* counter value from which on it is ready */
    bool signalled; /* ready whatever the counter says */
    uint64_t cpu;   /* counter ticks spent */
};

/* Tasks are ranked in the order in which they are made: first is most urgent. */
struct task *task_make(const char *name, void (*entry)(void *), void *argument);
_Noreturn void task_run(void);
/* The calling task waits until then, or until it is signalled. */
void task_wait(uint64_t until);
void task_signal(struct task *task);
const struct task *task_at(uint32_t rank); /* NULL: no more */
struct task *task_current(void);
struct frame *task_switch(struct frame *frame);
/* Called by start.S. */
_Noreturn void resume(struct frame *frame);
struct frame *trap_irq(struct frame *frame);
struct frame *trap_sync(struct frame *frame);
_Noreturn void trap_other(const struct frame *frame);

uint64_t time_now(void); /* counter ticks */
uint64_t time_ticks(uint64_t milliseconds);
uint64_t time_milliseconds(uint64_t ticks);

/* jobs.c: the periodic work of this system. */
#define JOBS 3
struct job {
    const char *name;
    uint64_t period; /* milliseconds */
    uint64_t ticks;
    uint64_t late;   /* ticks that began a whole period or more behind their time */
    uint64_t result; /* the job's own figure */
    const char *unit;
    void (*work)(struct job *job);
};
extern struct job jobs[JOBS];
/* limit: ticks after which each job ends; 0: never. */
void jobs_start(uint64_t limit);
bool is_prime(uint64_t number);

/* shell.c, demo.c: tasks that own the console. */
void shell_task(void *unused);
void demo_task(void *unused);
#define DEMO_TICKS 50

/* lib.c */
bool text_equal(const char *a, const char *b);
bool text_has_word(const char *text, const char *word);
void *memset(void *to, int byte, size_t size);
void *memcpy(void *to, const void *from, size_t size);
uint64_t psci_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
uint64_t psci_smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
_Noreturn void kernel_main(const void *tree);

static inline uint32_t reg_read(uint64_t address)
{
    return *(const volatile uint32_t *)address;
}

static inline void reg_write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

#define sysreg_read(name)                                           \
    ({                                                              \
        uint64_t value_;                                            \
        __asm__ volatile("mrs %0, " name : "=r"(value_)::"memory"); \
        value_;                                                     \
    })
#define sysreg_write(name, value) \
    __asm__ volatile("msr " name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

#endif
