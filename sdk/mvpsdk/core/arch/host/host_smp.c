/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host machine's other CPUs. There is one thread, so they get their turn when the one at hand
 * waits: those that were called stand still then, and go on when they are told to.
 */
#include "arch.h"
#include "bytes.h"
#include "host.h"
#include "machine.h"

void host_at(uint32_t index)
{
    struct host_cpu *from = &host.cpus[machine.smp.here];
    const struct host_cpu *to = &host.cpus[index];

    bytes_copy(from->lr, host.lr, sizeof host.lr);
    from->underflow = host.underflow;
    bytes_copy(host.lr, to->lr, sizeof host.lr);
    host.underflow = to->underflow;
    machine.smp.here = index;
}

void arch_lock(struct cpu *cpu)
{
    host.locks++;
    host_at(cpu->index);
}

void arch_unlock(void)
{
    host.unlocks++;
}

void arch_kick(const struct cpu *cpu)
{
    host.cpus[cpu->index].kicks++;
    host.cpus[cpu->index].called = 1;
}

/* Whoever waits for the others sees them stand still; whoever stands still sees that end. */
void arch_wait(void)
{
    uint32_t here = machine.smp.here;

    if (machine.smp.still != here + 1) {
        host_at(machine.smp.still - 1);
        smp_release();
    }
    for (uint32_t n = 0; n < MVP_MAX_CPUS; n++) {
        if (host.cpus[n].called != 0 && n != here) {
            host_at(n);
            host.cpus[n].stood = smp_stand(&machine.cpus[n]) ? 1 : 0;
            host.cpus[n].called = 0;
        }
    }
    host_at(here);
}

void arch_wake(void)
{
    uint32_t here = machine.smp.here;

    for (uint32_t n = 0; n < MVP_MAX_CPUS; n++) {
        if (host.cpus[n].stood != 0) {
            host_at(n);
            host.cpus[n].voided += smp_go_on(&machine.cpus[n]) ? 0 : 1;
            host.cpus[n].stood = 0;
        }
    }
    host_at(here);
}
