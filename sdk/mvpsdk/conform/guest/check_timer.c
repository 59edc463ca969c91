/* SPDX-License-Identifier: Apache-2.0 */
/* The generic timer (Arm DDI 0487, D11): counters, and both timers by the same checks. */
#include "conform.h"

#define ENABLE 1
#define IMASK 2
#define ISTATUS 4
#define LATE 20000 /* microseconds, at most: the firmware and other vCPUs come between */
#define SOON 500   /* microseconds to a deadline */

struct timer {
    uint32_t intid;
    uint64_t (*count)(void);
    uint64_t (*control)(void);
    void (*set_control)(uint64_t value);
    void (*set_compare)(uint64_t value);
    void (*set_value)(uint64_t value);
    uint64_t (*value)(void);
};

#define TIMER(kind, counter)                        \
    static uint64_t kind##_count(void)              \
    {                                               \
        return sysreg(counter);                     \
    }                                               \
    static uint64_t kind##_control(void)            \
    {                                               \
        return sysreg("cnt" #kind "_ctl_el0");      \
    }                                               \
    static void kind##_set_control(uint64_t value)  \
    {                                               \
        sysreg_set("cnt" #kind "_ctl_el0", value);  \
    }                                               \
    static void kind##_set_compare(uint64_t value)  \
    {                                               \
        sysreg_set("cnt" #kind "_cval_el0", value); \
    }                                               \
    static void kind##_set_value(uint64_t value)    \
    {                                               \
        sysreg_set("cnt" #kind "_tval_el0", value); \
    }                                               \
    static uint64_t kind##_value(void)              \
    {                                               \
        return sysreg("cnt" #kind "_tval_el0");     \
    }

TIMER(v, "cntvct_el0")
TIMER(p, "cntpct_el0")

static const struct timer virtual = {MVP_VIRTUAL_TIMER_INTID, v_count,     v_control, v_set_control,
                                     v_set_compare,           v_set_value, v_value};
static const struct timer physical = {MVP_PHYSICAL_TIMER_INTID,
                                      p_count,
                                      p_control,
                                      p_set_control,
                                      p_set_compare,
                                      p_set_value,
                                      p_value};

/* When the last interrupt was taken, by the timer's own counter. */
static const struct timer *current;
static volatile uint64_t taken_at;

static void note_time(uint32_t raw)
{
    taken_at = current->count();
    quieten(intid_of(raw));
    gic()->end(raw);
}

static void fires(const struct timer *timer)
{
    uint64_t deadline = timer->count() + ticks(SOON);

    current = timer;
    self()->hook = note_time;
    gic_open(timer->intid, 0x80);
    timer->set_compare(deadline);
    timer->set_control(ENABLE);
    expect_bits("control register before", ISTATUS | IMASK | ENABLE, ENABLE, timer->control());
    expect("interrupts", 1, take(1, LATE));
    expect("INTID", timer->intid, self()->intid[0]);
    expect_within("counter when it was taken", deadline, deadline + ticks(LATE), taken_at);
    expect_bits("control register after", ISTATUS, ISTATUS, timer->control());
}

static void masked(const struct timer *timer)
{
    gic_open(timer->intid, 0x80);
    timer->set_compare(timer->count());
    timer->set_control(ENABLE | IMASK);
    expect("interrupts while masked", 0, take(1, SOON));
    expect_bits("control register", ISTATUS | IMASK | ENABLE, ISTATUS | IMASK | ENABLE,
                timer->control());
    timer->set_control(ENABLE);
    expect("interrupts once unmasked", 1, take(1, LATE));
}

static void disabled(const struct timer *timer)
{
    gic_open(timer->intid, 0x80);
    timer->set_compare(timer->count());
    timer->set_control(0);
    expect("interrupts while it is off", 0, take(1, SOON));
    expect_bits("control register", ENABLE, 0, timer->control());
}

static void end_only(uint32_t raw)
{
    if (self()->taken == 3) {
        quieten(intid_of(raw));
    }
    gic()->end(raw);
}

static void level(const struct timer *timer)
{
    self()->hook = end_only;
    gic_open(timer->intid, 0x80);
    timer->set_compare(timer->count());
    timer->set_control(ENABLE);
    expect("interrupts while the condition holds", 3, take(3, LATE));
    timer->set_compare(timer->count() + ticks(10000000));
    timer->set_control(ENABLE);
    expect("interrupts when it holds no more", 3, take(4, SOON));
    expect_bits("control register", ISTATUS, 0, timer->control());
}

static void relative(const struct timer *timer)
{
    uint64_t soon = ticks(SOON);

    timer->set_value(soon);
    expect_within("TVAL right after", 1, soon, timer->value());
    timer->set_value((uint64_t)-5);
    timer->set_control(ENABLE | IMASK);
    expect_bits("a negative one has passed", ISTATUS, ISTATUS, timer->control());
    expect_within("TVAL goes on below zero", 0xf0000000, 0xfffffffb, timer->value());
    timer->set_control(0);
}

static void far(const struct timer *timer)
{
    gic_open(timer->intid, 0x80);
    timer->set_compare(timer->count() + (1UL << 40));
    timer->set_control(ENABLE);
    expect("interrupts", 0, take(1, SOON));
    expect_bits("control register", ISTATUS | ENABLE, ENABLE, timer->control());
}

CHECK(monotonic, "timer.monotonic", "neither counter ever goes back, and both go on")
{
    uint64_t before[2] = {virtual.count(), physical.count()};
    uint64_t first[2] = {before[0], before[1]};
    uint64_t back = 0;

    for (uint32_t n = 0; n < 2000; n++) {
        uint64_t v = virtual.count();
        uint64_t p = physical.count();

        back += (v < before[0] ? 1U : 0U) + (p < before[1] ? 1U : 0U);
        before[0] = v;
        before[1] = p;
    }
    expect("steps back", 0, back);
    expect("the virtual one went on", 1, before[0] > first[0]);
    expect("the physical one went on", 1, before[1] > first[1]);
}

CHECK(pace, "timer.pace", "both counters go at the same pace while the vCPU runs")
{
    uint64_t v = virtual.count();
    uint64_t p = physical.count();
    uint64_t more = ticks(5000);

    pass(5000);
    v = virtual.count() - v;
    p = physical.count() - p;
    expect_within("ticks of the physical one", v > more / 8 ? v - more / 8 : 0, v + more / 8, p);
}

CHECK(virtual_fires, "timer.virtual-fires", "the virtual timer fires at its deadline, not before")
{
    fires(&virtual);
}

CHECK(virtual_masked, "timer.virtual-masked", "a masked virtual timer shows its status alone")
{
    masked(&virtual);
}

CHECK(virtual_off, "timer.virtual-off", "a virtual timer that is off does not fire")
{
    disabled(&virtual);
}

CHECK(virtual_level, "timer.virtual-level", "the virtual timer's line is high while it has passed")
{
    level(&virtual);
}

CHECK(virtual_value, "timer.virtual-value", "CNTV_TVAL counts down, signed")
{
    relative(&virtual);
}

CHECK(virtual_far, "timer.virtual-far", "a deadline hours ahead does not fire now")
{
    far(&virtual);
}

CHECK(physical_fires, "timer.physical-fires",
      "the physical timer fires at its deadline, not before")
{
    fires(&physical);
}

CHECK(physical_masked, "timer.physical-masked", "a masked physical timer shows its status alone")
{
    masked(&physical);
}

CHECK(physical_off, "timer.physical-off", "a physical timer that is off does not fire")
{
    disabled(&physical);
}

CHECK(physical_level, "timer.physical-level",
      "the physical timer's line is high while it has passed")
{
    level(&physical);
}

CHECK(physical_value, "timer.physical-value", "CNTP_TVAL counts down, signed")
{
    relative(&physical);
}

CHECK(physical_far, "timer.physical-far", "a deadline hours ahead does not fire now")
{
    far(&physical);
}

CHECK(both, "timer.both", "both timers fire, each for itself, also at the same moment")
{
    uint64_t more = ticks(SOON);

    gic_open(virtual.intid, 0x80);
    gic_open(physical.intid, 0x40);
    virtual.set_compare(virtual.count() + more);
    physical.set_compare(physical.count() + more);
    virtual.set_control(ENABLE);
    physical.set_control(ENABLE);
    expect("interrupts", 2, take(2, LATE));
    expect("INTIDs", virtual.intid + physical.intid, self()->intid[0] + self()->intid[1]);
}

/* With interrupts masked in PSTATE: it wakes all the same. */
static void sleeps(const struct timer *timer)
{
    uint64_t deadline = timer->count() + ticks(2000);

    gic_open(timer->intid, 0x80);
    timer->set_compare(deadline);
    timer->set_control(ENABLE);
    for (uint32_t n = 0; n < 100 && timer->count() < deadline; n++) {
        __asm__ volatile("dsb sy\n\twfi" ::: "memory"); /* may end without a reason */
    }
    expect_within("counter when it woke", deadline, deadline + ticks(LATE), timer->count());
    expect("interrupts", 1, take(1, LATE));
}

CHECK(wfi_virtual, "timer.virtual-wakes", "WFI ends when the virtual timer fires, masked or not")
{
    sleeps(&virtual);
}

CHECK(wfi_physical, "timer.physical-wakes", "WFI ends when the physical timer fires, masked or not")
{
    sleeps(&physical);
}
