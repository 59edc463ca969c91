/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that does what it must not, and judges what comes of it: each wild access has to be an
 * abort at its own EL1 that says what happened and where.
 *
 * HYPERVISOR, FIRMWARE, PACK, GICH, GICV, BEHIND_GICC, BEHIND_GICR: where others' memory and the
 * GIC's frames are physically; these addresses are nobody's here. GIC: the version of its own.
 */
#include <mvp/abi.h>
#include <mvp/platform.h>
#include <stdbool.h>

#define ROUNDS 20
#define ROUND_MS 5

/* ESR_EL1 (Arm ARM, D17.2.37): class, IL, and of a data abort WnR and the fault status. */
#define ESR_IL 0x2000000UL
#define ESR_WRITE 0x40UL
#define EXTERNAL 0x10UL
#define FETCH_ABORT (0x21UL << 26 | ESR_IL | EXTERNAL)
#define DATA_ABORT (0x25UL << 26 | ESR_IL | EXTERNAL)
#define UNDEFINED ESR_IL
#define NO_SUCH_CALL 0xc600dead

/* Arm IHI 0048, 4.1. */
#define GICD_ICENABLER 0x180
#define GICD_ICPENDR 0x280
#define GICD_ICACTIVER 0x380
#define GICC_PMR 0x0004
#define GICC_EOIR 0x0010
#define GICC_DIR 0x1000

uint64_t try_read(uint64_t address);
uint64_t try_read_pair(uint64_t address);
uint64_t try_write(uint64_t address);
uint64_t try_jump(uint64_t address);
uint64_t try_counter(uint64_t unused);
uint64_t smc(uint64_t id, uint64_t argument);
_Noreturn void outlaw_main(void);
extern volatile uint64_t last_address;

static uint64_t attempts;
static uint64_t wrong;

static void put(char letter)
{
    *(volatile uint32_t *)MVP_UART_BASE = (uint8_t)letter;
}

static void print(const char *text)
{
    while (*text != 0) {
        put(*text++);
    }
}

static void print_number(uint64_t number)
{
    if (number >= 10) {
        print_number(number / 10);
    }
    put((char)('0' + number % 10));
}

static void judge(const char *what, bool right)
{
    attempts++;
    if (!right) {
        wrong++;
        print("wrong: ");
        print(what);
        put('\n');
    }
}

static bool aborted(uint64_t syndrome, uint64_t expected, uint64_t address)
{
    return syndrome == expected && last_address == address;
}

static void touch(uint64_t address)
{
    judge("read", aborted(try_read(address), DATA_ABORT, address));
    judge("pair", aborted(try_read_pair(address), DATA_ABORT, address));
    judge("write", aborted(try_write(address), DATA_ABORT | ESR_WRITE, address));
    judge("jump", aborted(try_jump(address), FETCH_ABORT, address));
}

static void put_word(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

/* Its interrupt controller is its own: all interrupts there are off, over and ended, and nobody
 * else misses one. */
static void switch_off_all(void)
{
    for (uint32_t word = 0; word < 32; word++) {
        put_word(MVP_GICD_BASE + GICD_ICENABLER + 4 * word, ~0U);
        put_word(MVP_GICD_BASE + GICD_ICPENDR + 4 * word, ~0U);
        put_word(MVP_GICD_BASE + GICD_ICACTIVER + 4 * word, ~0U);
    }
    put_word(MVP_GICD_BASE, 0);
#if GIC == 2
    for (uint32_t intid = 0; intid < 64; intid++) {
        put_word(MVP_GICC_BASE + GICC_EOIR, intid);
        put_word(MVP_GICC_BASE + GICC_DIR, intid);
    }
    put_word(MVP_GICC_BASE + GICC_PMR, 0);
    put_word(MVP_GICC_BASE, 0);
#endif
}

static void misbehave(void)
{
    switch_off_all();
    touch(HYPERVISOR);
    touch(FIRMWARE);
    touch(PACK);
    touch(HOLE);
    touch(BEHIND_GICC);
    touch(GICH);
    touch(GICV);
    touch(BEHIND_GICR);
    judge("counter", try_counter(0) == UNDEFINED);
    judge("call", smc(NO_SUCH_CALL, 0) == (uint64_t)MVP_NOT_SUPPORTED);
    judge("spy", smc(MVP_CALL_PARTITION_STATE, 0) == (uint64_t)MVP_DENIED);
}

static uint64_t now(void)
{
    uint64_t count;

    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(count));
    return count;
}

static void spin(uint64_t milliseconds)
{
    uint64_t start = now();
    uint64_t frequency;

    __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
    while (now() - start < milliseconds * frequency / 1000) {
    }
}

_Noreturn void outlaw_main(void)
{
    for (uint32_t round = 0; round < ROUNDS; round++) {
        misbehave();
        spin(ROUND_MS);
    }
    print_number(attempts);
    print(" attempts, ");
    print_number(wrong);
    print(" wrong\n");
    smc(0x84000008, 0); /* PSCI SYSTEM_OFF */
    for (;;) {
    }
}
