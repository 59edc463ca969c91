/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board's GICv2 (Arm IHI 0048), such as a GIC-400: everything in the one group that we see, one
 * priority, EOImode 1. Without the Security Extensions that is group 0; with them, and us not
 * secure, the same bits mean group 1.
 */
#include "gic.h"

#include "aarch64.h"
#include "arch.h"
#include "gic2.h"
#include "machine.h"

#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_BPR 0x08
#define GICC_APR 0xd0 /* four */
#define GICD_SGIR 0xf00
#define GICD_PIDR2 0xfe8
#define GICH_HCR 0x00
#define GICH_VTR 0x04
#define GICH_ELRSR 0x30
#define GICH_LR 0x100
#define CTLR_ENABLE 1U
#define CTLR_EOIMODE (1U << 9) /* EOIR drops the priority, DIR deactivates */
#define HCR_ON 1U
#define HCR_UNDERFLOW 2U
#define VTR_LRS 63
#define PRIORITY 0xa0a0a0a0U

uint64_t gic_interface;
uint64_t gic_hypervisor;
uint64_t gic_deactivate;

uint32_t gic_version(const struct mvp_board *board)
{
    return reg_read(board->gicd_base + GICD_PIDR2) >> 4 & 15;
}

/* A word of interrupts: off, idle, in our group; SPIs come to this CPU. */
static void word_init(uint32_t n, uint32_t target)
{
    reg_write(reg_word(gic_distributor + GICD_ICENABLER, n), ~0U);
    reg_write(reg_word(gic_distributor + GICD_ICPENDR, n), ~0U); /* what a boot loader left */
    reg_write(reg_word(gic_distributor + GICD_ICACTIVER, n), ~0U);
    reg_write(reg_word(gic_distributor + GICD_IGROUPR, n), 0);
    for (uint32_t i = 0; i < 8; i++) {
        reg_write(reg_word(gic_distributor + GICD_IPRIORITYR, 8 * n + i), PRIORITY);
        if (n != 0) {
            reg_write(reg_word(gic_distributor + GICD_ITARGETSR, 8 * n + i), target * 0x01010101U);
        }
    }
}

/* Private interrupts have their own CPU as target; the secure world's read as zero. */
static uint8_t own_target(void)
{
    uint32_t seen = 0;

    for (uint32_t i = 0; i < 8; i++) {
        seen |= reg_read(reg_word(gic_distributor + GICD_ITARGETSR, i));
    }
    seen |= seen >> 16;
    return (uint8_t)(seen | seen >> 8);
}

void gic_init(const struct mvp_board *board)
{
    uint32_t words;

    gic_distributor = board->gicd_base;
    gic_interface = board->gicr_base;
    gic_hypervisor = board->gich_base;
    gic_deactivate = gic_interface + gic2_second_page(board->gicr_size);
    words = (reg_read(gic_distributor + GICD_TYPER) & 31) + 1;
    reg_write(gic_distributor + GICD_CTLR, 0);
    for (uint32_t n = 1; n < words; n++) {
        word_init(n, own_target());
    }
    reg_write(gic_distributor + GICD_CTLR, CTLR_ENABLE);
}

static void interface_init(void)
{
    reg_write(gic_interface + GICC_CTLR, 0);
    for (uint32_t n = 0; n < 4; n++) { /* what the boot loader may have left running */
        reg_write(reg_word(gic_interface + GICC_APR, n), 0);
    }
    reg_write(gic_interface + GICC_PMR, 0xf0);
    reg_write(gic_interface + GICC_BPR, 0);
    reg_write(gic_interface + GICC_CTLR, CTLR_ENABLE | CTLR_EOIMODE);
}

static uint32_t virtual_init(void)
{
    uint32_t count = (reg_read(gic_hypervisor + GICH_VTR) & VTR_LRS) + 1;

    for (uint32_t n = 0; n < count; n++) {
        reg_write(reg_word(gic_hypervisor + GICH_LR, n), 0);
    }
    reg_write(gic_hypervisor + GICH_APR, 0);
    reg_write(gic_hypervisor + GICH_VMCR, 0);
    reg_write(gic_hypervisor + GICH_HCR, HCR_ON);
    return count < VGIC_MAX_LRS ? count : VGIC_MAX_LRS;
}

/* Each CPU finds its own private interrupts in word 0. */
uint32_t gic_init_cpu(const struct mvp_board *board, struct cpu *cpu)
{
    cpu->interrupts = own_target();
    word_init(0, 0);
    reg_write(gic_distributor + GICD_ISENABLER, OWN_SGIS | 1U << board->virtual_irq |
                                                    1U << board->hypervisor_irq |
                                                    1U << board->maintenance_irq);
    interface_init();
    return virtual_init();
}

/* GICD_SGIR (Arm IHI 0048, 4.3.15): to a list of CPUs. */
void arch_kick(const struct cpu *cpu)
{
    DSB(); /* what it is to see comes first */
    reg_write(gic_distributor + GICD_SGIR, (uint32_t)cpu->interrupts << 16 | SMP_KICK);
}

void arch_irq_deactivate(uint32_t intid)
{
    reg_write(gic_deactivate, intid);
}

void arch_irq_active(uint32_t intid, bool active)
{
    uint64_t reg = active ? GICD_ISACTIVER : GICD_ICACTIVER;

    reg_write(reg_word(gic_distributor + reg, intid / 32), 1U << intid % 32);
    DSB(); /* before a timer is switched on or off by system register */
}

uint64_t arch_lr_read(uint32_t n)
{
    return gic2_lr_value(reg_read(reg_word(gic_hypervisor + GICH_LR, n)));
}

void arch_lr_write(uint32_t n, uint64_t value)
{
    reg_write(reg_word(gic_hypervisor + GICH_LR, n), gic2_lr(value));
}

uint32_t arch_lr_empty(void)
{
    return reg_read(gic_hypervisor + GICH_ELRSR);
}

void arch_lr_underflow(bool on)
{
    reg_write(gic_hypervisor + GICH_HCR, on ? HCR_ON | HCR_UNDERFLOW : HCR_ON);
}
