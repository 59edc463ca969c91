/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board with a GICv2: the guest's CPU interface is the hardware's own, so what it does there it
 * does without an exit. GICH and GICV, physical addresses, are nobody's here.
 */
#include <mvp/platform.h>

#include "hostile.h"

#define GICC_CTLR (MVP_GICC_BASE + 0x00)
#define GICC_PMR (MVP_GICC_BASE + 0x04)
#define GICC_IAR (MVP_GICC_BASE + 0x0c)
#define GICC_EOIR (MVP_GICC_BASE + 0x10)
#define GICC_APR (MVP_GICC_BASE + 0xd0)
#define IGROUPR (MVP_GICD_BASE + 0x80)
#define ISENABLER (MVP_GICD_BASE + 0x100)
#define ICENABLER (MVP_GICD_BASE + 0x180)
#define ICPENDR (MVP_GICD_BASE + 0x280)
#define ICACTIVER (MVP_GICD_BASE + 0x380)
#define IPRIORITYR (MVP_GICD_BASE + 0x400)
#define ICFGR (MVP_GICD_BASE + 0xc00)
#define SGIR (MVP_GICD_BASE + 0xf00)
#define CPENDSGIR (MVP_GICD_BASE + 0xf10)
#define SPENDSGIR (MVP_GICD_BASE + 0xf20)
#define TO_SELF 0x02000000U
#define SGIS 16
#define NONE 1023
#define OWN_MASK 0xf8U /* five bits of priority */
#define ROUNDS 8
#define SPIN 1500000UL /* ticks: the firmware's task comes once at least */

/* In the one form that a syndrome describes: a compiler may choose to write its base back. */
static uint32_t read(uint64_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static void write(uint64_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static void spin(void)
{
    uint64_t start = READ("cntvct_el0");

    while (READ("cntvct_el0") - start < SPIN) {
    }
}

/* As after reset, but for SGIs: they are on, the first of them the most urgent. */
static void all_as_new(void)
{
    write(MVP_GICD_BASE, 0);
    for (uint32_t n = 0; n < MVP_PERSONA_INTIDS / 32; n++) {
        write(IGROUPR + 4UL * n, 0);
        write(ICENABLER + 4UL * n, ~0U);
        write(ICPENDR + 4UL * n, ~0U);
        write(ICACTIVER + 4UL * n, ~0U);
        write(ICFGR + 8UL * n, 0);
        write(ICFGR + 8UL * n + 4, 0);
    }
    for (uint32_t n = 0; n < SGIS / 4; n++) {
        write(CPENDSGIR + 4UL * n, ~0U);
        write(IPRIORITYR + 4UL * n, 0x18100800U + 0x20202020U * n);
    }
    write(ISENABLER, 0xffff);
    write(MVP_GICD_BASE, 1);
    write(GICC_CTLR, 0);
    write(GICC_APR, 0); /* what was taken and never ended */
    write(GICC_PMR, OWN_MASK);
    write(GICC_CTLR, 1);
}

/* All SGIs at once, more than there are list registers, twice: by priority, and each once. */
static void sgis(void)
{
    uint64_t order = 0;
    uint64_t count = 0;
    uint32_t intid;

    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t n = 0; n < SGIS / 4; n++) {
            write(SPENDSGIR + 4UL * n, ~0U);
        }
        while ((intid = read(GICC_IAR) & 0x3ff) < NONE && count < 1000) {
            order += intid == count % SGIS;
            count++;
            write(GICC_EOIR, intid);
        }
    }
    print("+ priorities.sgis.1");
    field("count", count);
    field("order", order);
    end();
}

/* Everything is masked, or its most urgent one is active for ever: here, and for nobody else. */
static void masks(void)
{
    uint64_t kept = 0;

    for (uint32_t n = 0; n < ROUNDS; n++) {
        write(GICC_PMR, n % 2 == 0 ? 0 : OWN_MASK - 8 * n);
        spin();
        kept += read(GICC_PMR) == (n % 2 == 0 ? 0 : OWN_MASK - 8 * n);
    }
    write(GICC_PMR, OWN_MASK);
    print("+ priorities.masks.1");
    field("kept", kept);
    end();
}

static void never_ended(void)
{
    uint32_t intid;

    write(SGIR, TO_SELF | 0);
    intid = read(GICC_IAR);
    write(SGIR, TO_SELF | 5); /* less urgent: not before the first has ended */
    spin();
    spin();
    print("+ priorities.never-ended.1");
    field("intid", intid);
    field("other", read(GICC_IAR));
    end();
    write(GICC_EOIR, intid);
}

#define MRS 0xd5200000U
#define MSR 0xd5000000U
#define NAME(crn, crm, op2) (3U << 19 | (crn) << 12 | (crm) << 8 | (op2) << 5)

/* A GICv3's CPU interface, read and written: PMR, IAR0, IAR1, EOIR1, BPR1, CTLR, IGRPEN0, IGRPEN1,
 * DIR, RPR, SGI1R, ASGI1R, SGI0R; of some there is one form only. Not SRE, a constant in QEMU that
 * does not trap. */
static void system_registers(void)
{
    static const uint32_t names[] = {
        NAME(4U, 6U, 0U),   NAME(12U, 8U, 0U),  NAME(12U, 12U, 0U), NAME(12U, 12U, 1U),
        NAME(12U, 12U, 3U), NAME(12U, 12U, 4U), NAME(12U, 12U, 6U), NAME(12U, 12U, 7U),
        NAME(12U, 11U, 1U), NAME(12U, 11U, 3U), NAME(12U, 11U, 5U), NAME(12U, 11U, 6U),
        NAME(12U, 11U, 7U),
    };
    uint64_t tried = 0;
    uint64_t reached = 0;

    for (uint32_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        execute(MRS | names[n], EL1, 0);
        reached += unharmed();
        execute(MSR | names[n], EL1, ~0UL);
        reached += unharmed();
        tried += 2;
    }
    print("+ icc.1");
    field("tried", tried);
    field("reached", reached);
    end();
}

/* The CPU interface's accesses are the hardware's to answer: which of them fail is not ours. */
void attack_gic2(void)
{
    system_registers();
    touch("gich", GICH);
    touch("gicv", GICV);
    fuzz_device("gicd2.1", MVP_GICD_BASE, MVP_GICD2_SIZE, MVP_GICD2_SIZE);
    fuzz_device("gicc.1", MVP_GICC_BASE, MVP_GICC_SIZE, 0x100);
}

/* What it masks by, and what it never ends, is its own. */
void attack_priorities(void)
{
    all_as_new();
    sgis();
    masks();
    never_ended();
    write(GICC_CTLR, 0);
    write(MVP_GICD_BASE, 0);
}
