/* SPDX-License-Identifier: Apache-2.0 */
#include "hostile.h"

#include <mvp/platform.h>

#define GOOD 0x5600600dUL /* ESR of SVC #0x600d */
#define SYSTEM_OFF 0x84000008

struct outcome outcome;

void *memset(void *to, int value, size_t size); /* the compiler's own need of it */
void *memset(void *to, int value, size_t size)
{
    volatile uint8_t *bytes = to; /* so that the loop does not become a call of itself */

    for (size_t n = 0; n < size; n++) {
        bytes[n] = (uint8_t)value;
    }
    return to;
}

static void put(char letter)
{
    *(volatile uint32_t *)MVP_UART_BASE = (uint8_t)letter;
}

void print(const char *text)
{
    while (*text != 0) {
        put(*text++);
    }
}

void print_hex(uint64_t value)
{
    uint32_t shift = 60;

    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    for (;; shift -= 4) {
        put("0123456789abcdef"[value >> shift & 15]);
        if (shift == 0) {
            return;
        }
    }
}

void field(const char *name, uint64_t value)
{
    put(' ');
    print(name);
    put('=');
    print_hex(value);
}

void begin(const char *group, const char *name, uint64_t spsr)
{
    print("= ");
    print(group);
    put('.');
    print(name);
    print((spsr & 12) != 0 ? ".1" : ".0");
}

void end(void)
{
    put('\n');
}

bool unharmed(void)
{
    return outcome.esr == GOOD;
}

void tell(const char *group, const char *name, uint64_t code, uint64_t spsr, uint64_t x0,
          uint64_t x1)
{
    uint64_t x[4] = {x0, x1, 0, 0};

    attempt(code, spsr, x);
    begin(group, name, spsr);
    field("vector", outcome.vector);
    field("esr", outcome.esr);
    field("far", outcome.far);
    field("x0", outcome.x[0]);
    field("x1", outcome.x[1]);
    field("pc", outcome.elr - code);
    field("spsr", outcome.spsr);
    end();
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
uint64_t chance(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15;

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1d;
}

struct group {
    const char *name;
    void (*attack)(void);
};

static const struct group all[] = {
    {"starts", attack_starts},
    {"memory", attack_memory},
    {"devices", attack_devices},
    {"walks", attack_walks},
    {"registers", attack_registers},
    {"named", attack_named},
    {"kept", attack_kept},
    {"instructions", attack_instructions},
    {"calls", attack_calls},
    {"psci", attack_psci},
    {"gic", attack_gic},
    {"uart", attack_uart},
    {"storms", attack_storms},
    {"suspend", attack_suspend},
    {"exceptions", attack_exceptions},
    {"fp", attack_fp},
    {"console", attack_console},
    {"gic2", attack_gic2},
    {"priorities", attack_priorities},
};

_Noreturn void hostile_main(void);
_Noreturn void hostile_main(void)
{
    uint64_t x[31] = {SYSTEM_OFF};

    for (uint32_t n = 0; n < sizeof all / sizeof all[0]; n++) {
        if ((groups >> n & 1) != 0) {
            print("@ ");
            print(all[n].name);
            field("at", READ("cntpct_el0"));
            end();
            all[n].attack();
        }
    }
    print("@ over");
    field("at", READ("cntpct_el0"));
    end();
    for (;;) {
        call_hvc(x);
    }
}
