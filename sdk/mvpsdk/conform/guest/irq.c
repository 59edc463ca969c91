/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts as they are taken, and the state that a check begins with. */
#include "conform.h"

#define CTL_ENABLE_MASKED 3
#define UARTIMSC 0x38
#define UARTICR 0x44
#define RTCIMSC 0x10
#define RTCICR 0x1c
#define GPIOIE 0x410
#define GPIOIC 0x41c
#define ALL 0xffffffff

void quieten(uint32_t intid)
{
    if (intid == MVP_VIRTUAL_TIMER_INTID) {
        sysreg_set("cntv_ctl_el0", CTL_ENABLE_MASKED);
    } else if (intid == MVP_PHYSICAL_TIMER_INTID) {
        sysreg_set("cntp_ctl_el0", CTL_ENABLE_MASKED);
    } else if (intid == MVP_UART_INTID) {
        store(tree.uart.base + UARTIMSC, 0);
    } else if (tree.rtc.there && intid == tree.rtc.intid) {
        store(tree.rtc.base + RTCIMSC, 0);
    } else if (tree.gpio.there && intid == tree.gpio.intid) {
        store(tree.gpio.base + GPIOIE, 0);
    }
}

void conform_irq(void)
{
    struct cpu *cpu = self();
    uint32_t raw = gic()->acknowledge();
    uint32_t intid = intid_of(raw);

    if (intid >= 1020) {
        cpu->spurious++;
        return;
    }
    if (cpu->taken < LOG_MAX) {
        cpu->intid[cpu->taken] = (uint16_t)intid;
        cpu->sender[cpu->taken] = (uint8_t)(raw >> 10 & 7);
    }
    cpu->taken++;
    if (cpu->hook != NULL) {
        cpu->hook(raw);
        return;
    }
    quieten(intid);
    gic()->end(raw);
}

/* Group 0 of a GICv3. */
void conform_fiq(void)
{
    uint32_t intid = (uint32_t)sysreg("s3_0_c12_c8_0"); /* ICC_IAR0_EL1 */

    self()->fiqs++;
    if (intid < 1020) {
        sysreg_set("s3_0_c12_c8_1", intid); /* ICC_EOIR0_EL1 */
    }
}

static void forget(void)
{
    struct cpu *cpu = self();

    cpu->hook = NULL;
    cpu->taken = 0;
    cpu->spurious = 0;
    cpu->fiqs = 0;
}

static void devices(void)
{
    store(tree.uart.base + UARTIMSC, 0);
    store(tree.uart.base + UARTICR, 0x7ff);
    if (tree.rtc.there) {
        store(tree.rtc.base + RTCIMSC, 0);
        store(tree.rtc.base + RTCICR, 1);
    }
    if (tree.gpio.there) {
        store(tree.gpio.base + GPIOIE, 0);
        store(tree.gpio.base + GPIOIC, 0xff);
    }
}

/* A GICv2's SGIs are pending for each sender, and only these registers clear them. */
static void senders(void)
{
    for (uint32_t n = 0; n < 16 && tree.gic == 2; n += 4) {
        store(tree.gic_base[0] + 0xf10 + n, ALL); /* GICD_CPENDSGIR */
    }
}

static void interrupts(void)
{
    for (uint32_t n = 0; n < MVP_PERSONA_INTIDS; n += 32) {
        uint64_t frame = gic()->frame(n) + n / 32 * 4;

        store(frame + GIC_DISABLE, ALL);
        store(frame + GIC_UNPEND, ALL);
        store(frame + GIC_DEACTIVATE, ALL);
        store(frame + GIC_GROUP, tree.gic == 3 ? ALL : 0);
        store(gic()->frame(n) + GIC_CONFIG + n / 16 * 4 + 4, 0);
        if (n != 0) {
            store(gic()->frame(n) + GIC_CONFIG + n / 16 * 4, 0);
        }
    }
    senders();
}

void quiet(void)
{
    irqs_off();
    sysreg_set("cntv_ctl_el0", 0);
    sysreg_set("cntp_ctl_el0", 0);
    devices();
    interrupts();
    gic()->start();
    forget();
}

uint32_t take(uint32_t count, uint64_t microseconds)
{
    uint64_t start = now();
    uint64_t patience = ticks(microseconds);

    irqs_on();
    while (self()->taken < count && now() - start < patience) {
    }
    irqs_off();
    return self()->taken;
}
