/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 with system registers (Arm IHI 0069): all interrupts in group 1.
 */
#include "rt_internal.h"

#define GICD_CTLR 0x0000
#define GICD_IGROUPR 0x0080
#define GICD_IROUTER 0x6000
#define CTLR_GROUP1_AFFINITY 0x12
#define CTLR_WRITE_PENDING (1U << 31)

#define GICR_TYPER 0x0008
#define TYPER_LAST (1U << 4)
#define GICR_WAKER 0x0014
#define WAKER_SLEEP (1U << 1)
#define WAKER_ASLEEP (1U << 2)
#define GICR_LOCAL 0x10000  /* second frame: the registers of INTIDs below 32 */
#define GICR_STRIDE 0x20000 /* from CPU to CPU */
#define CPUS_MAX 64

#define INTID 0xffffff /* bits of ICC_IAR1_EL1 */

static uint64_t redistributor; /* of this CPU */

static uint32_t affinity(void)
{
    uint64_t mpidr = rt_sysreg_read("mpidr_el1");

    return (uint32_t)((mpidr >> 8 & 0xff000000) | (mpidr & 0xffffff));
}

/* Each redistributor names its CPU in the upper half of its type register. */
static void find_redistributor(void)
{
    redistributor = rt_machine()->redistributor;
    for (uint32_t n = 0; n < CPUS_MAX; n++, redistributor += GICR_STRIDE) {
        if (rt_read32(redistributor + GICR_TYPER + 4) == affinity()) {
            return;
        }
        if ((rt_read32(redistributor + GICR_TYPER) & TYPER_LAST) != 0) {
            break;
        }
    }
    rt_stop("no redistributor is this CPU's");
}

static void start(void)
{
    uint64_t distributor = rt_machine()->distributor;

    find_redistributor();
    rt_write32(distributor + GICD_CTLR, CTLR_GROUP1_AFFINITY);
    rt_wait_clear(distributor + GICD_CTLR, CTLR_WRITE_PENDING);
    rt_write32(redistributor + GICR_WAKER, rt_read32(redistributor + GICR_WAKER) & ~WAKER_SLEEP);
    rt_wait_clear(redistributor + GICR_WAKER, WAKER_ASLEEP);
    rt_sysreg_write("icc_sre_el1", 7);
    rt_sysreg_write("icc_pmr_el1", 0xff);
    rt_sysreg_write("icc_igrpen1_el1", 1);
}

static uint64_t route(uint32_t intid)
{
    bool local = intid < 32;
    uint64_t frame = local ? redistributor + GICR_LOCAL : rt_machine()->distributor;
    uint64_t group = frame + GICD_IGROUPR + intid / 32 * 4;

    rt_write32(group, rt_read32(group) | 1U << intid % 32);
    if (!local) {
        *(volatile uint64_t *)(frame + GICD_IROUTER + 8UL * intid) =
            rt_sysreg_read("mpidr_el1") & 0xff00ffffff;
    }
    return frame;
}

static uint32_t acknowledge(void)
{
    return (uint32_t)rt_sysreg_read("icc_iar1_el1");
}

static void end(uint32_t acknowledged)
{
    rt_sysreg_write("icc_eoir1_el1", acknowledged);
}

const struct rt_gic rt_gic3 = {
    .start = start,
    .route = route,
    .acknowledge = acknowledge,
    .end = end,
    .intid_mask = INTID,
};
