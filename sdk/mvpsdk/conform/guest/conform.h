/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance guest: checks the virtual handset from inside, and says what it found as TAP.
 *
 * A check is CHECK(function, "topic.name", "what must hold") { ... }: its body tells by expect*()
 * what it wants and what it saw. The SDK reads names and texts out of these sources.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mvp/abi.h>
#include <mvp/platform.h>

#include "offsets.h"

struct check {
    const char *name;
    const char *what;
    void (*run)(void);
};

/* GCC would put them in whatever order; Clang keeps that of the source by itself. */
#if __has_attribute(no_reorder)
#define IN_ORDER __attribute__((no_reorder))
#else
#define IN_ORDER
#endif

#define CHECK(function, name, what)                                          \
    static void function(void);                                              \
    __attribute__((section(".checks"), used, aligned(8)))                    \
    IN_ORDER static const struct check function##_ = {name, what, function}; \
    static void function(void)

/* ---- What a check says of itself: check.c ---- */

void expect(const char *what, uint64_t expected, uint64_t seen);
void expect_bits(const char *what, uint64_t mask, uint64_t expected, uint64_t seen);
/* low <= seen <= high */
void expect_within(const char *what, uint64_t low, uint64_t high, uint64_t seen);
/* What the following expectations are about: an address, an INTID, a call; told where one fails. */
void about(uint64_t value);
/* The check can't be made here; why. */
void skip(const char *why);

void print(const char *text);
void print_decimal(uint64_t value);
void print_hex(uint64_t value);

/* ---- The vCPUs ---- */

#define LOG_MAX 80

struct cpu {
    uint64_t count; /* exceptions so far, and the last one; offsets.h has these offsets */
    uint64_t esr;
    uint64_t far;
    uint64_t elr;
    uint64_t armed; /* a probe runs: its exceptions are no surprise */
    uint64_t strays;
    uint64_t stray_esr;
    uint64_t stray_elr;
    uint64_t saved[2];
    uint64_t number;
    void (*hook)(uint32_t raw); /* what the handler does; NULL: quieten the source, end it */
    volatile uint32_t taken;    /* interrupts since quiet() */
    volatile uint32_t spurious;
    volatile uint32_t fiqs;
    uint32_t zero;
    uint16_t intid[LOG_MAX]; /* in the order in which they were taken */
    uint8_t sender[LOG_MAX]; /* vGICv2: of an SGI */
} __attribute__((aligned(CPU_STRIDE)));

/* What a vCPU is entered with. */
struct entry {
    uint64_t x[4];
    uint64_t level; /* CurrentEL */
    uint64_t daif;
    uint64_t spsel;
    uint64_t sctlr;
    uint64_t timers; /* CNTV_CTL, and CNTP_CTL << 8 */
    uint64_t place;  /* of the image */
};

extern struct cpu cpus[CPUS_MAX];
extern struct entry entries[CPUS_MAX];

static inline struct cpu *self(void)
{
    struct cpu *cpu;

    __asm__ volatile("mrs %0, tpidr_el1" : "=r"(cpu));
    return cpu;
}

/* ---- Access: one plain load or store each, as a syndrome describes it ---- */

static inline uint32_t load(uint64_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void store(uint64_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static inline void store_byte(uint64_t address, uint32_t value)
{
    __asm__ volatile("strb %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

#define sysreg(name)                                                       \
    ({                                                                     \
        uint64_t value_;                                                   \
        __asm__ volatile("isb\n\tmrs %0, " name : "=r"(value_)::"memory"); \
        value_;                                                            \
    })
#define sysreg_set(name, value) \
    __asm__ volatile("msr " name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

#define EC(esr) ((esr) >> 26 & 0x3f)
#define EC_UNKNOWN 0x00
#define EC_FETCH 0x21
#define EC_DATA 0x25

static inline void arm(void)
{
    self()->count = 0;
    self()->esr = 0;
    self()->armed = 1;
}

/* Exceptions since arm(). */
static inline uint64_t disarm(void)
{
    __asm__ volatile("" ::: "memory");
    self()->armed = 0;
    return self()->count;
}

/* A system register by its S<op0>_<op1>_C<n>_C<m>_<op2> name, armed: does it exist? */
#define sysreg_probe(name, value)                                                   \
    ({                                                                              \
        arm();                                                                      \
        __asm__ volatile("isb\n\tmrs %0, " name "\n\tisb" : "+r"(value)::"memory"); \
        disarm() == 0;                                                              \
    })
#define sysreg_probe_set(name, value)                                                    \
    ({                                                                                   \
        arm();                                                                           \
        __asm__ volatile("msr " name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory"); \
        disarm() == 0;                                                                   \
    })

/* probe.S */
uint64_t probe_read1(uint64_t address);
uint64_t probe_read2(uint64_t address);
uint64_t probe_read4(uint64_t address);
uint64_t probe_read8(uint64_t address);
void probe_write1(uint64_t address, uint64_t value);
void probe_write2(uint64_t address, uint64_t value);
void probe_write4(uint64_t address, uint64_t value);
void probe_write8(uint64_t address, uint64_t value);
uint64_t probe_signed1(uint64_t address);
uint64_t probe_signed1_32(uint64_t address);
uint64_t probe_to_nowhere(uint64_t address);
void probe_zero(uint64_t address);
void probe_pair(uint64_t address);
uint64_t probe_kept(uint64_t address);
void probe_fetch(uint64_t address);

/* ---- Calls: SMC Calling Convention ---- */

void call_registers(uint64_t *x, uint64_t smc);
uint64_t call(uint64_t id, uint64_t a, uint64_t b, uint64_t c);

#define NOT_SUPPORTED 0xffffffffffffffffUL
#define INVALID 0xfffffffffffffffeUL
#define DENIED 0xfffffffffffffffdUL
#define ALREADY_ON 0xfffffffffffffffcUL
#define INVALID_ADDRESS 0xfffffffffffffff7UL

#define PSCI_VERSION 0x84000000
#define PSCI_SUSPEND 0xc4000001
#define PSCI_CPU_OFF 0x84000002
#define PSCI_CPU_ON 0xc4000003
#define PSCI_AFFINITY_INFO 0xc4000004
#define PSCI_MIGRATE_INFO_TYPE 0x84000006
#define PSCI_SYSTEM_OFF 0x84000008
#define PSCI_SYSTEM_RESET 0x84000009
#define PSCI_FEATURES 0x8400000a
#define PSCI_SYSTEM_SUSPEND 0xc400000e
#define PSCI_SYSTEM_SUSPEND_32 0x8400000e

/* ---- The device tree: tree.c ---- */

struct device {
    bool there;
    uint64_t base;
    uint64_t size;
    uint32_t intid;
    uint32_t flags; /* third cell of the interrupt: 4 is level, high */
};

struct tree {
    uint64_t ram_base;
    uint64_t ram_size;
    uint32_t memories;
    uint32_t gic; /* its version; 0: none that is known */
    uint64_t gic_base[2];
    uint64_t gic_size[2];
    uint32_t timer_kind[4]; /* first cells: 1 is a PPI */
    uint32_t timer_ppi[4];
    uint32_t timer_frequency; /* 0: not told */
    bool psci_hvc;
    bool psci_1_0;
    uint32_t cpu_count;
    uint32_t cpu_reg[CPUS_MAX];
    uint32_t cpu_by_psci;
    struct device uart;
    struct device rtc;
    struct device gpio;
    bool power_key;
    uint32_t virtio_count;
    uint64_t virtio_base;
    const char *only; /* "only=NAME": the one check or topic to make; NULL: all */
    uint32_t pace; /* "pace=N" of the command line: microseconds a character takes; 0: no matter */
};

extern struct tree tree;

bool tree_read(const void *blob);

/* ---- Time: the virtual counter ---- */

static inline uint64_t now(void)
{
    return sysreg("cntvct_el0");
}

uint64_t ticks(uint64_t microseconds);
void pass(uint64_t microseconds);

/* ---- Interrupts: irq.c ---- */

static inline void irqs_on(void)
{
    __asm__ volatile("msr daifclr, #2\n\tisb" ::: "memory");
}

static inline void irqs_off(void)
{
    __asm__ volatile("msr daifset, #2\n\tisb" ::: "memory");
}

/* Everything as a check finds it: no interrupt enabled, pending or active; timers off. */
void quiet(void);
/* Takes interrupts until so many have come since quiet(), or the time is over; how many have. */
uint32_t take(uint32_t count, uint64_t microseconds);
/* Quietens what raised a level: a timer, UART, clock or GPIO. */
void quieten(uint32_t intid);

/* ---- The GIC, whichever it is: gic.c, gic2.c, gic3.c ---- */

#define GIC_GROUP 0x080
#define GIC_ENABLE 0x100
#define GIC_DISABLE 0x180
#define GIC_PEND 0x200
#define GIC_UNPEND 0x280
#define GIC_ACTIVATE 0x300
#define GIC_DEACTIVATE 0x380
#define GIC_PRIORITY 0x400
#define GIC_TARGET 0x800
#define GIC_CONFIG 0xc00
#define GIC_NONE 1023
#define GIC_OPEN 0xf8 /* PMR: all but the least urgent of 32 levels */

struct gic {
    uint64_t (*frame)(uint32_t intid); /* its registers, at the offsets above */
    void (*start)(void);               /* this vCPU's interface: open, no split, all groups */
    void (*route)(uint32_t intid, uint32_t cpu);
    uint32_t (*acknowledge)(void);
    void (*end)(uint32_t raw);
    void (*deactivate)(uint32_t raw);
    void (*mask)(uint32_t priority);
    uint32_t (*running)(void);
    uint32_t (*highest)(void);
    void (*binary_point)(uint32_t value);
    void (*interface)(bool open);
    void (*split)(bool split);
    void (*distributor)(bool open);
    void (*sgi)(uint32_t cpu, uint32_t intid);
    void (*sgi_others)(uint32_t intid);
};

extern const struct gic gic2;
extern const struct gic gic3;

const struct gic *gic(void);
uint32_t intid_of(uint32_t raw);
bool gic_bit(uint32_t block, uint32_t intid);
void gic_set(uint32_t block, uint32_t intid);
void gic_priority(uint32_t intid, uint32_t priority);
void gic_edge(uint32_t intid, bool edge);
/* Enables it for this vCPU. */
void gic_open(uint32_t intid, uint32_t priority);

#define SPI 50 /* SPIs that no device has */
#define SPI_COUNT 30

/* ---- Other vCPUs: smp.c ---- */

/* Starts that vCPU; false: it did not come. */
bool cpu_start(uint32_t number, uint64_t context);
/* Has it run something; false: it did not come back in time. */
bool cpu_run(uint32_t number, void (*what)(void));
void cpu_give(uint32_t number, void (*what)(void));
bool cpu_done(uint32_t number);
/* Has it switch itself off; false: it did not. */
bool cpu_stop(uint32_t number);
/* True, and skipped: there is one only. */
bool smp_alone(void);
/* Switches all others on that are off; false: one did not come, which fails the check. */
bool smp_on(void);
#define SMP_CONTEXT 0x0123456789abcd00UL

/* Sleeps for a moment, or until an interrupt is pending; with interrupts masked in PSTATE. */
void nap(void);
void secondary(void);
/* Suspends the partition by its only vCPU that is on. 1: it has resumed; how it was entered, and
 * CNTPCT_EL0 then, are noted. Else what the call has answered. start.S. */
uint64_t system_suspend(uint64_t context, struct entry *entry, uint64_t *count);
void resumed(void);
_Noreturn void cpu_serve(void);

/* fp.S */
void fp_fill(uint64_t pattern);
uint64_t fp_wrong(uint64_t pattern);

void conform_start(uint32_t number, const struct entry *entry);
void conform_irq(void);
void conform_fiq(void);

#endif
