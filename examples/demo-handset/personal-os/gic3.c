/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 with system registers (Arm IHI 0069): all interrupts in group 1.
 */
#include "kernel.h"

#define GICD_CTLR 0x0000
#define GICD_IGROUPR 0x0080
#define GICD_IROUTER 0x6000
#define CTLR_ENABLE_GROUP1 (1U << 1)
#define CTLR_AFFINITY_ROUTING (1U << 4)
#define CTLR_WRITE_PENDING (1U << 31)

#define GICR_WAKER 0x0014
#define WAKER_SLEEP (1U << 1)
#define WAKER_ASLEEP (1U << 2)
#define GICR_LOCAL 0x10000 /* second frame: the same registers for INTIDs below 32 */

#define AFFINITY 0xff00ffffffUL /* of MPIDR_EL1 */
#define PATIENCE 1000000        /* reads; a GIC that takes longer is broken */

static void wait_clear(uint64_t address, uint32_t bits)
{
    for (uint32_t n = 0; n < PATIENCE && (reg_read(address) & bits) != 0; n++) {
    }
}

/* The CPU's frame is a redistributor: this kernel runs on the first. */
static void start(void)
{
    reg_write(machine.distributor + GICD_CTLR, CTLR_ENABLE_GROUP1 | CTLR_AFFINITY_ROUTING);
    wait_clear(machine.distributor + GICD_CTLR, CTLR_WRITE_PENDING);
    reg_write(machine.cpu_frame + GICR_WAKER,
              reg_read(machine.cpu_frame + GICR_WAKER) & ~WAKER_SLEEP);
    wait_clear(machine.cpu_frame + GICR_WAKER, WAKER_ASLEEP);
    sysreg_write("icc_sre_el1", 7);
    sysreg_write("icc_pmr_el1", 0xff);
    sysreg_write("icc_igrpen1_el1", 1);
}

static uint64_t route(uint32_t intid)
{
    bool local = intid < 32;
    uint64_t frame = local ? machine.cpu_frame + GICR_LOCAL : machine.distributor;
    uint64_t group = frame + GICD_IGROUPR + intid / 32 * 4;

    reg_write(group, reg_read(group) | 1U << intid % 32);
    if (!local) {
        uint64_t affinity = sysreg_read("mpidr_el1") & AFFINITY;

        *(volatile uint64_t *)(frame + GICD_IROUTER + 8UL * intid) = affinity;
    }
    return frame;
}

static uint32_t acknowledge(void)
{
    return (uint32_t)sysreg_read("icc_iar1_el1") & 0xffffff;
}

static void end(uint32_t intid)
{
    sysreg_write("icc_eoir1_el1", intid);
}

const struct gic gic3 = {
    .compatible = {"arm,gic-v3"},
    .start = start,
    .route = route,
    .acknowledge = acknowledge,
    .end = end,
};
