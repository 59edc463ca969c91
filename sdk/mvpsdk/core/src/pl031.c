/* SPDX-License-Identifier: Apache-2.0 */
#include "pl031.h"

#include "vcpu.h"

enum pl031_register {
    RTCDR = 0x00,
    RTCMR = 0x04,
    RTCLR = 0x08,
    RTCCR = 0x0c,
    RTCIMSC = 0x10,
    RTCRIS = 0x14,
    RTCMIS = 0x18,
    RTCICR = 0x1c,
    RTC_ID = 0xfe0 /* eight registers of a byte each */
};

#define REGISTER_MASK 0xffc
#define NEVER 0xffffffffffffffff

/* Peripheral ID 0x00041031, PrimeCell ID 0xb105f00d. */
static const uint8_t ids[8] = {0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

void pl031_init(struct pl031 *rtc, uint32_t intid)
{
    rtc->offset = 0;
    rtc->load = 0;
    rtc->match = 0;
    rtc->mask = 0;
    rtc->raw = 0;
    rtc->armed = 0;
    rtc->intid = intid;
    rtc->zero = 0;
    rtc->due = 0;
}

static void update_line(struct vcpu *vcpu, const struct pl031 *rtc)
{
    vgic_line(vcpu, rtc->intid, (rtc->raw & rtc->mask) != 0);
}

/* The 32-bit count, which wraps. */
static uint32_t count(const struct pl031 *rtc, uint64_t seconds)
{
    return (uint32_t)seconds + rtc->offset;
}

/* The match comes when the count gets there next; it may be there. */
static void arm(struct pl031 *rtc, uint64_t seconds)
{
    rtc->due = seconds + (uint32_t)(rtc->match - count(rtc, seconds));
    rtc->armed = 1;
}

uint64_t pl031_poll(struct vcpu *vcpu, uint64_t seconds)
{
    struct pl031 *rtc = &vcpu->partition->rtc;

    if (rtc->armed == 0) {
        return NEVER;
    }
    if (seconds < rtc->due) {
        return rtc->due - seconds;
    }
    rtc->armed = 0;
    rtc->raw = 1;
    update_line(vcpu, rtc);
    return NEVER;
}

static uint32_t read(const struct pl031 *rtc, uint32_t offset, uint64_t seconds)
{
    switch (offset) {
    case RTCDR:
        return count(rtc, seconds);
    case RTCMR:
        return rtc->match;
    case RTCLR:
        return rtc->load;
    case RTCCR:
        return 1; /* always counting */
    case RTCIMSC:
        return rtc->mask;
    case RTCRIS:
        return rtc->raw;
    case RTCMIS:
        return rtc->raw & rtc->mask;
    default:
        return offset >= RTC_ID ? ids[(offset - RTC_ID) / 4] : 0;
    }
}

static void write(struct vcpu *vcpu, struct pl031 *rtc, uint32_t offset, uint32_t value,
                  uint64_t seconds)
{
    switch (offset) {
    case RTCMR:
        rtc->match = value;
        arm(rtc, seconds);
        break;
    case RTCLR:
        rtc->load = value;
        rtc->offset = value - (uint32_t)seconds;
        if (rtc->armed != 0) {
            arm(rtc, seconds);
        }
        break;
    case RTCIMSC:
        rtc->mask = value & 1;
        break;
    case RTCICR:
        rtc->raw &= ~value;
        break;
    default:
        break;
    }
    pl031_poll(vcpu, seconds);
    update_line(vcpu, rtc);
}

uint64_t pl031_read(struct vcpu *vcpu, uint64_t offset, uint64_t seconds)
{
    pl031_poll(vcpu, seconds);
    return read(&vcpu->partition->rtc, (uint32_t)offset & REGISTER_MASK, seconds);
}

void pl031_write(struct vcpu *vcpu, uint64_t offset, uint64_t value, uint64_t seconds)
{
    pl031_poll(vcpu, seconds);
    write(vcpu, &vcpu->partition->rtc, (uint32_t)offset & REGISTER_MASK, (uint32_t)value, seconds);
}
