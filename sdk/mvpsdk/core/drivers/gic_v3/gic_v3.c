/* SPDX-License-Identifier: Apache-2.0 */
/* The board's GICv3 (Arm IHI 0069): everything in group 1, one priority, EOImode 1. */
#include "gic.h"

#include "aarch64.h"
#include "arch.h"
#include "machine.h"

#define GICR_TYPER 0x0008
#define GICR_WAKER 0x0014
#define GICR_SGI 0x10000 /* the SGI frame, from the redistributor's base */
#define CTLR_RWP (1U << 31)
#define CTLR_ARE_NS (1U << 4)
#define CTLR_GROUP1 (1U << 1)
#define WAKER_ASLEEP (1U << 2)
#define TYPER_LAST (1U << 4)
#define TYPER_VLPIS (1U << 1)
#define PRIORITY 0x80808080U
#define WAIT_LIMIT 1000000 /* polls; a GIC that does not answer by then is not there */
#define PFR0_GIC_SHIFT 24
#define HCR_ON 1U /* ICH_HCR_EL2 (12.4) */
#define HCR_UNDERFLOW 2U
#define HCR_TRAPS 0x1c00U /* TC, TALL0, TALL1: every register of the interface */

static void wait_while(uint64_t address, uint32_t bits)
{
    for (uint32_t n = 0; n < WAIT_LIMIT && (reg_read(address) & bits) != 0; n++) {
    }
}

static void distributor_init(void)
{
    uint32_t words = (reg_read(gic_distributor + GICD_TYPER) & 31) + 1;

    reg_write(gic_distributor + GICD_CTLR, 0);
    wait_while(gic_distributor + GICD_CTLR, CTLR_RWP);
    reg_write(gic_distributor + GICD_CTLR, CTLR_ARE_NS);
    for (uint32_t n = 1; n < words; n++) {
        reg_write(reg_word(gic_distributor + GICD_ICENABLER, n), ~0U);
        reg_write(reg_word(gic_distributor + GICD_ICPENDR, n), ~0U); /* what a boot loader left */
        reg_write(reg_word(gic_distributor + GICD_ICACTIVER, n), ~0U);
        reg_write(reg_word(gic_distributor + GICD_IGROUPR, n), ~0U);
        for (uint32_t i = 0; i < 8; i++) {
            reg_write(reg_word(gic_distributor + GICD_IPRIORITYR, 8 * n + i), PRIORITY);
        }
    }
    wait_while(gic_distributor + GICD_CTLR, CTLR_RWP);
    reg_write(gic_distributor + GICD_CTLR, CTLR_ARE_NS | CTLR_GROUP1);
}

static uint64_t own_affinity(void)
{
    uint64_t mpidr = READ("mpidr_el1") & MPIDR_AFFINITY;

    return (mpidr >> 32) << 24 | (mpidr & 0xffffff);
}

/* Redistributors stand in a row; each tells whose it is in its TYPER's upper half, and in the lower
 * one whether it has the two more frames of a GICv4's (Arm IHI 0069, 12.10). 0: none is ours. */
static uint64_t find_redistributor(uint64_t base, uint64_t size)
{
    uint32_t type = 0;

    for (uint64_t at = base; at + 0x20000 <= base + size && (type & TYPER_LAST) == 0;
         at += (type & TYPER_VLPIS) != 0 ? 0x40000 : 0x20000) {
        type = reg_read(at + GICR_TYPER);
        if (reg_read(at + GICR_TYPER + 4) == own_affinity()) {
            return at;
        }
    }
    return 0;
}

static void redistributor_init(const struct mvp_board *board, uint64_t redistributor)
{
    uint64_t sgi = redistributor + GICR_SGI;

    reg_write(redistributor + GICR_WAKER, 0);
    wait_while(redistributor + GICR_WAKER, WAKER_ASLEEP);
    reg_write(sgi + GICD_ICENABLER, ~0U);
    reg_write(sgi + GICD_ICPENDR, ~0U);
    reg_write(sgi + GICD_ICACTIVER, ~0U);
    reg_write(sgi + GICD_IGROUPR, ~0U);
    for (uint32_t i = 0; i < 8; i++) {
        reg_write(reg_word(sgi + GICD_IPRIORITYR, i), PRIORITY);
    }
    reg_write(sgi + GICD_ISENABLER, OWN_SGIS | 1U << board->virtual_irq |
                                        1U << board->hypervisor_irq | 1U << board->maintenance_irq);
    wait_while(redistributor, CTLR_RWP >> 28); /* GICR_CTLR.RWP is bit 3 */
}

/* The CPU's own word: whether its interface's registers are there (ID_AA64PFR0_EL1.GIC). */
uint32_t gic_version(const struct mvp_board *board)
{
    (void)board;
    return (READ("id_aa64pfr0_el1") >> PFR0_GIC_SHIFT & 15) != 0 ? GIC_VERSION : 0;
}

void gic_init(const struct mvp_board *board)
{
    gic_distributor = board->gicd_base;
    distributor_init();
}

static void registers_init(void)
{
    WRITE(ICC_SRE_EL2, 0xf);
    ISB();
    WRITE(ICC_SRE_EL1, 7);
    ISB();
    WRITE(ICC_SRE_EL2, 7); /* from now on EL1 can't switch it off for the others: it traps */
    WRITE(ICC_PMR, 0xf0);
    WRITE(ICC_BPR1, 0);
    WRITE(ICC_CTLR, 2); /* EOImode: EOIR drops the priority, DIR deactivates */
    WRITE(ICC_IGRPEN1, 1);
}

uint32_t gic_init_cpu(const struct mvp_board *board, struct cpu *cpu)
{
    uint32_t count = (uint32_t)(READ(ICH_VTR) & 31) + 1;

    cpu->interrupts = find_redistributor(board->gicr_base, board->gicr_size);
    if (cpu->interrupts == 0) {
        return 0;
    }
    redistributor_init(board, cpu->interrupts);
    registers_init();
    for (uint32_t n = 0; n < count; n++) {
        arch_lr_write(n, 0); /* what a boot loader left */
    }
    WRITE(ICH_HCR, HCR_ON);
    ISB();
    return count;
}

/* ICC_SGI1R_EL1 (Arm IHI 0069, 12.2.13): by affinity 3, 2 and 1, and a bit for affinity 0. */
void arch_kick(const struct cpu *cpu)
{
    uint64_t to = cpu->affinity;
    uint64_t range = to >> 4 & 15;

    DSB(); /* what it is to see comes first */
    WRITE(ICC_SGI1R, (to >> 32 & 0xff) << 48 | (to >> 16 & 0xff) << 32 | (to >> 8 & 0xff) << 16 |
                         range << 44 | (uint64_t)SMP_KICK << 24 | 1ULL << (to & 15));
    ISB();
}

void arch_irq_deactivate(uint32_t intid)
{
    WRITE(ICC_DIR, intid);
}

void arch_irq_active(uint32_t intid, bool active)
{
    uint64_t frame = intid < 32 ? this_cpu()->interrupts + GICR_SGI : gic_distributor;
    uint64_t reg = active ? GICD_ISACTIVER : GICD_ICACTIVER;

    reg_write(reg_word(frame + reg, intid / 32), 1U << intid % 32);
    DSB(); /* before a timer is switched on or off by system register */
}

uint32_t arch_lr_empty(void)
{
    return (uint32_t)READ(ICH_ELRSR);
}

void arch_lr_underflow(bool on)
{
    WRITE(ICH_HCR, on ? HCR_ON | HCR_UNDERFLOW : HCR_ON);
}

void arch_interface(bool on)
{
    WRITE(ICH_HCR, on ? HCR_ON : HCR_TRAPS);
}
