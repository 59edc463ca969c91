/* SPDX-License-Identifier: Apache-2.0 */
/* The board's other CPUs: how they are started, and what each does first. */
#include <stddef.h>

#include "aarch64.h"
#include "arch.h"
#include "idreg.h"
#include "machine.h"
#include "offsets.h"
#include "regs.h"

#define PSCI_CPU_ON 0xc4000003
#define NO_AFFINITY 0xffffffffffffffff /* of none: MPIDR_EL1 has bits that are no affinity */
#define EVENT_STREAM 0xf4              /* CNTHCTL_EL2: EVNTEN, an event every 65 536 ticks */

/* What a CPU reads with its MMU off (secondary.S). */
struct secondaries {
    uint64_t affinity[8]; /* MVP_MAX_CPUS */
    struct translation tables;
};

_Static_assert(offsetof(struct secondaries, tables) == SECONDARY_TABLES, "secondary.S");
_Static_assert(offsetof(struct translation, sctlr) == 24, "secondary.S");

#pragma GCC visibility push(hidden)
extern uint8_t secondary_entry[];
_Noreturn void secondary_main(uint32_t index);
#pragma GCC visibility pop

struct secondaries secondaries __attribute__((aligned(64), visibility("hidden")));

static bool is_used(uint32_t index)
{
    bool used = false;

    for (uint32_t n = 0; n < machine.vcpu_count; n++) {
        used = used || machine.vcpus[n].home->index == index;
    }
    return used;
}

static int64_t by_psci(const struct cpu *cpu)
{
    return (int64_t)cpu_smc(PSCI_CPU_ON, cpu->affinity, (uint64_t)secondary_entry);
}

/* Devicetree Specification 0.4, 3.8.1: the CPU polls the address that its node names. */
static int64_t by_spin_table(uint64_t release)
{
    *(volatile uint64_t *)arch_memory(release) = (uint64_t)secondary_entry;
    arch_cache_clean(release, sizeof(uint64_t));
    arch_wake();
    return 0;
}

/* It says that it has come within a second, or will not. */
static bool comes(const struct cpu *cpu)
{
    uint64_t until = arch_time() + arch_time_frequency();

    while (*(const volatile uint32_t *)&cpu->online == 0 && arch_time() < until) {
        arch_wait();
    }
    return cpu->online != 0;
}

/* Returns 0, or what the firmware below said, or 1: it has not come. */
static int64_t start(struct cpu *cpu)
{
    uint64_t release = machine.board->cpu_release[cpu->index];
    int64_t error = release != 0 ? by_spin_table(release) : by_psci(cpu);

    if (error == 0) {
        error = comes(cpu) ? 0 : 1;
    }
    return error;
}

void secondaries_start(struct mvp_verdict *verdict)
{
    uint64_t control = READ("cnthctl_el2");

    mmu_tables(&secondaries.tables);
    for (uint32_t n = 0; n < MVP_MAX_CPUS; n++) {
        machine.cpus[n].affinity = machine.board->cpu_affinity[n];
        secondaries.affinity[n] =
            n > 0 && is_used(n) ? machine.board->cpu_affinity[n] : NO_AFFINITY;
    }
    arch_cache_clean((uint64_t)&secondaries, sizeof secondaries);
    WRITE("cnthctl_el2", control | EVENT_STREAM); /* so that arch_wait() ends */
    for (uint32_t n = 1; n < MVP_MAX_CPUS && verdict->reason == MVP_OK; n++) {
        int64_t error = is_used(n) ? start(&machine.cpus[n]) : 0;

        if (error != 0) {
            verdict->reason = MVP_RUN_CPU;
            verdict->table = MVP_TABLE_VCPU;
            verdict->index = n;
            verdict->value = machine.cpus[n].affinity;
            verdict->bound = (uint64_t)error;
        }
    }
    WRITE("cnthctl_el2", control);
}

/* Not inlined: what is read here would keep its room on the stack for as long as the CPU runs. */
__attribute__((noinline)) static void narrow_ids(void)
{
    uint64_t ids[64];

    cpu_read_ids(ids);
    idreg_common(machine.idregs, ids);
}

/* The first CPU waits while this one says what it is; then for its turn, as any other. */
void secondary_main(uint32_t index)
{
    struct cpu *cpu = &machine.cpus[index];

    WRITE("vbar_el2", (uint64_t)vectors);
    ISB();
    cpu_init();
    gic_init_cpu(machine.board, cpu);
    narrow_ids();
    *(volatile uint32_t *)&cpu->online = 1;
    arch_wake();
    arch_lock(cpu);
    gic_enable_owned(cpu);
    enter(sched_run(cpu));
}
