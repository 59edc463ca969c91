/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 driver (Arm IHI 0069): one CPU, all interrupts in group 1 at one priority.
 */
#include "kernel.h"

#define GICD_CTLR 0x0000
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_IPRIORITYR 0x0400
#define GICD_IROUTER 0x6000
#define CTLR_ENABLE_GROUP1 (1U << 1)
#define CTLR_AFFINITY_ROUTING (1U << 4)
#define CTLR_WRITE_PENDING (1U << 31)

#define GICR_WAKER 0x0014
#define WAKER_SLEEP (1U << 1)
#define WAKER_ASLEEP (1U << 2)
#define GICR_LOCAL 0x10000 /* second frame: the same registers for INTIDs below 32 */

#define AFFINITY 0xff00ffffffUL /* of MPIDR_EL1 */
#define PRIORITY 0xa0
#define PATIENCE 1000000 /* reads; a GIC that takes longer is broken */

static void wait_clear(uint64_t address, uint32_t bits)
{
    for (uint32_t n = 0; n < PATIENCE && (reg_read(address) & bits) != 0; n++) {
    }
}

void gic_start(void)
{
    reg_write(machine.distributor + GICD_CTLR, CTLR_ENABLE_GROUP1 | CTLR_AFFINITY_ROUTING);
    wait_clear(machine.distributor + GICD_CTLR, CTLR_WRITE_PENDING);
    reg_write(machine.redistributor + GICR_WAKER,
              reg_read(machine.redistributor + GICR_WAKER) & ~WAKER_SLEEP);
    wait_clear(machine.redistributor + GICR_WAKER, WAKER_ASLEEP);
    sysreg_write("icc_sre_el1", 7);
    sysreg_write("icc_pmr_el1", 0xff);
    sysreg_write("icc_igrpen1_el1", 1);
}

void gic_enable(uint32_t intid)
{
    bool local = intid < 32;
    uint64_t base = local ? machine.redistributor + GICR_LOCAL : machine.distributor;
    uint64_t word = intid / 32 * 4;
    uint32_t bit = 1U << intid % 32;
    uint64_t route;

    reg_write(base + GICD_IGROUPR + word, reg_read(base + GICD_IGROUPR + word) | bit);
    *(volatile uint8_t *)(base + GICD_IPRIORITYR + intid) = PRIORITY;
    if (!local) {
        route = sysreg_read("mpidr_el1") & AFFINITY;
        *(volatile uint64_t *)(base + GICD_IROUTER + 8UL * intid) = route;
    }
    reg_write(base + GICD_ISENABLER + word, bit);
}

uint32_t gic_acknowledge(void)
{
    return (uint32_t)sysreg_read("icc_iar1_el1") & 0xffffff;
}

void gic_end(uint32_t intid)
{
    sysreg_write("icc_eoir1_el1", intid);
}
