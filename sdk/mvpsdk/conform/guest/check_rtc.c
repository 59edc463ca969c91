/* SPDX-License-Identifier: Apache-2.0 */
/* The PL031 (Arm DDI 0224), where the handset has one. */
#include "conform.h"

#define RTCDR 0x00
#define RTCMR 0x04
#define RTCLR 0x08
#define RTCCR 0x0c
#define RTCIMSC 0x10
#define RTCRIS 0x14
#define RTCMIS 0x18
#define RTCICR 0x1c
#define RTC_ID 0xfe0
#define SECOND 1000000 /* microseconds */

static uint32_t reg(uint32_t offset)
{
    return load(tree.rtc.base + offset);
}

static void set(uint32_t offset, uint32_t value)
{
    store(tree.rtc.base + offset, value);
}

static bool missing(void)
{
    if (!tree.rtc.there) {
        skip("the handset has no clock");
    }
    return !tree.rtc.there;
}

CHECK(identification, "rtc.identification",
      "PrimeCell identification: a PL031 of Arm's, that counts")
{
    static const uint8_t ids[8] = {0x31, 0x10, 0x04, 0, 0x0d, 0xf0, 0x05, 0xb1};

    if (missing()) {
        return;
    }
    for (uint32_t n = 0; n < 8; n++) {
        about(RTC_ID + 4 * n);
        expect("identification", ids[n], reg(RTC_ID + 4 * n));
    }
    about(0);
    expect("RTCCR", 1, reg(RTCCR));
}

CHECK(loads, "rtc.load", "RTCLR sets the count, and RTCLR and RTCMR read as written")
{
    if (missing()) {
        return;
    }
    set(RTCLR, 0x12345678);
    expect_within("RTCDR", 0x12345678, 0x12345679, reg(RTCDR));
    expect("RTCLR", 0x12345678, reg(RTCLR));
    set(RTCMR, 0x9abcdef0);
    expect("RTCMR", 0x9abcdef0, reg(RTCMR));
}

/* Waits in WFI: the virtual timer bounds it, the clock is to come first. */
static void sleep(uint64_t microseconds)
{
    sysreg_set("cntv_cval_el0", now() + ticks(microseconds));
    sysreg_set("cntv_ctl_el0", 1);
    gic_open(MVP_VIRTUAL_TIMER_INTID, 0xa0);
    for (uint32_t n = 0; n < 1000 && self()->taken == 0; n++) {
        __asm__ volatile("dsb sy\n\twfi" ::: "memory");
        (void)take(1, 1);
    }
}

CHECK(match, "rtc.match", "it counts seconds: the match comes within one, by INTID 34, not before")
{
    uint32_t next;
    uint64_t start = now();

    if (missing()) {
        return;
    }
    gic_open(MVP_RTC_INTID, 0x80);
    next = reg(RTCDR) + 1;
    set(RTCMR, next);
    set(RTCIMSC, 1);
    expect("RTCRIS before", reg(RTCDR) == next ? 1 : 0, reg(RTCRIS));
    sleep(SECOND + SECOND / 2);
    expect_within("ticks until it came", 0, ticks(SECOND + SECOND / 8), now() - start);
    expect("INTID", MVP_RTC_INTID, self()->intid[0]);
    expect("RTCDR", next, reg(RTCDR));
    expect("RTCRIS", 1, reg(RTCRIS));
    expect("RTCMIS, masked by the handler", 0, reg(RTCMIS));
    set(RTCICR, 1);
    expect("RTCRIS after RTCICR", 0, reg(RTCRIS));
}
