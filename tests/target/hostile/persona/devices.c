/* SPDX-License-Identifier: Apache-2.0 */
/* Its own devices' registers at random: every size, every alignment, every value. */
#include <mvp/platform.h>

#include "hostile.h"

#define ROUNDS 4096 /* of each window */
#define GICD_TYPER (MVP_GICD_BASE + 4)
#define ICENABLER 0x180
#define ICPENDR 0x280
#define ICACTIVER 0x380
#define ICFGR 0xc00
#define SGI_FRAME (MVP_GICR_BASE + 0x10000)

extern const char form_read8[], form_read16[], form_read32[], form_read64[];
extern const char form_write8[], form_write16[], form_write32[], form_write64[];

static const uint64_t accesses[8] = {
    (uint64_t)form_read8,  (uint64_t)form_read16,  (uint64_t)form_read32,  (uint64_t)form_read64,
    (uint64_t)form_write8, (uint64_t)form_write16, (uint64_t)form_write32, (uint64_t)form_write64,
};

static uint64_t failed;

static void access(uint64_t address, uint64_t kind, uint64_t spsr)
{
    uint64_t x[4] = {address, chance(), 0, 0};

    attempt(accesses[kind], spsr, x);
    failed += !unharmed();
}

/* Each alignment at each size in turn, at chance places; half of them where the registers crowd. */
void fuzz_device(const char *name, uint64_t base, uint64_t size, uint64_t crowded)
{
    failed = 0;
    for (uint64_t n = 0; n < ROUNDS; n++) {
        uint64_t span = (n & 64) != 0 ? size : crowded;
        uint64_t offset = (chance() % (span - 16) & ~7UL) + (n >> 3 & 7);

        access(base + offset, n & 7, (n & 128) != 0 ? EL0 : EL1);
    }
    print("+ fuzz.");
    print(name);
    field("accesses", ROUNDS);
    field("failed", failed);
    end();
}

static void write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static void gic_off(void)
{
    for (uint32_t word = 0; word < 32; word++) {
        uint64_t frame = word == 0 ? SGI_FRAME : MVP_GICD_BASE;

        write(frame + ICENABLER + 4 * word, ~0U);
        write(frame + ICPENDR + 4 * word, ~0U);
        write(frame + ICACTIVER + 4 * word, ~0U);
        write(frame + ICFGR + 8 * word, 0);
        write(frame + ICFGR + 8 * word + 4, 0);
    }
    write(MVP_GICD_BASE, 0);
}

void attack_gic(void)
{
    uint32_t before = *(volatile uint32_t *)GICD_TYPER;

    fuzz_device("gicd.1", MVP_GICD_BASE, MVP_GICD_SIZE, 0x1000);
    fuzz_device("gicr.1", MVP_GICR_BASE, MVP_GICR_STRIDE, 0x1000);
    fuzz_device("gicr-sgi.1", SGI_FRAME, MVP_GICR_STRIDE / 2, 0x1000);
    gic_off();
    print("+ gic.typer.1");
    field("before", before);
    field("after", *(volatile uint32_t *)GICD_TYPER);
    end();
}

/* Beyond the data register, which would print. */
void attack_uart(void)
{
    fuzz_device("pl011.1", MVP_UART_BASE + 4, MVP_UART_SIZE - 4, 0x60);
    fuzz_device("pl031.1", MVP_RTC_BASE, MVP_RTC_SIZE, 0x40);
    write(MVP_UART_BASE + 0x38, 0);
    write(MVP_UART_BASE + 0x30, 0x301);
    write(MVP_RTC_BASE + 0x10, 0);
}
