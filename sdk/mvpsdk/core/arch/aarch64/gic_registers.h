/* SPDX-License-Identifier: Apache-2.0 */
/* The distributor's registers, alike in GICv2 and GICv3 (Arm IHI 0048, 4.3; Arm IHI 0069, 12.9). */
#ifndef AARCH64_GIC_REGISTERS_H
#define AARCH64_GIC_REGISTERS_H

#include <stdint.h>

#include "machine.h"

#define GICD_CTLR 0x0000
#define GICD_TYPER 0x0004
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_ICENABLER 0x0180
#define GICD_ICPENDR 0x0280
#define GICD_ISACTIVER 0x0300
#define GICD_ICACTIVER 0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ITARGETSR 0x0800 /* GICv2 */
#define GICD_ICFGR 0x0c00
#define GICD_IROUTER 0x6000 /* GICv3 */
#define MPIDR_AFFINITY 0xff00ffffffULL
#define OWN_SGIS (FEATURE_SMP != 0 ? 1U << SMP_KICK : 0U)

#pragma GCC visibility push(hidden)
extern uint64_t gic_distributor; /* its address */
#pragma GCC visibility pop

static inline uint32_t reg_read(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void reg_write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

/* The CPU that runs this. */
static inline struct cpu *this_cpu(void)
{
    return &machine.cpus[FEATURE_SMP != 0 ? machine.smp.here : 0];
}

/* Where the n-th word of a row of registers is. */
static inline uint64_t reg_word(uint64_t first, uint32_t n)
{
    return first + 4 * (uint64_t)n;
}

#endif
