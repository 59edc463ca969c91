/* SPDX-License-Identifier: Apache-2.0 */
/* ID registers: what every CPU of the board has and the hypervisor keeps, and nothing else. */
#include "conform.h"

#define FIELD(value, shift) ((value) >> (shift)&15)
#define DEBUG_LEAST 0x00101006         /* DebugVer 6, BRPs and WRPs 1; no PMU, trace, profiling */
#define MMFR1_HYPERVISOR 0xf0ff00f0ff0 /* HCX, TWED, XNX, LO, VH, VMIDBits */
#define MMFR2_HYPERVISOR 0x0f000f000f00f000 /* EVT, FWB, NV, IESB */
#define MMFR0_HYPERVISOR 0xff00000000000000 /* ECV, FGT */
#define MPIDR_FIXED 0x80000000              /* bit 31 is one */
#define MPIDR_UNIPROCESSOR 0x40000000

static uint64_t pfr0(void)
{
    return sysreg("id_aa64pfr0_el1");
}

static uint64_t pfr1(void)
{
    return sysreg("id_aa64pfr1_el1");
}

CHECK(levels, "id.levels", "EL1 is AArch64 only, EL0 at least that; EL2 and EL3 are not there")
{
    expect("ID_AA64PFR0_EL1.EL1", 1, FIELD(pfr0(), 4));
    expect_within("EL0", 1, 2, FIELD(pfr0(), 0));
    expect("EL2", 0, FIELD(pfr0(), 8));
    expect("EL3", 0, FIELD(pfr0(), 12));
    expect("secure EL2", 0, FIELD(pfr0(), 36));
}

CHECK(interrupts, "id.gic", "the GIC's system registers are there with a GICv3, and only then")
{
    expect("ID_AA64PFR0_EL1.GIC", tree.gic == 3 ? 1 : 0, FIELD(pfr0(), 24));
    expect("ID_PFR1_EL1.GIC", tree.gic == 3 ? 1 : 0, FIELD(sysreg("id_pfr1_el1"), 28));
}

CHECK(fp, "id.fp", "FP and SIMD are there, the same of both")
{
    expect_within("ID_AA64PFR0_EL1.FP", 0, 1, FIELD(pfr0(), 16));
    expect("AdvSIMD", FIELD(pfr0(), 16), FIELD(pfr0(), 20));
}

CHECK(sve, "id.sve", "SVE and SME are not there: their state is not kept")
{
    expect("ID_AA64PFR0_EL1.SVE", 0, FIELD(pfr0(), 32));
    expect("ID_AA64PFR1_EL1.SME", 0, FIELD(pfr1(), 24));
    expect("ID_AA64ZFR0_EL1", 0, sysreg("s3_0_c0_c4_4"));
    expect("ID_AA64SMFR0_EL1", 0, sysreg("s3_0_c0_c4_5"));
}

CHECK(mte, "id.mte", "memory tagging is not there")
{
    expect("ID_AA64PFR1_EL1.MTE", 0, FIELD(pfr1(), 8));
}

CHECK(pauth, "id.pauth", "pointer authentication is not there: its keys are not kept")
{
    expect_bits("ID_AA64ISAR1_EL1: APA, API, GPA, GPI", 0xff000ff0, 0, sysreg("id_aa64isar1_el1"));
    expect_bits("ID_AA64ISAR2_EL1: GPA3, APA3", 0xff00, 0, sysreg("s3_0_c0_c6_2"));
}

CHECK(ras, "id.ras", "RAS, MPAM, AMU and realms are not there")
{
    expect("ID_AA64PFR0_EL1.RAS", 0, FIELD(pfr0(), 28));
    expect("MPAM", 0, FIELD(pfr0(), 40));
    expect("AMU", 0, FIELD(pfr0(), 44));
    expect("RME", 0, FIELD(pfr0(), 52));
}

CHECK(debug, "id.debug", "debug is the least that there can be: version 8.0, two of each")
{
    expect("ID_AA64DFR0_EL1", DEBUG_LEAST, sysreg("id_aa64dfr0_el1"));
    expect("ID_AA64DFR1_EL1", 0, sysreg("s3_0_c0_c5_1"));
}

CHECK(pmu, "id.pmu", "performance monitors are not there, for AArch64 and for AArch32")
{
    expect("ID_AA64DFR0_EL1.PMUVer", 0, FIELD(sysreg("id_aa64dfr0_el1"), 8));
    expect("ID_DFR0_EL1.PerfMon", 0, FIELD(sysreg("id_dfr0_el1"), 24));
}

/* Six of 32, 36, 40, 42, 44, 48 bits. */
CHECK(range, "id.address-size", "physical addresses of at most 40 bits, and enough for this RAM")
{
    static const uint8_t bits[] = {32, 36, 40};
    uint64_t value = FIELD(sysreg("id_aa64mmfr0_el1"), 0);

    expect_within("ID_AA64MMFR0_EL1.PARange", 0, 2, value);
    if (value <= 2) {
        expect("bits are enough", 1, tree.ram_base + tree.ram_size <= 1UL << bits[value]);
    }
}

CHECK(virtual, "id.hypervisor",
      "what only a hypervisor uses is not there: VHE, VMIDs, nesting, FGT")
{
    expect_bits("ID_AA64MMFR0_EL1", MMFR0_HYPERVISOR, 0, sysreg("id_aa64mmfr0_el1"));
    expect_bits("ID_AA64MMFR1_EL1", MMFR1_HYPERVISOR, 0, sysreg("id_aa64mmfr1_el1"));
    expect_bits("ID_AA64MMFR2_EL1", MMFR2_HYPERVISOR, 0, sysreg("id_aa64mmfr2_el1"));
}

CHECK(reserved, "id.reserved", "reserved ID registers read as zero")
{
    expect("ID_AA64AFR0_EL1", 0, sysreg("id_aa64afr0_el1"));
    expect("ID_AA64AFR1_EL1", 0, sysreg("id_aa64afr1_el1"));
    expect("ID_AFR0_EL1", 0, sysreg("id_afr0_el1"));
    expect("S3_0_C0_C4_6", 0, sysreg("s3_0_c0_c4_6"));
    expect("S3_0_C0_C5_7", 0, sysreg("s3_0_c0_c5_7"));
    expect("S3_0_C0_C7_7", 0, sysreg("s3_0_c0_c7_7"));
    expect("S3_0_C0_C3_7", 0, sysreg("s3_0_c0_c3_7"));
}

CHECK(identity, "id.midr", "MIDR names an implementer and a part; MPIDR this vCPU, by affinity")
{
    uint64_t midr = sysreg("midr_el1");
    uint64_t mpidr = sysreg("mpidr_el1");

    expect_within("MIDR_EL1.Implementer", 1, 255, midr >> 24 & 0xff);
    expect_within("MIDR_EL1.PartNum", 1, 0xfff, midr >> 4 & 0xfff);
    expect_bits("MPIDR_EL1 bit 31", MPIDR_FIXED, MPIDR_FIXED, mpidr);
    expect("affinity", 0, mpidr & 0xff00ffffff);
    if (tree.cpu_count > 1) {
        expect_bits("MPIDR_EL1.U", MPIDR_UNIPROCESSOR, 0, mpidr);
    }
}

CHECK(media, "id.mvfr", "AArch32's FP registers agree with AArch64's, where EL0 has AArch32")
{
    uint64_t value = sysreg("mvfr0_el1");

    if (FIELD(pfr0(), 0) != 2) {
        skip("EL0 has no AArch32");
        return;
    }
    expect("MVFR0_EL1: single precision", 2, FIELD(value, 4));
    expect("double precision", 2, FIELD(value, 8));
    expect("registers", 2, FIELD(value, 0));
}

CHECK(claims, "id.claims", "what the registers claim runs: atomics, CRC32, DC CVAP, SB")
{
    uint64_t isar0 = sysreg("id_aa64isar0_el1");
    uint64_t isar1 = sysreg("id_aa64isar1_el1");
    uint64_t word = 1;

    arm();
    if (FIELD(isar0, 20) == 2) {
        __asm__ volatile(".arch_extension lse\n\tldadd %0, xzr, [%1]" ::"r"(1UL), "r"(&word)
                         : "memory");
    }
    if (FIELD(isar0, 16) == 1) {
        __asm__ volatile(".arch_extension crc\n\tcrc32b %w0, %w0, %w0" : "+r"(isar0));
    }
    if (FIELD(isar1, 0) >= 1) {
        __asm__ volatile("sys #3, c7, c12, #1, %0" ::"r"(&word) : "memory");
    }
    if (FIELD(isar1, 36) == 1) {
        __asm__ volatile(".inst 0xd50330ff" ::: "memory");
    }
    expect("exceptions", 0, disarm());
}
