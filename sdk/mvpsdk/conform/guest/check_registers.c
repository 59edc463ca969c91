/* SPDX-License-Identifier: Apache-2.0 */
/* System registers that a guest may not have: undefined, or without an effect, as the contract
 * says. */
#include "conform.h"

#define PATTERN 0x15a5

/* A read that must end in an exception of the unknown kind. */
#define EXPECT_UNDEFINED(name)                                   \
    do {                                                         \
        uint64_t value_ = 0;                                     \
                                                                 \
        expect(name " is there", 0, sysreg_probe(name, value_)); \
        expect("exception class", EC_UNKNOWN, EC(self()->esr));  \
    } while (0)

/* Reads as zero, and what is written is gone. */
#define EXPECT_IGNORED(name)                                                \
    do {                                                                    \
        uint64_t value_ = PATTERN;                                          \
                                                                            \
        expect(name " is there", 1, sysreg_probe(name, value_));            \
        expect(name " reads", 0, value_);                                   \
        expect(name " may be written", 1, sysreg_probe_set(name, PATTERN)); \
        expect(name " is there", 1, sysreg_probe(name, value_));            \
        expect(name " reads after a write", 0, value_);                     \
    } while (0)

/* Either of the two: some machine models give these no trap. */
#define EXPECT_WITHOUT_EFFECT(name)                                            \
    do {                                                                       \
        uint64_t value_ = 0;                                                   \
                                                                               \
        if (sysreg_probe(name, value_)) {                                      \
            (void)sysreg_probe_set(name, value_ ^ PATTERN);                    \
            pass(1100); /* whoever else runs finds what was written, or not */ \
            uint64_t then_ = 0;                                                \
                                                                               \
            (void)sysreg_probe(name, then_);                                   \
            expect(name " after a write", value_, then_);                      \
        } else {                                                               \
            expect("exception class", EC_UNKNOWN, EC(self()->esr));            \
        }                                                                      \
    } while (0)

CHECK(pmu, "registers.pmu", "performance monitors are undefined: their registers are others'")
{
    EXPECT_UNDEFINED("pmcr_el0");
    EXPECT_UNDEFINED("pmccntr_el0");
    EXPECT_UNDEFINED("pmuserenr_el0");
    EXPECT_UNDEFINED("pmintenset_el1");
}

CHECK(debug, "registers.debug", "debug registers read as zero and ignore what is written")
{
    EXPECT_IGNORED("mdscr_el1");
    EXPECT_IGNORED("dbgbvr0_el1");
    EXPECT_IGNORED("dbgbcr0_el1");
    EXPECT_IGNORED("dbgwvr1_el1");
    EXPECT_IGNORED("dbgwcr1_el1");
    expect("OSLAR_EL1 may be written", 1, sysreg_probe_set("oslar_el1", 0));
    expect("OSDLR_EL1 may be written", 1, sysreg_probe_set("osdlr_el1", 0));
}

CHECK(actlr, "registers.actlr", "ACTLR_EL1 reads as zero and ignores what is written")
{
    EXPECT_IGNORED("actlr_el1");
}

CHECK(implementation, "registers.implementation",
      "IMPLEMENTATION DEFINED registers are undefined, or can not be changed")
{
    EXPECT_WITHOUT_EFFECT("s3_0_c15_c0_0");
    EXPECT_WITHOUT_EFFECT("s3_1_c15_c2_0");
    EXPECT_WITHOUT_EFFECT("s3_1_c11_c0_2");
    EXPECT_WITHOUT_EFFECT("s3_3_c15_c1_1");
    EXPECT_WITHOUT_EFFECT("s3_7_c15_c7_7");
}

CHECK(extensions, "registers.extensions",
      "registers of what is hidden are undefined: SVE, RAS, LOR")
{
    EXPECT_UNDEFINED("s3_0_c1_c2_0");  /* ZCR_EL1 */
    EXPECT_UNDEFINED("s3_0_c5_c3_0");  /* ERRIDR_EL1 */
    EXPECT_UNDEFINED("s3_0_c10_c4_3"); /* LORC_EL1 */
    EXPECT_UNDEFINED("s3_0_c2_c1_0");  /* APIAKeyLo_EL1 */
}

CHECK(higher, "registers.el2", "registers of EL2 and EL3 are undefined")
{
    EXPECT_UNDEFINED("hcr_el2");
    EXPECT_UNDEFINED("vbar_el2");
    EXPECT_UNDEFINED("s3_6_c1_c1_0"); /* SCR_EL3 */
}

CHECK(gic_registers, "registers.gic", "the GIC's are there with a GICv3: SRE is 7; else undefined")
{
    uint64_t value = 0;

    if (tree.gic == 3) {
        expect("ICC_SRE_EL1 is there", 1, sysreg_probe("s3_0_c12_c12_5", value));
        expect("ICC_SRE_EL1", 7, value);
        expect("ICC_SGI0R_EL1 may be written", 1, sysreg_probe_set("s3_0_c12_c11_7", 0));
        expect("ICC_ASGI1R_EL1 may be written", 1, sysreg_probe_set("s3_0_c12_c11_6", 0));
        return;
    }
    EXPECT_UNDEFINED("s3_0_c12_c12_0"); /* ICC_IAR1_EL1; ICC_SRE_EL1 is not asked for: no trap */
    EXPECT_UNDEFINED("s3_0_c4_c6_0");   /* ICC_PMR_EL1 */
    expect("ICC_SGI1R_EL1 may be written", 0, sysreg_probe_set("s3_0_c12_c11_5", 1));
}

CHECK(threads, "registers.own",
      "what is the guest's own keeps its value: thread registers, CONTEXTIDR")
{
    uint64_t thread = sysreg("tpidr_el0");

    sysreg_set("tpidrro_el0", 0x1234567890abcdef);
    sysreg_set("contextidr_el1", 0x89abcdef);
    sysreg_set("afsr0_el1", 0);
    sysreg_set("par_el1", 0x1000);
    pass(3000); /* the firmware runs meanwhile, and maybe another vCPU */
    expect("TPIDRRO_EL0", 0x1234567890abcdef, sysreg("tpidrro_el0"));
    expect("CONTEXTIDR_EL1", 0x89abcdef, sysreg("contextidr_el1"));
    expect("PAR_EL1", 0x1000, sysreg("par_el1") & ~0xfffUL);
    sysreg_set("tpidr_el0", thread);
    sysreg_set("contextidr_el1", 0);
}
