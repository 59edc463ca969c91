/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of others by name, each read and written; and what its own must hold from switch to
 * switch. */
#include <mvp/platform.h>

#include "hostile.h"

#define MRS 0xd5200000U
#define MSR 0xd5000000U
#define NAME(op0, op1, crn, crm, op2) \
    ((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define SPIN 3000000UL /* ticks: the firmware's task comes three times */

struct named {
    const char *name;
    uint32_t encoding;
};

static const struct named registers[] = {
    {"hcr_el2", NAME(3U, 4U, 1U, 1U, 0U)},          {"sctlr_el2", NAME(3U, 4U, 1U, 0U, 0U)},
    {"vttbr_el2", NAME(3U, 4U, 2U, 1U, 0U)},        {"vbar_el2", NAME(3U, 4U, 12U, 0U, 0U)},
    {"elr_el2", NAME(3U, 4U, 4U, 0U, 1U)},          {"cntvoff_el2", NAME(3U, 4U, 14U, 0U, 3U)},
    {"ich_hcr_el2", NAME(3U, 4U, 12U, 11U, 0U)},    {"sctlr_el12", NAME(3U, 5U, 1U, 0U, 0U)},
    {"scr_el3", NAME(3U, 6U, 1U, 1U, 0U)},          {"vbar_el3", NAME(3U, 6U, 12U, 0U, 0U)},
    {"pmcr_el0", NAME(3U, 3U, 9U, 12U, 0U)},        {"pmccntr_el0", NAME(3U, 3U, 9U, 13U, 0U)},
    {"pmevtyper0_el0", NAME(3U, 3U, 14U, 12U, 0U)}, {"mdscr_el1", NAME(2U, 0U, 0U, 2U, 2U)},
    {"dbgbvr0_el1", NAME(2U, 0U, 0U, 0U, 4U)},      {"dbgbcr0_el1", NAME(2U, 0U, 0U, 0U, 5U)},
    {"dbgwvr0_el1", NAME(2U, 0U, 0U, 0U, 6U)},      {"oslar_el1", NAME(2U, 0U, 1U, 0U, 4U)},
    {"actlr_el1", NAME(3U, 0U, 1U, 0U, 1U)},        {"midr_el1", NAME(3U, 0U, 0U, 0U, 0U)},
    {"mpidr_el1", NAME(3U, 0U, 0U, 0U, 5U)},        {"id_aa64pfr0_el1", NAME(3U, 0U, 0U, 4U, 0U)},
    {"id_aa64pfr1_el1", NAME(3U, 0U, 0U, 4U, 1U)},  {"id_aa64zfr0_el1", NAME(3U, 0U, 0U, 4U, 4U)},
    {"id_aa64dfr0_el1", NAME(3U, 0U, 0U, 5U, 0U)},  {"id_aa64isar1_el1", NAME(3U, 0U, 0U, 6U, 1U)},
    {"id_aa64mmfr0_el1", NAME(3U, 0U, 0U, 7U, 0U)}, {"icc_sre_el1", NAME(3U, 0U, 12U, 12U, 5U)},
    {"cntp_ctl_el0", NAME(3U, 3U, 14U, 2U, 1U)},    {"implementation", NAME(3U, 1U, 15U, 7U, 7U)},
};

static void one(const struct named *named, uint64_t spsr)
{
    uint64_t read = execute(MRS | named->encoding, spsr, 0);
    uint64_t value = unharmed() ? outcome.x[0] : 0;
    uint64_t written = execute(MSR | named->encoding, spsr, ~0UL);
    uint64_t then = 0;

    if (unharmed()) {
        execute(MRS | named->encoding, spsr, 0);
        then = outcome.x[0];
        execute(MSR | named->encoding, spsr, 0);
    }
    begin("named", named->name, spsr);
    field("read", read);
    field("value", value);
    field("written", written);
    field("then", then);
    end();
}

void attack_named(void)
{
    for (uint32_t n = 0; n < sizeof registers / sizeof registers[0]; n++) {
        one(&registers[n], EL1);
        one(&registers[n], EL0);
    }
}

#define KEPT(each)                                                                     \
    each(0, "tpidr_el0") each(1, "tpidrro_el0") each(2, "tpidr_el1") each(3, "sp_el0") \
        each(4, "elr_el1") each(5, "far_el1") each(6, "mair_el1") each(7, "ttbr0_el1") \
            each(8, "ttbr1_el1") each(9, "contextidr_el1") each(10, "par_el1")

static uint64_t changed;

/* Each its own value, so that a mix-up is seen as well. */
static uint64_t pattern(uint32_t n)
{
    return 0x1111111000UL * (n + 1);
}

void attack_kept(void)
{
    uint64_t general;

#define FILL(n, name) WRITE(name, pattern(n));
    KEPT(FILL)
    general = keep(READ("cntvct_el0") + SPIN);
    changed = 0;
#define LOOK(n, name) changed += READ(name) != pattern(n);
    KEPT(LOOK)
    WRITE("contextidr_el1", 0);
    print("+ kept.registers.1");
    field("general", general);
    field("system", changed);
    end();
}
