/* SPDX-License-Identifier: Apache-2.0 */
#include "smp.h"

#include <stddef.h>

#include "arch.h"
#include "machine.h"

bool smp_is_here(const struct vcpu *vcpu)
{
    return vcpu->home->index == machine.smp.here;
}

void smp_resched(struct cpu *cpu)
{
    cpu->resched = 1;
    if (cpu->index != machine.smp.here) {
        arch_kick(cpu);
    }
}

static bool is_loaded_elsewhere(const struct vcpu *vcpu)
{
    return vcpu->vgic.loaded != 0 && !smp_is_here(vcpu);
}

static bool any_elsewhere(const struct partition *partition)
{
    bool any = false;

    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        any = any || is_loaded_elsewhere(&partition->vcpus[n]);
    }
    return any;
}

/* Gives up the lock and takes it again, however long that is. */
static void let_in(struct cpu *cpu)
{
    arch_unlock();
    arch_wait();
    arch_lock(cpu);
}

/* Whoever enters meanwhile waits at smp_door(): nobody but the CPUs that are called has a turn. */
void smp_still(const struct partition *partition)
{
    struct cpu *cpu = &machine.cpus[machine.smp.here];

    if (!any_elsewhere(partition)) {
        return;
    }
    machine.smp.still = cpu->index + 1;
    machine.smp.partitions |= 1U << partition->index;
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        if (is_loaded_elsewhere(&partition->vcpus[n])) {
            arch_kick(partition->vcpus[n].home);
        }
    }
    while (any_elsewhere(partition)) {
        let_in(cpu);
    }
}

bool smp_stand(const struct cpu *cpu)
{
    struct vcpu *vcpu = cpu->current;

    if (vcpu == NULL || vcpu->vgic.loaded == 0 ||
        (machine.smp.partitions >> vcpu->partition->index & 1) == 0) {
        return false;
    }
    vgic_save(vcpu);
    return true;
}

bool smp_go_on(const struct cpu *cpu)
{
    struct vcpu *vcpu = cpu->current;

    if (vcpu->state == VCPU_OFF || vcpu->state == VCPU_LOADING || vcpu->fresh != 0) {
        return false;
    }
    vgic_load(vcpu);
    return true;
}

bool smp_door(struct cpu *cpu)
{
    bool stood = false;

    while (machine.smp.still != 0) {
        stood = smp_stand(cpu) || stood;
        let_in(cpu);
    }
    return !stood || smp_go_on(cpu);
}

void smp_release(void)
{
    if (machine.smp.still == machine.smp.here + 1) {
        machine.smp.still = 0;
        machine.smp.partitions = 0;
        arch_wake();
    }
}

static void come_back(struct cpu *cpu)
{
    arch_lock(cpu);
    if (machine.smp.still != 0) {
        (void)smp_door(
            cpu); /* this CPU runs no guest now: whatever became of its own is seen later */
    }
}

void smp_yield(struct cpu *cpu)
{
    smp_release();
    arch_unlock();
    come_back(cpu);
}

void smp_idle(struct cpu *cpu)
{
    smp_release();
    arch_unlock();
    arch_idle();
    come_back(cpu);
}
