/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt controller of the host's machine: physical active states, and a virtual interface
 * that does to list registers what the hardware does (Arm IHI 0069, 4.8 and 12.4). */
#include "arch.h"
#include "host.h"

#define LR_ACTIVE 0x8000000000000000
#define LR_PENDING 0x4000000000000000
#define LR_STATE 0xc000000000000000
#define LR_HARDWARE 0x2000000000000000
#define LR_EOI 0x0000020000000000
#define LR_PRIORITY(value) ((uint32_t)((value) >> 48) & 0xff)
#define LR_PHYSICAL(value) ((uint32_t)((value) >> 32) & 0x3ff)
#define NO_INTERRUPT 1023

uint64_t arch_lr_read(uint32_t n)
{
    return host.lr[n];
}

void arch_lr_write(uint32_t n, uint64_t value)
{
    host.lr[n] = value;
    host.lr_writes++;
}

/* Waits for its EOI to be noticed. */
static bool is_ended(uint64_t value)
{
    return (value & (LR_STATE | LR_HARDWARE | LR_EOI)) == LR_EOI;
}

uint32_t arch_lr_empty(void)
{
    uint32_t empty = 0;

    for (uint32_t n = 0; n < host.lr_count; n++) {
        if ((host.lr[n] & LR_STATE) == 0 && !is_ended(host.lr[n])) {
            empty |= 1U << n;
        }
    }
    return empty;
}

void arch_lr_underflow(bool on)
{
    host.underflow = on ? 1 : 0;
}

void arch_irq_active(uint32_t intid, bool active)
{
    host.active[intid] = active ? 1 : 0;
}

void arch_irq_deactivate(uint32_t intid)
{
    host.active[intid] = 0;
    host.deactivated[intid]++;
}

uint32_t arch_irq_acknowledge(void)
{
    uint32_t intid;

    if (host.queue_count == 0) {
        return NO_INTERRUPT;
    }
    intid = host.queue[host.queue_head];
    host.queue_head = (host.queue_head + 1) % HOST_QUEUE;
    host.queue_count--;
    host.active[intid] = 1;
    return intid;
}

uint32_t host_guest_acknowledge(void)
{
    uint32_t best = HOST_LRS;

    for (uint32_t n = 0; n < host.lr_count; n++) {
        if ((host.lr[n] & LR_STATE) == LR_PENDING &&
            (best == HOST_LRS || LR_PRIORITY(host.lr[n]) < LR_PRIORITY(host.lr[best]))) {
            best = n;
        }
    }
    if (best == HOST_LRS) {
        return NO_INTERRUPT;
    }
    host.lr[best] ^= LR_STATE;
    return (uint32_t)host.lr[best];
}

bool host_guest_end(uint32_t intid)
{
    for (uint32_t n = 0; n < host.lr_count; n++) {
        if ((host.lr[n] & LR_ACTIVE) != 0 && (uint32_t)host.lr[n] == intid) {
            host.lr[n] &= ~LR_ACTIVE;
            if ((host.lr[n] & LR_HARDWARE) != 0) {
                arch_irq_deactivate(LR_PHYSICAL(host.lr[n]));
            }
            return true;
        }
    }
    return false;
}

bool host_maintenance(void)
{
    uint32_t valid = 0;

    for (uint32_t n = 0; n < host.lr_count; n++) {
        if (is_ended(host.lr[n])) {
            return true;
        }
        valid += (host.lr[n] & LR_STATE) != 0 ? 1 : 0;
    }
    return host.underflow != 0 && valid <= 1;
}
