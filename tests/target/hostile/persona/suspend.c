/* SPDX-License-Identifier: Apache-2.0 */
/* CPU_SUSPEND with every state, entry and context that a register can hold: it must wake behind its
 * call, when its own timer comes and no sooner, with its registers as they were. */
#include <mvp/platform.h>

#include "hostile.h"

#define ROUNDS 200
#define SLEEP 30000 /* ticks, at most */
#define SUSPEND 0x84000001UL
#define SUSPEND_64 0xc4000001UL
#define SGI_FRAME (MVP_GICR_BASE + 0x10000)
#define ISENABLER 0x100
#define ICENABLER 0x180
#define TIMER (1U << MVP_VIRTUAL_TIMER_INTID)

static uint64_t wrong_result;
static uint64_t wrong_register;
static uint64_t early;
static uint64_t others; /* interrupts that are not its timer's */

static uint64_t argument(void)
{
    static const uint64_t telling[] = {0,          1,        0x10000, 0x1010000,  0x40000000,
                                       HYPERVISOR, FIRMWARE, HOLE,    0xffffffff, ~0UL};
    uint64_t r = chance();

    return r % 4 == 0 ? chance() : telling[(r >> 8) % (sizeof telling / sizeof telling[0])];
}

/* The timer's interrupt is masked at the CPU: it wakes all the same, and is taken here. */
static void finish_timer(void)
{
    uint64_t intid = READ("s3_0_c12_c12_0"); /* ICC_IAR1_EL1 */

    others += intid != MVP_VIRTUAL_TIMER_INTID;
    WRITE("cntv_ctl_el0", 0);
    WRITE("s3_0_c12_c12_1", intid); /* ICC_EOIR1_EL1 */
}

static void sleep_once(uint64_t n, void (*call)(uint64_t *x))
{
    uint64_t before[31];
    uint64_t after[31];
    uint64_t wakes;

    for (uint32_t i = 0; i < 31; i++) {
        before[i] = i == 0 ? ((n & 1) != 0 ? SUSPEND : SUSPEND_64) : argument();
        after[i] = before[i];
    }
    wakes = READ("cntvct_el0") + ((n & 6) == 0 ? 0 : chance() % SLEEP); /* also what is over */
    WRITE("cntv_cval_el0", wakes);
    WRITE("cntv_ctl_el0", 1);
    call(after);
    early += READ("cntvct_el0") < wakes;
    finish_timer();
    wrong_result += after[0] != 0;
    for (uint32_t i = 1; i < 31; i++) {
        if (after[i] != before[i]) {
            wrong_register++;
            return;
        }
    }
}

static void sleeps(const char *name, void (*call)(uint64_t *x))
{
    wrong_result = wrong_register = early = others = 0;
    for (uint64_t n = 0; n < ROUNDS; n++) {
        sleep_once(n, call);
    }
    print("+ suspend.");
    print(name);
    field("wrong-result", wrong_result);
    field("wrong-register", wrong_register);
    field("early", early);
    field("others", others);
    end();
}

void attack_suspend(void)
{
    gic_on();
    *(volatile uint32_t *)(SGI_FRAME + ISENABLER) = TIMER;
    sleeps("hvc.1", call_hvc);
    sleeps("smc.1", call_smc);
    *(volatile uint32_t *)(SGI_FRAME + ICENABLER) = TIMER;
}
