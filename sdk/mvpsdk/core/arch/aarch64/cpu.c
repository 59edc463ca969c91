/* SPDX-License-Identifier: Apache-2.0 */
/* This CPU at EL2: what traps, what it tells of itself, its timer, power. */
#include "aarch64.h"
#include "arch.h"
#include "console.h"
#include "machine.h"
#include "regs.h"

/* HCR_EL2 */
#define HCR_VM (1ULL << 0)
#define HCR_SWIO (1ULL << 1)
#define HCR_VF_SHIFT 6 /* VI is behind it, as in enum gicc2_signal */
#define HCR_SIGNALS (3ULL << HCR_VF_SHIFT)
#define HCR_FMO (1ULL << 3)
#define HCR_IMO (1ULL << 4)
#define HCR_AMO (1ULL << 5)
#define HCR_TWI (1ULL << 13)
#define HCR_TWE (1ULL << 14)
#define HCR_TID3 (1ULL << 18)
#define HCR_TSC (1ULL << 19)
#define HCR_TIDCP (1ULL << 20)
#define HCR_TACR (1ULL << 21)
#define HCR_RW (1ULL << 31)
#define HCR_TLOR (1ULL << 35) /* where there are none of these, the bits are RES0 */
#define HCR_TERR (1ULL << 36)
#define HCR_BASE                                                                                   \
    (HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_TACR | \
     HCR_RW | HCR_TLOR | HCR_TERR)

/* MDCR_EL2: TPMCR, TPM, TDA, TDOSA, TDRA. */
#define MDCR_TRAPS 0xe60
#define CNTHCTL_EL1PCTEN 1 /* reads of the physical counter do not trap; its timer does */
#define CNTHP_ON 1
#define PSCI_SYSTEM_OFF 0x84000008
#define PSCI_SYSTEM_RESET 0x84000009

/* VTCR_EL2: write-back, inner shareable walks of 4 KiB tables from level 1. */
#define VTCR_BASE 0x80003540ULL

static uint64_t vtcr(void)
{
    static const uint8_t bits[] = {32, 36, 40, 42, 44, 48};
    uint64_t range = READ("id_aa64mmfr0_el1") & 15;
    uint64_t pa_bits = range < sizeof bits ? bits[range] : 48;
    uint64_t size = pa_bits < TABLE_LEVEL1_BITS ? pa_bits : TABLE_LEVEL1_BITS;

    return VTCR_BASE | (range < 5 ? range : 5) << 16 | (64 - size);
}

static uint64_t pmu_counters(void)
{
    uint64_t version = READ("id_aa64dfr0_el1") >> 8 & 15;

    return version == 0 || version == 15 ? 0 : READ("pmcr_el0") >> 11 & 31;
}

void cpu_init(void)
{
    WRITE("hcr_el2", HCR_BASE);
    WRITE("vtcr_el2", vtcr());
    WRITE("mdcr_el2", MDCR_TRAPS | pmu_counters());
    WRITE("hstr_el2", 0);
    WRITE("cnthctl_el2", CNTHCTL_EL1PCTEN);
    WRITE("cnthp_ctl_el2", 0);
    WRITE("cntv_ctl_el0", 0);
    WRITE("vpidr_el2", READ("midr_el1"));
    WRITE("mdscr_el1", 0);
    ISB();
}

/* The ID space has 64 registers, CRm 0..7 by Op2; CRm 0 (MIDR and the like) is not trapped. */
/* NOLINTNEXTLINE(readability-function-size): a table, a statement for each register */
void cpu_read_ids(uint64_t *ids)
{
#define ID(crm, op2) ids[(crm) << 3 | (op2)] = READ("s3_0_c0_c" #crm "_" #op2);
#define IDS(crm) \
    ID(crm, 0) ID(crm, 1) ID(crm, 2) ID(crm, 3) ID(crm, 4) ID(crm, 5) ID(crm, 6) ID(crm, 7)
    IDS(1) IDS(2) IDS(3) IDS(4) IDS(5) IDS(6) IDS(7)
}

uint64_t arch_time(void)
{
    return READ("cntpct_el0");
}

uint64_t arch_time_frequency(void)
{
    return READ("cntfrq_el0");
}

void arch_timer_set(uint64_t deadline)
{
    WRITE("cnthp_cval_el2", deadline);
    WRITE("cnthp_ctl_el2", deadline == ~0ULL ? 0 : CNTHP_ON);
    ISB();
}

void arch_trap_wfi(bool on)
{
    uint64_t kept = FEATURE_SOFT_GIC != 0 ? READ("hcr_el2") & HCR_SIGNALS : 0;

    WRITE("hcr_el2", (on ? HCR_BASE | HCR_TWI | HCR_TWE : HCR_BASE) | kept);
}

void arch_signal(uint32_t signal)
{
    WRITE("hcr_el2", (READ("hcr_el2") & ~HCR_SIGNALS) | (uint64_t)signal << HCR_VF_SHIFT);
}

void arch_idle(void)
{
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

void arch_wait(void)
{
    __asm__ volatile("wfe" ::: "memory");
}

void arch_wake(void)
{
    __asm__ volatile("dsb sy\n\tsev" ::: "memory");
}

void *arch_memory(uint64_t pa)
{
    return (void *)pa;
}

/* SMC to the firmware below (Arm DEN 0028). Returns its x0. */
uint64_t cpu_smc(uint64_t id, uint64_t first, uint64_t second)
{
    register uint64_t x0 __asm__("x0") = id;
    register uint64_t x1 __asm__("x1") = first;
    register uint64_t x2 __asm__("x2") = second;
    register uint64_t x3 __asm__("x3") = 0;

    __asm__ volatile("smc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                     :
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                       "x16", "x17", "memory");
    return x0;
}

void arch_power(bool reset)
{
    /* As far off as a board gets without PSCI: `mvpsdk run` ends by these words. */
    static const char halted[] = "halted, no PSCI to ";

    if (machine.board->bring_up == MVP_BRING_UP_PSCI_SMC) {
        cpu_smc(reset ? PSCI_SYSTEM_RESET : PSCI_SYSTEM_OFF, 0, 0);
    }
    if (FEATURE_HALT != 0) {
        log_words(halted, reset ? "reset" : "power off");
        console_flush();
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void arch_tlb_flush_vm(uint32_t vmid)
{
    uint64_t before = READ("vttbr_el2");

    WRITE("vttbr_el2", (uint64_t)vmid << 48);
    ISB();
    __asm__ volatile("dsb ishst\n\ttlbi vmalls12e1is\n\tic ialluis\n\tdsb ish" ::: "memory");
    WRITE("vttbr_el2", before);
    ISB();
}

/* PAR_EL1 is the guest's. Its bit 0: there is no such address. */
uint64_t arch_guest_address(uint64_t address)
{
    uint64_t before = READ("par_el1");
    uint64_t found;

    __asm__ volatile("at s1e1r, %0" ::"r"(address));
    ISB();
    found = READ("par_el1");
    WRITE("par_el1", before);
    return (found & 1) != 0 ? ~0ULL : (found & TABLE_ADDRESS) | (address & 0xfff);
}

void arch_cache_clean(uint64_t pa, uint64_t size)
{
    uint64_t line = 4ULL << (READ("ctr_el0") >> 16 & 15);

    for (uint64_t at = pa & ~(line - 1); at < pa + size; at += line) {
        __asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}
