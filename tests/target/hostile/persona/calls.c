/* SPDX-License-Identifier: Apache-2.0 */
/* Calls with all registers at random, by HVC and SMC; and the calls of PSCI, misused by design. */
#include <mvp/abi.h>

#include "hostile.h"

#define NOT_SUPPORTED ((uint64_t)MVP_NOT_SUPPORTED)
#define KINDS 9
#define PSCI_RANGE 0x1f /* of its function numbers */

static char text[MVP_CONSOLE_WRITE_MAX] =
    "\r\n[mvp] FORGED stop reason=0x45\r\n[realtime] FORGED final: met 0 missed 9\n";

static uint64_t wrong_result;
static uint64_t wrong_register;
static uint64_t unknown;
static uint64_t known;

static const uint32_t ids[] = {
    0x80000000,
    0x80000001,
    0x84000000,
    0x84000003,
    0xc4000003,
    0x84000004,
    0xc4000004,
    0x84000006,
    0x8400000a,
    MVP_CALL_COUNT,
    MVP_CALL_UID,
    MVP_CALL_REVISION,
    MVP_CALL_FEATURES,
    MVP_CALL_CONSOLE_WRITE,
    MVP_CALL_PARTITION_INFO,
    MVP_CALL_PARTITION_STATE,
    MVP_CALL_TIME_OF_DAY,
    MVP_CALL_TRACE_MARK,
};

#define IDS (sizeof ids / sizeof ids[0])

static uint64_t function(void)
{
    uint64_t r = chance() >> 16;
    uint64_t number = chance();

    switch (r % KINDS) {
    case 0:
        return number;
    case 1:
        return number & 0xffffffff;
    case 2:
        return 0x84000000 | (number & PSCI_RANGE);
    case 3:
        return 0xc4000000 | (number & PSCI_RANGE);
    case 4:
        return 0xc6008000 | (number & 0xf);
    case 5:
        return 0x8600ff00 | (number & 0xff);
    case 6: /* one that there is; of the two that print, few */
        return ids[number % (number >> 32 & 15 ? IDS - 1 : IDS)] | (number & 0xff00000000);
    case 7:
        return 0x80000000 | (number & 0xffff);
    default:
        return (number & 0xff000000) | (number & 7); /* any owner, any convention */
    }
}

static uint64_t argument(void)
{
    static const uint64_t telling[] = {
        0,
        1,
        2,
        3,
        4,
        MVP_CONSOLE_WRITE_MAX,
        MVP_CONSOLE_WRITE_MAX + 1,
        0x40000000,
        0x401ffffc,
        0x401ffffd,
        0x40200000,
        HYPERVISOR,
        FIRMWARE,
        PACK,
        0x80000000,
        0x80000000ffffffff,
        0xffffffff,
        0x100000000,
        0x7fffffffffffffff,
        0xfffffffffffff000,
        0xffffffffffffffff,
    };
    uint64_t r = chance();

    if (r % 4 == 0) {
        return chance();
    }
    if (r % 64 == 1) {
        return (uint64_t)text;
    }
    return telling[(r >> 8) % (sizeof telling / sizeof telling[0])];
}

/* Those that end the run, or wait: they are tried apart. */
static bool ends_it(uint64_t id)
{
    uint32_t number = (uint32_t)id & ~0x40000000U;

    return number == 0x84000001 || number == 0x84000002 || number == 0x84000008 ||
           number == 0x84000009;
}

static bool is_known(uint32_t id)
{
    for (uint32_t n = 0; n < IDS; n++) {
        if (ids[n] == id) {
            return true;
        }
    }
    return false;
}

/* x0 of a call that everybody may make. */
static bool possible(uint32_t id, const uint64_t *before, uint64_t x0)
{
    switch (id) {
    case 0x84000003: /* CPU_ON: there is one vCPU, and it is on */
        return x0 == ((uint32_t)before[1] == 0 ? (uint64_t)-4 : (uint64_t)-2);
    case 0xc4000003:
        return x0 == (before[1] == 0 ? (uint64_t)-4 : (uint64_t)-2);
    case 0x84000004:
    case 0xc4000004:
        return x0 == 0 || x0 == (uint64_t)-2;
    case MVP_CALL_PARTITION_STATE:
    case MVP_CALL_TIME_OF_DAY:
        return x0 == (uint64_t)MVP_DENIED;
    case MVP_CALL_CONSOLE_WRITE:
        return x0 == (uint64_t)MVP_INVALID || x0 <= before[2];
    case MVP_CALL_TRACE_MARK:
        return x0 == 0;
    default:
        return x0 != (uint64_t)MVP_INVALID && x0 != (uint64_t)MVP_DENIED;
    }
}

static void judge(const uint64_t *before, const uint64_t *after)
{
    bool is = is_known((uint32_t)before[0]);
    bool right = is ? possible((uint32_t)before[0], before, after[0]) : after[0] == NOT_SUPPORTED;

    known += is;
    unknown += !is;
    wrong_result += !right;
    for (uint32_t n = is ? 4 : 1; n < 31; n++) {
        if (after[n] != before[n]) {
            wrong_register++;
            return;
        }
    }
}

static void fuzz(const char *name, void (*call)(uint64_t *x))
{
    uint64_t before[31];
    uint64_t after[31];
    uint64_t done = 0;

    wrong_result = wrong_register = unknown = known = 0;
    while (done < calls) {
        for (uint32_t n = 0; n < 31; n++) {
            before[n] = n == 0 ? function() : argument();
            after[n] = before[n];
        }
        if (!ends_it(before[0])) {
            call(after);
            judge(before, after);
            done++;
        }
    }
    print("\n+ calls."); /* what it has written may have left a line open */
    print(name);
    field("known", known);
    field("unknown", unknown);
    field("wrong-result", wrong_result);
    field("wrong-register", wrong_register);
    end();
}

void attack_calls(void)
{
    fuzz("hvc.1", call_hvc);
    fuzz("smc.1", call_smc);
}

static void psci(const char *name, uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    uint64_t x[31] = {id, x1, x2, x3};

    call_smc(x);
    print("\n+ psci."); /* as above */
    print(name);
    print(".1");
    field("x0", x[0]);
    end();
}

void attack_psci(void)
{
    psci("on-self", 0xc4000003, 0, 0x40000000, 0);
    psci("on-unknown", 0xc4000003, 1, 0x40000000, 0);
    psci("on-upper-affinity", 0xc4000003, 0x100000000, 0x40000000, 0);
    psci("on-32-upper-bits", 0x84000003, 0xffffffff00000000, 0x40000000, 0);
    psci("on-all-ones", 0xc4000003, ~0UL, ~0UL, ~0UL);
    psci("on-hypervisor", 0xc4000003, 1, HYPERVISOR, 0);
    psci("on-odd-address", 0xc4000003, 0, 0x40000002, 0);
    psci("info-level-9", 0xc4000004, 0, 9, 0);
    psci("info-unknown", 0xc4000004, 77, 0, 0);
    psci("info-reserved-bits", 0xc4000004, 0x8000000000000000, 0, 0);
    psci("features-of-none", 0x8400000a, 0xdeadbeef, 0, 0);
    psci("features-64-of-32", 0x8400000a, 0xffffffff84000000, 0, 0);
    psci("suspend-system", 0xc400000e, 0x40000000, 0, 0);
    psci("memory-protect", 0x84000013, 1, 0, 0);
    psci("reset-2", 0xc4000012, 0, 0, 0);
    psci("migrate", 0xc4000005, 0, 0, 0);
    psci("freeze", 0x8400000b, 0, 0, 0);
    psci("64-bit-version", 0xc4000000, 0, 0, 0);
    psci("64-bit-off", 0xc4000008, 0, 0, 0);
    psci("yielding", 0x04000003, 0, 0, 0);
    psci("state-of-firmware", MVP_CALL_PARTITION_STATE, 0, 0, 0);
    psci("set-the-clock", MVP_CALL_TIME_OF_DAY, 0, 0, 0);
    psci("write-from-hypervisor", MVP_CALL_CONSOLE_WRITE, HYPERVISOR, 16, 0);
    psci("write-past-ram", MVP_CALL_CONSOLE_WRITE, 0x401ffff8, 16, 0);
    psci("write-wraps", MVP_CALL_CONSOLE_WRITE, ~7UL, 16, 0);
    psci("write-huge", MVP_CALL_CONSOLE_WRITE, 0x40000000, ~0UL, 0);
    psci("write-upper-size", MVP_CALL_CONSOLE_WRITE, 0x40000000, 0x100000001, 0);
    psci("write-nothing", MVP_CALL_CONSOLE_WRITE, 0x40000000, 0, 0);
}
