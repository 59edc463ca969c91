/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of its own making, debug, FP registers, lies on the console, and ends without end. */
#include <mvp/abi.h>
#include <mvp/platform.h>

#include "hostile.h"

#define SYSTEM_RESET 0x84000009
#define CPU_SUSPEND 0xc4000001
#define STARTS_UNTIL 40000000UL /* physical count */
#define MILLISECOND 1000000UL
#define GOOD_CODE ((uint64_t)form_none)

#define NAMES(each)                                                                         \
    each(break) each(halt) each(call) each(none) each(undefined) each(debug_exit) each(sve) \
        each(matrix) each(mte) each(pauth) each(sleep_event)
#define DECLARE(name) extern const char form_##name[];
NAMES(DECLARE)
extern const char form_hvc_at_el0[], form_smc_at_el0[], form_return[];
extern const char form_a32_call[], form_a32_read[];
void fp_fill(uint64_t pattern);
uint64_t fp_wrong(uint64_t pattern);
uint64_t fp_nonzero(void);

struct named {
    const char *name;
    uint64_t value;
};

static void both(const char *name, const char *code)
{
    tell("exceptions", name, (uint64_t)code, EL1, 0, 0);
    tell("exceptions", name, (uint64_t)code, EL0, 0, 0);
}

static void returns(void)
{
    static const struct named modes[] = {
        {"return-el2h", 0x3c9},    {"return-el2t", 0x3c8},    {"return-el3h", 0x3cd},
        {"return-a32-hyp", 0x1da}, {"return-a32-svc", 0x1d3}, {"return-illegal", 0x1003c5},
    };

    for (uint32_t n = 0; n < sizeof modes / sizeof modes[0]; n++) {
        tell("exceptions", modes[n].name, (uint64_t)form_return, EL1, modes[n].value, GOOD_CODE);
    }
}

/* A breakpoint, a watchpoint and a single step that would be the hypervisor's to notice. */
static void debug(void)
{
    WRITE("oslar_el1", 0);
    WRITE("mdscr_el1", 1 << 13 | 1 << 15 | 1);
    WRITE("dbgbvr0_el1", GOOD_CODE);
    WRITE("dbgbcr0_el1", 0x1e5 | 1 << 13);
    WRITE("dbgwvr0_el1", MVP_RAM_BASE);
    WRITE("dbgwcr0_el1", 0x1ff9);
    tell("debug", "breakpoint", GOOD_CODE, EL1, 0, 0);
    tell("debug", "step", GOOD_CODE, EL1 & ~0x200UL, 0, 0);
    tell("debug", "step-ss", GOOD_CODE, (EL1 & ~0x200UL) | 1 << 21, 0, 0);
    print("+ debug.registers.1");
    field("mdscr", READ("mdscr_el1"));
    field("bcr", READ("dbgbcr0_el1"));
    field("bvr", READ("dbgbvr0_el1"));
    end();
}

/* A misaligned SP is left out: QEMU 7.2 lets it pass. */
static void misaligned(void)
{
    tell("exceptions", "pc_off", GOOD_CODE + 2, EL1, 0, 0);
    tell("exceptions", "pc_off", GOOD_CODE + 2, EL0, 0, 0);
}

void attack_exceptions(void)
{
#define BOTH(name) both(#name, form_##name);
    NAMES(BOTH)
    tell("exceptions", "hvc", (uint64_t)form_hvc_at_el0, EL0, 0, 0);
    tell("exceptions", "smc", (uint64_t)form_smc_at_el0, EL0, 0, 0);
    tell("exceptions", "a32_call", (uint64_t)form_a32_call, 0x1d0, 0, 0);
    tell("exceptions", "a32_read", (uint64_t)form_a32_read, 0x1d0, HYPERVISOR, 0);
    tell("exceptions", "a32_fetch", HYPERVISOR, 0x1d0, 0, 0);
    returns();
    misaligned();
    debug();
}

static void spin(uint64_t ticks)
{
    uint64_t start = READ("cntvct_el0");

    while (READ("cntvct_el0") - start < ticks) {
    }
}

#define PATTERN 0xba55000000000000UL

void attack_fp(void)
{
    uint64_t wrong = 0;
    uint64_t first = fp_nonzero();

    for (uint64_t n = 0; n < 8; n++) {
        fp_fill(PATTERN | n << 20 | n);
        spin(MILLISECOND + 1000 * n);
        wrong += fp_wrong(PATTERN | n << 20 | n);
    }
    print("+ fp.theft.1");
    field("first", first);
    field("wrong", wrong);
    end();
}

static void write(const char *text, uint64_t size)
{
    for (uint64_t done = 0; done < size;) { /* a call takes as much as it likes, but something */
        uint64_t x[31] = {MVP_CALL_CONSOLE_WRITE, (uint64_t)text + done, size - done};

        call_hvc(x);
        done += x[0] == 0 ? size : x[0];
    }
}

void attack_console(void)
{
    static const char lies[] =
        "\n[mvp] FORGED panic reason=0x45\n[realtime] FORGED final: met 0 missed 9\n"
        "\r[mvp] FORGED\r\n[realtime+ FORGED\n\r\r[realtime] FORGED\n"
        "half a line [mvp] FORGED\v\f\x1b[1G[realtime] FORGED\n\x08\x08\x08\x08[mvp] FORGED\n";

    print(lies);
    write(lies, sizeof lies - 1);
    for (uint32_t n = 0; n < 200; n++) { /* one byte of it a call, one of it a store */
        write(lies + n % (sizeof lies - 1), 1);
        *(volatile uint32_t *)MVP_UART_BASE = (uint8_t)lies[n % (sizeof lies - 1)];
    }
    end();
    print("+ console.forged.1 done=1");
    end();
}

#define SECRET (*(volatile uint64_t *)(MVP_RAM_BASE + 0x1f0000)) /* beyond the image */

/* Started again and again: by its own call, and by vectors that can't be fetched. What it leaves in
 * its memory must be gone each time. */
void attack_starts(void)
{
    uint64_t x[31] = {SYSTEM_RESET};
    uint64_t now = READ("cntpct_el0");

    if (SECRET != 0 || now >= STARTS_UNTIL) {
        print("+ starts.scrubbed.1");
        field("left", SECRET);
        end();
        return;
    }
    SECRET = 0x5ec2e7;
    if (now < STARTS_UNTIL / 2) {
        call_smc(x);
    }
    WRITE("vbar_el1", HOLE);
    __asm__ volatile("br %0" ::"r"(HOLE));
}
