/* SPDX-License-Identifier: Apache-2.0 */
/* What the architecture's files need of a GICv2 without a call: drivers/gic_v3 has its own. */
#ifndef GIC_H
#define GIC_H

#include "gic_registers.h"
#include "machine.h"
#include "regs.h"

#define GIC_VERSION 2

/* Arm IHI 0048, 4.4 and 5.3. */
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define GICH_VMCR 0x08
#define GICH_APR 0xf0
#define IAR_INTID 0x3ff

#pragma GCC visibility push(hidden)
extern uint64_t gic_interface;  /* GICC */
extern uint64_t gic_hypervisor; /* GICH */
extern uint64_t gic_deactivate; /* GICC_DIR */
#pragma GCC visibility pop

/* Registers of the virtual interface that a guest owns: its CPU interface's, and what is active. */
static inline void gic_save(uint64_t *saved)
{
    saved[0] = reg_read(gic_hypervisor + GICH_VMCR);
    saved[1] = reg_read(gic_hypervisor + GICH_APR);
}

static inline void gic_load(const uint64_t *saved)
{
    reg_write(gic_hypervisor + GICH_VMCR, (uint32_t)saved[0]);
    reg_write(gic_hypervisor + GICH_APR, (uint32_t)saved[1]);
}

/* Takes the pending interrupt and drops its priority; 1023: there is none. */
static inline uint32_t gic_acknowledge(void)
{
    uint32_t value = reg_read(gic_interface + GICC_IAR);

    if ((value & IAR_INTID) < 1020) {
        reg_write(gic_interface + GICC_EOIR, value); /* of an SGI, its sender's number too */
    }
    if (FEATURE_SMP != 0 && (value & IAR_INTID) == SMP_KICK) {
        reg_write(gic_deactivate, value); /* it has done what it is for */
    }
    return value & IAR_INTID;
}

/* An SPI comes to this CPU. */
static inline void gic_route(uint32_t intid)
{
    *(volatile uint8_t *)(gic_distributor + GICD_ITARGETSR + intid) =
        (uint8_t)this_cpu()->interrupts;
}

#endif
