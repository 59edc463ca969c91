/* SPDX-License-Identifier: Apache-2.0 */
/* What a check has found, and the report: TAP, one line for each check, what failed below it. */
#include "conform.h"

#define FOUND_MAX 6

enum kind { EXACT, BITS, WITHIN };

struct found {
    const char *what;
    uint64_t about;
    uint64_t wanted[2];
    uint64_t seen;
    uint32_t kind;
    uint32_t zero;
};

/* By the linker. */
#pragma GCC visibility push(hidden)
extern const struct check _checks_start[];
extern const struct check _checks_end[];
#pragma GCC visibility pop

struct cpu cpus[CPUS_MAX];
struct entry entries[CPUS_MAX];

_Static_assert(sizeof(struct cpu) == CPU_STRIDE, "offsets.h says how far they stand apart");
_Static_assert(offsetof(struct cpu, stray_elr) == CPU_STRAY_ELR, "offsets.h");
_Static_assert(offsetof(struct cpu, saved) == CPU_SAVED, "offsets.h");
_Static_assert(sizeof(struct entry) == ENTRY_SIZE, "offsets.h");

static struct {
    struct found found[FOUND_MAX];
    uint32_t failures;
    uint32_t expectations;
    const char *skipped;
    uint64_t about;
} state;

static void fail(const struct found *found)
{
    if (state.failures < FOUND_MAX) {
        state.found[state.failures] = *found;
        state.found[state.failures].about = state.about;
    }
    state.failures++;
}

void expect(const char *what, uint64_t expected, uint64_t seen)
{
    state.expectations++;
    if (seen != expected) {
        fail(&(struct found){.what = what, .wanted = {expected}, .seen = seen, .kind = EXACT});
    }
}

void expect_bits(const char *what, uint64_t mask, uint64_t expected, uint64_t seen)
{
    state.expectations++;
    if ((seen & mask) != expected) {
        fail(&(struct found){.what = what, .wanted = {expected, mask}, .seen = seen, .kind = BITS});
    }
}

void expect_within(const char *what, uint64_t low, uint64_t high, uint64_t seen)
{
    state.expectations++;
    if (seen < low || seen > high) {
        fail(&(struct found){.what = what, .wanted = {low, high}, .seen = seen, .kind = WITHIN});
    }
}

void about(uint64_t value)
{
    state.about = value;
}

void skip(const char *why)
{
    state.skipped = why;
}

static void tell(const struct found *found)
{
    print("#   ");
    print(found->what);
    if (found->about != 0) {
        print(" (at ");
        print_hex(found->about);
        print(")");
    }
    print(": expected ");
    print_hex(found->wanted[0]);
    if (found->kind == BITS) {
        print(" under mask ");
        print_hex(found->wanted[1]);
    } else if (found->kind == WITHIN) {
        print(" to ");
        print_hex(found->wanted[1]);
    }
    print(", seen ");
    print_hex(found->seen);
    print("\n");
}

static void report(const struct check *check, uint64_t number)
{
    print(state.failures != 0 ? "not ok " : "ok ");
    print_decimal(number);
    print(" - ");
    print(check->name);
    if (state.skipped != NULL && state.failures == 0) {
        print(" # SKIP ");
        print(state.skipped);
    }
    print("\n");
    for (uint32_t n = 0; n < state.failures && n < FOUND_MAX; n++) {
        tell(&state.found[n]);
    }
    if (state.failures > FOUND_MAX) {
        print("#   and ");
        print_decimal(state.failures - FOUND_MAX);
        print(" more\n");
    }
}

/* An exception or an interrupt that nobody asked for fails the check in which it came. */
static void strays(void)
{
    for (uint32_t n = 0; n < CPUS_MAX; n++) {
        struct cpu *cpu = &cpus[n];

        about(cpu->stray_elr);
        if (cpu->strays != 0) {
            expect("exception that nothing provoked, ESR", 0, cpu->stray_esr);
        }
        cpu->strays = 0;
        cpu->armed = 0;
    }
}

/* A name of the command line ends at a space, and "gic" means all of "gic.". */
static bool wanted(const char *name)
{
    const char *only = tree.only;

    while (only != NULL && *only != 0 && *only != ' ') {
        if (*name++ != *only++) {
            return false;
        }
    }
    return only == NULL || *name == 0 || *name == '.';
}

static void run(const struct check *check, uint64_t number)
{
    state.failures = 0;
    state.expectations = 0;
    state.skipped = NULL;
    state.about = 0;
    if (wanted(check->name)) {
        quiet();
        check->run();
        irqs_off();
        strays();
    } else {
        skip("not asked for");
    }
    if (state.expectations == 0 && state.skipped == NULL) {
        expect("expectations: the check looked at nothing", 1, 0);
    }
    report(check, number);
}

static void run_all(void)
{
    uint64_t count = (uint64_t)(_checks_end - _checks_start);

    print("TAP version 14\n1..");
    print_decimal(count);
    print("\n");
    for (uint64_t n = 0; n < count; n++) {
        run(&_checks_start[n], n + 1);
    }
    print("# all checks were made\n");
}

void conform_start(uint32_t number, const struct entry *entry)
{
    cpus[number].number = number;
    entries[number] = *entry;
    if (number != 0) {
        cpu_serve();
    }
    if (!tree_read((const void *)entry->x[0])) {
        print("TAP version 14\nBail out! the device tree at x0 can't be read\n");
    } else {
        run_all();
    }
    call(PSCI_SYSTEM_OFF, 0, 0, 0);
}
