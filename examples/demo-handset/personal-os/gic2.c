/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 (Arm IHI 0048). Bit 0 of the control registers enables the group that this kernel sees: 0
 * where there is one security state or the CPU interface is a virtual one, otherwise 1 (4.3.1,
 * 4.4.1).
 */
#include "kernel.h"

#define GICD_CTLR 0x0000
#define GICD_ITARGETSR 0x0800 /* a byte for each interrupt, a bit for each CPU */
#define GICC_CTLR 0x0000
#define GICC_PMR 0x0004
#define GICC_IAR 0x000c
#define GICC_EOIR 0x0010
#define ENABLE 1
#define FIRST_SHARED 32

/* The bytes of private interrupts can't be written and name the CPU that reads them (4.3.12); with
 * one CPU all read as 0. */
static uint8_t own_cpu(void)
{
    uint8_t cpu = 0;

    for (uint32_t n = 0; n < FIRST_SHARED && cpu == 0; n++) {
        cpu = *(const volatile uint8_t *)(machine.distributor + GICD_ITARGETSR + n);
    }
    return cpu;
}

static void start(void)
{
    reg_write(machine.distributor + GICD_CTLR, ENABLE);
    reg_write(machine.cpu_frame + GICC_PMR, 0xff);
    reg_write(machine.cpu_frame + GICC_CTLR, ENABLE);
}

static uint64_t route(uint32_t intid)
{
    if (intid >= FIRST_SHARED) {
        *(volatile uint8_t *)(machine.distributor + GICD_ITARGETSR + intid) = own_cpu();
    }
    return machine.distributor;
}

/* Interrupts that CPUs send each other also tell the sender, in the bits above the number: this
 * kernel has one CPU and gets none. */
static uint32_t acknowledge(void)
{
    return reg_read(machine.cpu_frame + GICC_IAR) & 0x3ff;
}

static void end(uint32_t intid)
{
    reg_write(machine.cpu_frame + GICC_EOIR, intid);
}

const struct gic gic2 = {
    .compatible = {"arm,cortex-a15-gic", "arm,gic-400"},
    .start = start,
    .route = route,
    .acknowledge = acknowledge,
    .end = end,
};
