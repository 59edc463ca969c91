/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that are nobody's here, in every form of access; its own devices in the forms that no
 * syndrome describes; its own tables where there is no memory.
 *
 * HYPERVISOR, FIRMWARE, PACK, OWN, CONSOLE_PAGE, GIC_SPI, GIC_OTHER, HOLE, ABOVE: what stands there
 * physically, see machine.py.
 */
#include <mvp/platform.h>

#include "hostile.h"

#define FORMS(each)                                                                              \
    each(read8) each(read16) each(read32) each(read64) each(signed8) each(acquire) each(write8)  \
        each(write16) each(write32) each(write64) each(release) each(load_pair) each(store_pair) \
            each(load_exclusive) each(store_exclusive) each(load_pre) each(load_post)            \
                each(store_pre) each(store_post) each(swap) each(add) each(compare)              \
                    each(load_vector) each(store_vector) each(zero) each(clean) each(invalidate) \
                        each(fetch_line)

#define DECLARE(name) extern const char form_##name[];
FORMS(DECLARE)

struct named {
    const char *name;
    uint64_t address;
};

#define FORM(name) {#name, (uint64_t)form_##name},
static const struct named forms[] = {FORMS(FORM)};

static const struct named others[] = {
    {"hypervisor", HYPERVISOR}, {"firmware", FIRMWARE}, {"pack", PACK}, {"own-physical", OWN},
    {"gic-other", GIC_OTHER},   {"bus", BUS},           {"hole", HOLE}, {"above", ABOVE},
};

static const struct named devices[] = {
    {"gicd", MVP_GICD_BASE + 0x180}, /* GICD_ICENABLER0: nothing, as SGIs are the redistributor's */
    {"gicr", MVP_GICR_BASE + 0x10180},
    {"uart", MVP_UART_BASE + 0x18}, /* flags */
    {"rtc", MVP_RTC_BASE},
};

static const uint64_t levels[2] = {EL1, EL0};

void touch(const char *name, uint64_t address)
{
    for (uint32_t level = 0; level < 2; level++) {
        for (uint32_t n = 0; n < sizeof forms / sizeof forms[0]; n++) {
            tell(name, forms[n].name, forms[n].address, levels[level], address, 0);
        }
        tell(name, "fetch", address, levels[level], 0, 0);
    }
}

void attack_memory(void)
{
    for (uint32_t n = 0; n < sizeof others / sizeof others[0]; n++) {
        touch(others[n].name, others[n].address);
    }
}

void attack_devices(void)
{
    for (uint32_t n = 0; n < sizeof devices / sizeof devices[0]; n++) {
        touch(devices[n].name, devices[n].address);
    }
}

#define TCR                                                                              \
    0x80803520UL /* 32 bits from TTBR0; the upper half by T1SZ below; 4 KiB; 32 bits out \
                  */
#define TCR_T1SZ (32UL << 16)
#define TCR_TG1_4K (2UL << 30)
#define MAIR 0x44UL   /* not cached */
#define BLOCK 0x401UL /* accessed, attribute 0, EL1 alone */
#define GIB 0x40000000UL
#define UPPER 0xffffffff00000000UL

static uint64_t identity[512] __attribute__((aligned(4096)));
static uint64_t sctlr;

static void mmu_on(uint64_t upper)
{
    for (uint64_t n = 0; n < 4; n++) {
        identity[n] = n * GIB | BLOCK;
    }
    sctlr = READ("sctlr_el1");
    WRITE("mair_el1", MAIR);
    WRITE("tcr_el1", (TCR & 0x3fffff) | TCR_T1SZ | TCR_TG1_4K | 2UL << 32);
    WRITE("ttbr0_el1", (uint64_t)identity);
    WRITE("ttbr1_el1", upper);
    __asm__ volatile("dsb sy\n\ttlbi vmalle1\n\tdsb sy\n\tisb" ::: "memory");
    WRITE("sctlr_el1", sctlr | 1);
}

static void mmu_off(void)
{
    WRITE("sctlr_el1", sctlr);
    __asm__ volatile("tlbi vmalle1\n\tdsb sy\n\tisb" ::: "memory");
}

static void walk(const char *name, uint64_t table)
{
    mmu_on(table);
    tell(name, "read32", (uint64_t)form_read32, EL1, UPPER, 0);
    tell(name, "write32", (uint64_t)form_write32, EL1, UPPER, 0);
    tell(name, "fetch", UPPER, EL1, 0, 0);
    mmu_off();
}

/* Translation tables of its own in memory that is not: the walk itself is the wild access. */
void attack_walks(void)
{
    walk("walk-hypervisor", HYPERVISOR);
    walk("walk-hole", HOLE);
    walk("walk-gicd", MVP_GICD_BASE);
    walk("walk-uart", MVP_UART_BASE);
}
