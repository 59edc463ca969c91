/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated PL031 real-time clock (Arm DDI 0224): seconds, load, match with interrupt, IDs. */
#ifndef CORE_PL031_H
#define CORE_PL031_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

struct pl031 {
    uint32_t offset; /* added to the seconds of the counter: RTCLR's effect */
    uint32_t load;   /* RTCLR as last written */
    uint32_t match;  /* RTCMR */
    uint32_t mask;   /* RTCIMSC */
    uint32_t raw;    /* RTCRIS */
    uint32_t armed;  /* 1: the match lies ahead */
    uint32_t intid;  /* in the partition's vGIC */
    uint32_t zero;
    uint64_t due; /* seconds at which it fires, where armed */
};

void pl031_init(struct pl031 *rtc, uint32_t intid);
/* seconds: of the counter, since reset, plus the time of day if the firmware has told it. */
uint64_t pl031_read(struct vcpu *vcpu, uint64_t offset, uint64_t seconds);
void pl031_write(struct vcpu *vcpu, uint64_t offset, uint64_t value, uint64_t seconds);
/* Fires the match interrupt if it is due. Returns the seconds until it will be; all ones: never. */
uint64_t pl031_poll(struct vcpu *vcpu, uint64_t seconds);

#endif
