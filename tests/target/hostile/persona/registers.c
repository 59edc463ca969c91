/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every system register that can be named (op0 2 and 3), read and written, and every system
 * instruction (op0 1), at EL1 and EL0.
 */
#include "hostile.h"

#define MRS 0xd5200000U
#define MSR 0xd5000000U
#define SVC_GOOD 0xd4000001U | 0x600dU << 5
#define ENCODINGS 0x4000 /* of one op0: op1, CRn, CRm, op2 */

static volatile uint32_t code[1024] __attribute__((aligned(4096)));
static uint64_t scratch[64] __attribute__((aligned(4096)));

struct counts {
    uint64_t done;
    uint64_t undefined; /* EC 0 */
    uint64_t trapped;   /* EC 0x18: EL0's, by EL1's own choice */
    uint64_t other;
};

static uint32_t encoding(uint32_t op0, uint32_t n)
{
    /* n is op1:CRn:CRm:op2, as the instruction has them in bits 18:5. */
    return op0 << 19 | n << 5;
}

uint64_t execute(uint32_t instruction, uint64_t spsr, uint64_t x0)
{
    uint64_t x[4] = {x0, 0, 0, 0};

    code[0] = instruction;
    code[1] = SVC_GOOD;
    __asm__ volatile("dsb sy\n\tic iallu\n\tdsb sy\n\tisb" ::: "memory");
    attempt((uint64_t)code, spsr, x);
    return outcome.esr >> 26;
}

static bool count(struct counts *counts, uint64_t class)
{
    if (unharmed()) {
        counts->done++;
        return true;
    }
    if (class == 0) {
        counts->undefined++;
    } else if (class == 0x18) {
        counts->trapped++;
    } else {
        counts->other++;
    }
    return false;
}

static void put_level(uint64_t spsr, uint32_t op0)
{
    print(op0 == 1 ? "-1" : op0 == 2 ? "-2" : "-3");
    print((spsr & 12) != 0 ? ".1" : ".0");
}

static void report(const char *name, uint64_t spsr, uint32_t op0, const struct counts *counts)
{
    print("+ registers.");
    print(name);
    put_level(spsr, op0);
    field("done", counts->done);
    field("undefined", counts->undefined);
    field("trapped", counts->trapped);
    field("other", counts->other);
    end();
}

static uint64_t reached[ENCODINGS / 64]; /* bit n: this one did what it says */

static void note(uint32_t n)
{
    reached[n / 64] |= 1UL << n % 64;
}

static void show(const char *name, uint64_t spsr, uint32_t op0)
{
    print("+ registers.");
    print(name);
    put_level(spsr, op0);
    print(" list=");
    for (uint32_t n = 0; n < ENCODINGS; n++) {
        if ((reached[n / 64] >> n % 64 & 1) != 0) {
            print_hex(op0 << 14 | n);
            print(",");
        }
    }
    end();
    for (uint32_t n = 0; n < ENCODINGS / 64; n++) {
        reached[n] = 0;
    }
}

/* What may be read is written back; what may not is written with chance values. */
static void sweep(uint32_t op0, uint64_t spsr)
{
    struct counts reads = {0};
    struct counts writes = {0};

    for (uint32_t n = 0; n < ENCODINGS; n++) {
        bool readable = count(&reads, execute(MRS | encoding(op0, n), spsr, 0));
        uint64_t value = readable ? outcome.x[0] : chance();

        if (readable) {
            note(n);
        }
        count(&writes, execute(MSR | encoding(op0, n), spsr, value));
    }
    report("read", spsr, op0, &reads);
    report("write", spsr, op0, &writes);
    show("readable", spsr, op0);
}

static void sweep_instructions(uint64_t spsr)
{
    struct counts counts = {0};

    for (uint32_t n = 0; n < ENCODINGS; n++) {
        if (count(&counts, execute(MSR | encoding(1, n), spsr, (uint64_t)scratch))) {
            note(n);
        }
    }
    report("execute", spsr, 1, &counts);
    show("executable", spsr, 1);
}

void attack_registers(void)
{
    sweep(3, EL1);
    sweep(2, EL1);
    sweep(3, EL0);
    sweep(2, EL0);
    sweep_instructions(EL1);
    sweep_instructions(EL0);
}
