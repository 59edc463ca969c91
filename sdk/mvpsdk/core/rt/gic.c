/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 with system registers (Arm IHI 0069): one CPU, all interrupts in group 1 at one priority,
 * so that none nests.
 */
#include "rt_internal.h"

#define GICD_CTLR 0x0000
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_IPRIORITYR 0x0400
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

#define PRIORITY 0xa0
#define PATIENCE 1000000 /* reads; a GIC that takes longer is broken */

struct handler {
    void (*function)(void *context);
    void *context;
    uint32_t intid;
};

static struct handler handlers[RT_HANDLERS_MAX];
static uint32_t handler_count;
static uint64_t redistributor; /* of this CPU */

static uint32_t read32(uint64_t address)
{
    return *(const volatile uint32_t *)address;
}

static void write32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static uint32_t affinity(void)
{
    uint64_t mpidr = rt_sysreg_read("mpidr_el1");

    return (uint32_t)((mpidr >> 8 & 0xff000000) | (mpidr & 0xffffff));
}

static void wait_clear(uint64_t address, uint32_t bits)
{
    for (uint32_t n = 0; (read32(address) & bits) != 0; n++) {
        if (n == PATIENCE) {
            rt_stop("the GIC does not answer");
        }
    }
}

/* Each redistributor names its CPU in the upper half of its type register. */
static void find_redistributor(void)
{
    redistributor = rt_machine()->redistributor;
    for (uint32_t n = 0; n < CPUS_MAX; n++, redistributor += GICR_STRIDE) {
        if (read32(redistributor + GICR_TYPER + 4) == affinity()) {
            return;
        }
        if ((read32(redistributor + GICR_TYPER) & TYPER_LAST) != 0) {
            break;
        }
    }
    rt_stop("no redistributor is this CPU's");
}

void rt_gic_start(void)
{
    uint64_t distributor = rt_machine()->distributor;

    find_redistributor();
    write32(distributor + GICD_CTLR, CTLR_GROUP1_AFFINITY);
    wait_clear(distributor + GICD_CTLR, CTLR_WRITE_PENDING);
    write32(redistributor + GICR_WAKER, read32(redistributor + GICR_WAKER) & ~WAKER_SLEEP);
    wait_clear(redistributor + GICR_WAKER, WAKER_ASLEEP);
    rt_sysreg_write("icc_sre_el1", 7);
    rt_sysreg_write("icc_pmr_el1", 0xff);
    rt_sysreg_write("icc_igrpen1_el1", 1);
}

void rt_gic_enable(uint32_t intid)
{
    bool local = intid < 32;
    uint64_t base = local ? redistributor + GICR_LOCAL : rt_machine()->distributor;
    uint64_t word = intid / 32 * 4;
    uint32_t bit = 1U << intid % 32;

    write32(base + GICD_IGROUPR + word, read32(base + GICD_IGROUPR + word) | bit);
    *(volatile uint8_t *)(base + GICD_IPRIORITYR + intid) = PRIORITY;
    if (!local) {
        *(volatile uint64_t *)(base + GICD_IROUTER + 8UL * intid) =
            rt_sysreg_read("mpidr_el1") & 0xff00ffffff;
    }
    write32(base + GICD_ISENABLER + word, bit);
}

bool rt_interrupt(uint32_t intid, void (*handler)(void *context), void *context)
{
    if (handler_count == RT_HANDLERS_MAX || intid >= RT_INTID_SPECIAL) {
        return false;
    }
    handlers[handler_count] =
        (struct handler){.function = handler, .context = context, .intid = intid};
    handler_count++;
    rt_gic_enable(intid);
    return true;
}

void rt_irq(void)
{
    uint32_t intid = (uint32_t)rt_sysreg_read("icc_iar1_el1") & 0xffffff;

    if (intid >= RT_INTID_SPECIAL) {
        return;
    }
    if (intid == rt_machine()->timer_intid) {
        rt_timer_interrupt();
    }
    for (uint32_t n = 0; n < handler_count; n++) {
        if (handlers[n].intid == intid) {
            handlers[n].function(handlers[n].context);
        }
    }
    rt_sysreg_write("icc_eoir1_el1", intid);
}
