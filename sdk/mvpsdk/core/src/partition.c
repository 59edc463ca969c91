/* SPDX-License-Identifier: Apache-2.0 */
#include <mvp/platform.h>

#include "partition.h"

#include "arch.h"
#include "console.h"
#include "loader.h"
#include "machine.h"
#include "menu.h"

static void devices_reset(struct partition *partition)
{
    vgic_init(&partition->vgic, 32 * partition->vgic.words);
    for (uint32_t n = 0; n < partition->window_count; n++) {
        const struct window *window = &partition->windows[n];

        if (window->kind == MVP_REGION_PL011) {
            pl011_init(&partition->uart, window->intid);
        } else if (FEATURE_RTC != 0 && window->kind == MVP_REGION_PL031) {
            pl031_init(&partition->rtc, window->intid);
        }
#if FEATURE_POWER
        if (window->kind == MVP_REGION_PL061) {
            pl061_init(&partition->gpio, window->intid);
        }
#endif
    }
}

static void bind_interrupts(struct vcpu *vcpu)
{
    const struct mvp_pack_header *header = machine.pack;

    for (uint32_t n = 0; n < header->tables[MVP_TABLE_INTERRUPT].count; n++) {
        const struct mvp_interrupt *row = mvp_pack_entry(header, MVP_TABLE_INTERRUPT, n);

        if (row->partition == vcpu->partition->index) {
            vgic_bind(vcpu, row->intid, (row->flags & MVP_INTERRUPT_EDGE) != 0);
        }
    }
}

static void vcpu_reset(struct vcpu *vcpu)
{
    vgic_cpu_init(&vcpu->vgic, vcpu->vgic.lr_count, machine.board->virtual_irq);
    bind_interrupts(vcpu);
}

/* An interrupt that came while the partition was off is still active: it could never come again. */
static void drop_interrupts(struct partition *partition)
{
    bind_interrupts(&partition->vcpus[0]);
    vgic_release(&partition->vcpus[0]);
}

void partition_reset(struct partition *partition)
{
    drop_interrupts(partition);
    devices_reset(partition);
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        vcpu_reset(&partition->vcpus[n]);
    }
    if (FEATURE_VGIC2 != 0 && partition->config->vgic == 2) {
        vgic2_init(partition);
    }
    if (FEATURE_SOFT_GIC != 0 && partition->config->vgic < machine.board->gic_version) {
        gicc2_init(partition);
    }
    if (FEATURE_FLASH != 0) {
        flash_reset(partition);
    }
}

void partition_start(struct partition *partition)
{
    loader_begin(partition);
    partition->state = MVP_PARTITION_LOADING;
    partition->vcpus[0].state = VCPU_LOADING;
    sched_again(partition->vcpus[0].home);
}

static bool restarts(const struct partition *partition, uint32_t state)
{
    if (partition->loader.phase == LOADER_FAILED) {
        return false; /* its image or its part is damaged, and stays so */
    }
    return partition->config->restart == MVP_RESTART_ALWAYS ||
           (partition->config->restart == MVP_RESTART_ON_CRASH && state == MVP_PARTITION_CRASHED);
}

static void stop(struct partition *partition, uint32_t state)
{
    if (FEATURE_SMP != 0) {
        smp_still(partition);
    }
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        vcpu_stop(&partition->vcpus[n]);
    }
    vgic_release(&partition->vcpus[0]);
    partition->state = state;
    if (restarts(partition, state)) {
        partition_start(partition);
    }
    if (FEATURE_DELEGATE != 0 && partition->loader.phase == LOADER_FAILED) {
        menu_fall(partition);
    }
}

void partition_stop(struct partition *partition)
{
    uint64_t values[2] = {partition->index, MVP_PARTITION_STOPPED};

    log_values("partition stopped index=% state=%", values);
    stop(partition, MVP_PARTITION_STOPPED);
}

#if FEATURE_DELEGATE
void partition_refuse(struct partition *partition, const struct mvp_verdict *verdict)
{
    uint64_t values[5] = {partition->index, verdict->reason, verdict->index, verdict->value,
                          verdict->bound};

    log_values("part refused index=% reason=% image=% value=% bound=%", values);
    stop(partition, MVP_PARTITION_CRASHED);
}
#endif

#if FEATURE_POWER
bool partition_has_pins(const struct partition *partition)
{
    bool found = false;

    for (uint32_t n = 0; n < partition->window_count; n++) {
        found = found || partition->windows[n].kind == MVP_REGION_PL061;
    }
    return found;
}

void partition_suspend(struct vcpu *vcpu)
{
    uint64_t index = vcpu->partition->index;

    log_values("partition suspended index=%", &index);
    vcpu_stop(vcpu);
    vcpu->state = VCPU_SUSPENDED;
    vcpu->partition->state = MVP_PARTITION_SUSPENDED;
    if (vgic_pending(vcpu)) {
        vcpu_wake(vcpu); /* it came between the guest's last look and now */
    }
}
#endif

void partition_crash(struct partition *partition, uint32_t reason, uint64_t pc, uint64_t address)
{
    uint64_t values[4] = {partition->index, reason, pc, address};

    log_values("partition crashed index=% reason=% pc=% address=%", values);
    stop(partition, MVP_PARTITION_CRASHED);
}
