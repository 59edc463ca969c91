/* SPDX-License-Identifier: Apache-2.0 */
/* The board's interrupts, whatever its GIC: which driver is built in says gic.h. */
#include "gic.h"

#include <stddef.h>

#include <mvp/platform.h>

#include "aarch64.h"
#include "arch.h"
#include "machine.h"
#include "trap.h"

#define ISR_IRQ 0x80 /* an SError that is masked here must not look like one */

uint64_t gic_distributor;

static void enable_spi(uint32_t intid, bool edge)
{
    uint64_t config = reg_word(gic_distributor + GICD_ICFGR, intid / 16);
    uint32_t bit = 2U << intid % 16 * 2;

    reg_write(config, edge ? reg_read(config) | bit : reg_read(config) & ~bit);
    gic_route(intid);
    reg_write(reg_word(gic_distributor + GICD_ISENABLER, intid / 32), 1U << intid % 32);
}

void gic_enable_owned(const struct cpu *cpu)
{
    const struct mvp_pack_header *header = machine.pack;

    if (machine.board->console_irq != 0 && cpu->index == 0) {
        enable_spi(machine.board->console_irq, false);
    }
    if (FEATURE_SMMU != 0 && header->tables[MVP_TABLE_SMMU].count != 0 && cpu->index == 0) {
        const struct mvp_smmu *smmu = mvp_pack_entry(header, MVP_TABLE_SMMU, 0);

        enable_spi(smmu->event_irq, true);
        enable_spi(smmu->error_irq, true);
    }
    for (uint32_t n = 0; n < header->tables[MVP_TABLE_INTERRUPT].count; n++) {
        const struct mvp_interrupt *row = mvp_pack_entry(header, MVP_TABLE_INTERRUPT, n);

        if (machine.partitions[row->partition].vcpus[0].home == cpu) {
            enable_spi(row->physical, (row->flags & MVP_INTERRUPT_EDGE) != 0);
        }
    }
}

uint32_t arch_irq_acknowledge(void)
{
    return gic_acknowledge();
}

bool arch_irq_pending(void)
{
    return (READ("isr_el1") & ISR_IRQ) != 0;
}

struct vcpu *trap_irq(struct vcpu *vcpu)
{
    uint32_t intid = gic_acknowledge();

    if (intid == vcpu->vgic.timer_irq) { /* the one that comes often: its own, and it runs on */
        vgic_hardware(vcpu, MVP_VIRTUAL_TIMER_INTID);
        return NULL;
    }
    machine_interrupt(vcpu->home, intid);
    return sched_exit(vcpu);
}
