/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest thing at EL2 that realtime firmware can run on: no isolation, the real GIC, and
 * answers to the calls that the firmware makes. There is one persona, which runs for RUN_MS and has
 * then stopped. STALL_MS, if not 0, is how long one call takes, once, with all interrupts held:
 * that makes the firmware miss deadlines.
 */
#include <stdint.h>

#include <mvp/abi.h>

#define FIRMWARE 0x46000000 /* where the test's loader puts it, and its device tree */
#define FIRMWARE_DTB 0x467f0000
#define UART 0x09000000
#define PSCI_CPU_OFF 0x84000002
#define PSCI_SYSTEM_OFF 0x84000008
#define STALL_AT_MS 500
#define EL1_MASKED 0x3c5 /* SPSR: EL1h, all interrupts masked */
#define SCTLR_RESET 0x30d00800

void stub_start(void);
void stub_call(uint64_t *x);

#define READ(name)                                               \
    ({                                                           \
        uint64_t value_;                                         \
        __asm__ volatile("isb\n\tmrs %0, " name : "=r"(value_)); \
        value_;                                                  \
    })
#define WRITE(name, value) __asm__ volatile("msr " name ", %0" ::"r"((uint64_t)(value)))

static uint64_t milliseconds(void)
{
    return READ("cntvct_el0") / (READ("cntfrq_el0") / 1000);
}

void stub_start(void)
{
    WRITE("hcr_el2", 1UL << 31); /* EL1 is AArch64; nothing is trapped */
    WRITE("cnthctl_el2", 3);
    WRITE("cntvoff_el2", READ("cntpct_el0"));         /* virtual time begins now */
    if ((READ("id_aa64pfr0_el1") >> 24 & 0xf) != 0) { /* the GIC has system registers */
        WRITE("icc_sre_el2", 0xf);
    }
    WRITE("sctlr_el1", SCTLR_RESET);
    WRITE("spsr_el2", EL1_MASKED);
    WRITE("elr_el2", FIRMWARE);
    __asm__ volatile("isb\n\tmov x0, %0\n\teret" ::"r"((uint64_t)FIRMWARE_DTB) : "x0");
}

static uint64_t write(const uint8_t *text, uint64_t size)
{
    for (uint64_t n = 0; n < size; n++) {
        *(volatile uint32_t *)UART = text[n];
    }
    return size;
}

static uint64_t state(void)
{
    static uint64_t stall = STALL_MS;
    uint64_t now = milliseconds();

    if (now >= STALL_AT_MS) {
        while (milliseconds() < now + stall) {
        }
        stall = 0;
    }
    return now < RUN_MS ? MVP_PARTITION_RUNNING : MVP_PARTITION_STOPPED;
}

void stub_call(uint64_t *x)
{
    if (x[0] == MVP_CALL_CONSOLE_WRITE) {
        x[0] = write((const uint8_t *)x[1], x[2]);
    } else if (x[0] == MVP_CALL_PARTITION_INFO) {
        x[0] = 0; /* the caller is the first of two */
        x[1] = 2;
    } else if (x[0] == MVP_CALL_PARTITION_STATE) {
        x[0] = state();
    } else if (x[0] == PSCI_SYSTEM_OFF || x[0] == PSCI_CPU_OFF) {
        register uint64_t x0 __asm__("x0") = PSCI_SYSTEM_OFF;

        __asm__ volatile("smc #0" ::"r"(x0));
    } else {
        x[0] = (uint64_t)MVP_NOT_SUPPORTED;
    }
}
