/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <stddef.h>

#include <mvp/platform.h>

#include "arch.h"
#include "bytes.h"
#include "console.h"
#include "memory.h"
#include "optional.h"
#include "smmu.h"
#include "timer.h"
#include "trace.h"

struct machine machine;

static const struct mvp_pack_header *header(void)
{
    return machine.pack;
}

static const void *entry(uint32_t table, uint32_t index)
{
    return mvp_pack_entry(machine.pack, table, index);
}

/* A partition has one of each emulated kind at most: mvp_pack_check() saw to it. */
static void add_window(const struct mvp_region *region)
{
    struct partition *partition = &machine.partitions[region->partition];
    struct window *window = &partition->windows[partition->window_count];

    if (region->kind < MVP_REGION_GICD) {
        return;
    }
#if FEATURE_FLASH
    if (region->kind == MVP_REGION_FLASH) {
        flash_add(partition, region);
        return;
    }
#endif
    window->ipa = region->ipa;
    window->size = region->size;
    window->kind = region->kind;
    window->intid = region->intid;
    partition->window_count++;
}

static bool add_partition(uint32_t index)
{
    struct partition *partition = &machine.partitions[index];
    uint64_t root = memory_stage2(machine.pack, index, &machine.pool);

    partition->config = entry(MVP_TABLE_PARTITION, index);
    partition->index = index;
    partition->vgic.words =
        (partition->config->kind == MVP_REALTIME ? MVP_INTIDS : MVP_PERSONA_INTIDS) / 32;
    partition->vttbr = (uint64_t)(index + 1) << 48 | root; /* VMID 0 is nobody's */
    return root != 0;
}

/* The pack's vCPU rows stand by partition and number: mvp_pack_check() saw to it. */
static void add_vcpu(uint32_t index, uint32_t lr_count)
{
    const struct mvp_vcpu *row = entry(MVP_TABLE_VCPU, index);
    struct partition *partition = &machine.partitions[row->partition];
    struct vcpu *vcpu = &machine.vcpus[index];

    if (partition->vcpu_count == 0) {
        partition->vcpus = vcpu;
    }
    partition->vcpu_count++;
    vcpu->partition = partition;
    vcpu->number = row->number;
    vcpu->home = &machine.cpus[row->cpu];
    vcpu->vgic.lr_count = lr_count;
    sched_add(vcpu);
}

static void add_interrupt(const struct mvp_interrupt *interrupt)
{
    machine.owner[interrupt->physical % MVP_INTIDS] = (uint8_t)(interrupt->partition + 1);
}

bool machine_init(const void *pack, uint32_t lr_count)
{
    bool built = true;

    machine.pack = pack;
    machine.board = entry(MVP_TABLE_BOARD, 0);
    machine.menu_deadline = TIMER_NEVER;
    for (uint32_t n = 0; n < MVP_MAX_CPUS; n++) {
        machine.cpus[n].index = n;
        machine.cpus[n].slice_end = TIMER_NEVER;
    }
    machine.partition_count = header()->tables[MVP_TABLE_PARTITION].count;
    machine.vcpu_count = header()->tables[MVP_TABLE_VCPU].count;
    for (uint32_t n = 0; n < machine.partition_count; n++) {
        built = add_partition(n) && built;
    }
    for (uint32_t n = 0; n < header()->tables[MVP_TABLE_REGION].count; n++) {
        add_window(entry(MVP_TABLE_REGION, n));
    }
    for (uint32_t n = 0; n < machine.vcpu_count; n++) {
        add_vcpu(n, lr_count);
    }
    for (uint32_t n = 0; n < header()->tables[MVP_TABLE_INTERRUPT].count; n++) {
        add_interrupt(entry(MVP_TABLE_INTERRUPT, n));
    }
    return built;
}

/* Only the loaded vCPU's virtual timer can fire. If that vCPU has been stopped meanwhile, its
 * interrupt has no taker. */
static void virtual_timer(struct cpu *cpu, uint32_t intid)
{
    if (cpu->current == NULL || cpu->current->vgic.loaded == 0) {
        arch_vtimer_off();
        arch_irq_deactivate(intid);
        return;
    }
    vgic_hardware(cpu->current, MVP_VIRTUAL_TIMER_INTID);
}

static void owned(uint32_t intid)
{
    struct partition *partition = &machine.partitions[machine.owner[intid] - 1];

    vgic_hardware(&partition->vcpus[0], intid);
    vcpu_wake(&partition->vcpus[0]);
}

/* Another CPU has something for this one's guest; or the scheduler has, which resched tells. */
static void kicked(struct cpu *cpu)
{
    if (cpu->current != NULL) {
        vgic_called(cpu->current);
    }
}

void machine_interrupt(struct cpu *cpu, uint32_t intid)
{
    const struct mvp_board *board = machine.board;

    if (intid >= 1020) {
        return; /* spurious */
    }
    TRACE(TRACE_IRQ, cpu->current, intid);
    if (FEATURE_SMP != 0 && intid == SMP_KICK) {
        kicked(cpu); /* whoever acknowledges it has ended it */
        return;
    }
    if (intid == board->virtual_irq) {
        virtual_timer(cpu, intid);
        return;
    }
    if (machine.owner[intid] != 0) {
        owned(intid);
        return;
    }
    if (intid == board->hypervisor_irq) {
        timer_expired(cpu);
    } else if (intid == board->maintenance_irq && cpu->current != NULL) {
        vgic_maintenance(cpu->current);
    } else if (intid == board->console_irq) {
        console_service();
    } else if (FEATURE_SMMU != 0) {
        smmu_interrupt(cpu, intid);
    }
    arch_irq_deactivate(intid);
}
