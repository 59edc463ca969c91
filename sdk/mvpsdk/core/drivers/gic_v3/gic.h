/* SPDX-License-Identifier: Apache-2.0 */
/* What the architecture's files need of a GICv3 without a call: drivers/gic_v2 has its own. */
#ifndef GIC_H
#define GIC_H

#include "gic_registers.h"
#include "machine.h"
#include "regs.h"

#define GIC_VERSION 3

/* Registers of the virtual interface that a guest owns: its CPU interface's, and what is active. */
static inline void gic_save(uint64_t *saved)
{
    saved[0] = READ(ICH_VMCR);
    saved[1] = READ(ICH_AP0R0);
    saved[2] = READ(ICH_AP1R0);
}

static inline void gic_load(const uint64_t *saved)
{
    WRITE(ICH_VMCR, saved[0]);
    WRITE(ICH_AP0R0, saved[1]);
    WRITE(ICH_AP1R0, saved[2]);
}

/* Takes the pending interrupt and drops its priority; 1023: there is none. */
static inline uint32_t gic_acknowledge(void)
{
    uint32_t intid = (uint32_t)READ(ICC_IAR1) & 0xffffff;

    if (intid < 1020 || intid > 1023) { /* an LPI that the boot loader left on is ended, too */
        WRITE(ICC_EOIR1, intid);
    }
    if (FEATURE_SMP != 0 && intid == SMP_KICK) {
        WRITE(ICC_DIR, intid); /* it has done what it is for */
    }
    return intid;
}

/* An SPI comes to this CPU. */
static inline void gic_route(uint32_t intid)
{
    *(volatile uint64_t *)(gic_distributor + GICD_IROUTER + 8 * (uint64_t)intid) =
        READ("mpidr_el1") & MPIDR_AFFINITY;
}

#endif
