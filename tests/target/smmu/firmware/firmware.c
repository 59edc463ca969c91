/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Has two PCI functions (QEMU's docs/specs/edu.rst) move data: in its own RAM, and where it has
 * nothing to look for. What became of each transfer is a line.
 */
#include <mvp_rt.h>

#define ID 0x010000ed /* of the function, in its first register */
#define BAR0 0x10     /* in its configuration space */
#define COMMAND 0x04
#define MEMORY_AND_MASTER 6
#define SOURCE 0x80 /* registers of a transfer */
#define TARGET 0x88
#define COUNT 0x90
#define CONTROL 0x98
#define START 1
#define TO_MEMORY 2
#define BUFFER 0x40000 /* the function's own memory, as it names it */

#define VICTIM 0x100000       /* from the persona's RAM: what it watches (victim.S) */
#define HYPERVISOR 0x40200000 /* its window, where boot loaders put it on this board */

#define SIZE 4 /* bytes of a transfer: one refusal each */
#define MARK 0x5ca1ab1e

struct function {
    const char *name;
    uint64_t config;
    uint64_t registers;
};

static const struct function known = {"dma", 0x3f010000, 0x10000000};
static const struct function stray = {"stray", 0x3f018000, 0x10100000};

static volatile uint32_t out __attribute__((aligned(64)));
static volatile uint32_t in __attribute__((aligned(64)));

static volatile uint32_t *config(const struct function *function, uint64_t offset)
{
    return (volatile uint32_t *)(function->config + offset);
}

static volatile uint64_t *reg(const struct function *function, uint64_t offset)
{
    return (volatile uint64_t *)(function->registers + offset);
}

/* What rt_wait() wakes for. */
static void tick(struct rt_task *task)
{
    (void)task;
}

static void sleep(uint64_t milliseconds)
{
    uint64_t end = rt_now() + rt_ticks(milliseconds * 1000000);

    while (rt_now() < end) {
        rt_wait();
    }
}

static void start(const struct function *function)
{
    *config(function, BAR0) = (uint32_t)function->registers;
    *config(function, COMMAND) = MEMORY_AND_MASTER;
    if (*(volatile uint32_t *)function->registers != ID) {
        rt_stop("no such function");
    }
}

/* One transfer, to its end; the log has time for what it has to say of it. */
static void transfer(const struct function *function, uint64_t source, uint64_t target,
                     uint64_t control)
{
    __asm__ volatile("dsb sy" ::: "memory");
    *reg(function, SOURCE) = source;
    *reg(function, TARGET) = target;
    *reg(function, COUNT) = SIZE;
    *reg(function, CONTROL) = START | control;
    while ((*reg(function, CONTROL) & START) != 0) {
        rt_wait();
    }
    __asm__ volatile("dsb sy" ::: "memory");
    sleep(250);
}

static void fetch(const struct function *function, uint64_t address)
{
    transfer(function, address, BUFFER, 0);
}

static void store(const struct function *function, uint64_t address)
{
    transfer(function, BUFFER, address, TO_MEMORY);
}

static void own(const struct function *function)
{
    out = MARK;
    in = 0;
    fetch(function, (uint64_t)&out);
    store(function, (uint64_t)&in);
    rt_print("%s: own memory: %s\n", function->name, in == MARK ? "moved" : "not moved");
}

/* What it has fetched elsewhere would come out in our own memory. */
static void other(const struct function *function, const char *whose, uint64_t address)
{
    store(function, address);
    rt_print("%s: store to %s %lx: done\n", function->name, whose, address);
    fetch(function, address);
    in = 0;
    store(function, (uint64_t)&in);
    rt_print("%s: fetch from %s %lx: %lx\n", function->name, whose, address, (unsigned long)in);
}

_Noreturn void rt_main(void)
{
    static struct rt_task timer;
    const struct rt_machine *machine = rt_machine();
    uint64_t victim = machine->ram_base + machine->ram_size; /* its RAM is behind ours */

    start(&known);
    start(&stray);
    (void)rt_periodic(&timer, 5000000, tick);
    while (rt_partition_state(1) != MVP_PARTITION_RUNNING) {
        rt_wait();
    }
    sleep(100);
    own(&known);
    other(&known, "the persona", victim + VICTIM);
    other(&known, "the hypervisor", HYPERVISOR);
    own(&known);
    own(&stray);
    sleep(200);
    rt_print("final: all transfers are over\n");
    rt_power_off();
}
