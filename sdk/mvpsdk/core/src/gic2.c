/* SPDX-License-Identifier: Apache-2.0 */
#include "gic2.h"

#include "vgic_state.h"

/* GICH_LR<n> (Arm IHI 0048, 5.3.11): HW 31, Grp1 30, state 29:28, priority 27:23; with HW the
 * physical INTID 19:10, else EOI 19 and, of an SGI, its sender 12:10; virtual INTID 9:0. */
#define LR2_HARDWARE 0x80000000U
#define LR2_FLAGS 0xc0000000U /* HW and Grp1 */
#define LR2_STATE 0x30000000U
#define LR2_PRIORITY 0x0f800000U
#define LR2_PHYSICAL 0x000ffc00U
#define LR2_EOI 0x00080000U
#define LR2_INTID 0x000003ffU
#define LR2_SENDER 0x00001c00U

/* How far the same field stands higher in 64 bits. */
#define FLAGS_UP 30
#define STATE_UP 34
#define PRIORITY_UP 28
#define PHYSICAL_UP 22

#define SIZE_64K_PAGES 0x20000

uint32_t gic2_lr(uint64_t value)
{
    return ((uint32_t)(value >> FLAGS_UP) & LR2_FLAGS) |
           ((uint32_t)(value >> STATE_UP) & LR2_STATE) |
           ((uint32_t)(value >> PRIORITY_UP) & LR2_PRIORITY) |
           ((uint32_t)(value >> PHYSICAL_UP) & LR2_PHYSICAL) |
           ((uint32_t)value & (LR2_SENDER | LR2_INTID));
}

uint64_t gic2_lr_value(uint32_t lr)
{
    uint64_t value = (uint64_t)(lr & LR2_FLAGS) << FLAGS_UP |
                     (uint64_t)(lr & LR2_STATE) << STATE_UP |
                     (uint64_t)(lr & LR2_PRIORITY) << PRIORITY_UP;

    if ((lr & LR2_HARDWARE) != 0) {
        return value | (uint64_t)(lr & LR2_PHYSICAL) << PHYSICAL_UP | (lr & LR2_INTID);
    }
    return value | (uint64_t)(lr & LR2_EOI) << PHYSICAL_UP | (lr & (LR2_SENDER | LR2_INTID));
}

uint64_t gic2_second_page(uint64_t size)
{
    return size == SIZE_64K_PAGES ? SIZE_64K_PAGES / 2 : 0x1000;
}
