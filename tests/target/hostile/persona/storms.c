/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts that never end: whatever makes them is left as it is. */
#include <mvp/platform.h>

#include "hostile.h"

#define LENGTH 3000000UL /* ticks of each storm */
#define SGI_FRAME (MVP_GICR_BASE + 0x10000)
#define ISENABLER 0x100
#define ICENABLER 0x180
#define PRIORITY 0x400
#define IGROUPR 0x80
#define SGI_TO_SELF 0x5000001UL /* INTID 5, to vCPU 0 */
#define TIMERS (1U << MVP_VIRTUAL_TIMER_INTID | 1U << MVP_PHYSICAL_TIMER_INTID)
#define SPIS (1U << (MVP_UART_INTID - 32) | 1U << (MVP_RTC_INTID - 32))

static void write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

void gic_on(void)
{
    write(MVP_GICD_BASE, 0x12);
    write(MVP_GICR_BASE + 0x14, 0);
    write(SGI_FRAME + IGROUPR, ~0U);
    write(MVP_GICD_BASE + IGROUPR + 4, ~0U);
    for (uint32_t n = 0; n < 16; n++) {
        write(SGI_FRAME + PRIORITY + 4 * (n % 8), 0x80808080);
        write(MVP_GICD_BASE + PRIORITY + 32 + 4 * (n % 8), 0x80808080);
    }
    WRITE("s3_0_c4_c6_0", 0xff); /* ICC_PMR_EL1 */
    WRITE("s3_0_c12_c12_4", 0);  /* ICC_CTLR_EL1: EOI ends */
    WRITE("s3_0_c12_c12_7", 1);  /* ICC_IGRPEN1_EL1 */
}

static void run(const char *name, uint32_t local, uint32_t shared, uint64_t sgi, bool sleeping)
{
    uint64_t intid;

    storm_count[0] = 0;
    write(SGI_FRAME + ISENABLER, local);
    write(MVP_GICD_BASE + ISENABLER + 4, shared);
    __asm__ volatile("isb");
    storm(READ("cntvct_el0") + LENGTH, sgi, sleeping);
    intid = storm_count[1];
    write(SGI_FRAME + ICENABLER, ~0U);
    write(MVP_GICD_BASE + ICENABLER + 4, ~0U);
    print("+ storm.");
    print(name);
    field("many", storm_count[0] > 1000);
    field("count", storm_count[0]);
    field("intid", intid);
    end();
}

void attack_storms(void)
{
    WRITE("vbar_el1", (uint64_t)storm_vectors);
    gic_on();
    run("sgi.1", 0xffff, 0, SGI_TO_SELF, false);
    WRITE("cntv_cval_el0", 0);
    WRITE("cntv_ctl_el0", 1);
    run("virtual-timer.1", TIMERS, 0, 0, false);
    run("virtual-timer-asleep.1", TIMERS, 0, 0, true);
    WRITE("cntv_ctl_el0", 0);
    WRITE("cntp_cval_el0", 0);
    WRITE("cntp_ctl_el0", 1);
    run("physical-timer.1", TIMERS, 0, 0, false);
    WRITE("cntp_ctl_el0", 0);
    write(MVP_UART_BASE + 0x38, 0x20); /* transmit: there is always room */
    run("uart.1", 0, SPIS, 0, false);
    write(MVP_RTC_BASE + 0x10, 1);
    write(MVP_RTC_BASE + 4, *(volatile uint32_t *)MVP_RTC_BASE);
    WRITE("cntv_ctl_el0", 1);
    WRITE("cntp_ctl_el0", 1);
    run("all.1", 0xffff | TIMERS, SPIS, SGI_TO_SELF, true);
    WRITE("cntv_ctl_el0", 0);
    WRITE("cntp_ctl_el0", 0);
    write(MVP_UART_BASE + 0x38, 0);
    write(MVP_RTC_BASE + 0x10, 0);
    WRITE("vbar_el1", (uint64_t)vectors);
}
