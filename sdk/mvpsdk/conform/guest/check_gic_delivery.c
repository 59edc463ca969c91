/* SPDX-License-Identifier: Apache-2.0 */
/* Which interrupts are delivered, when, and in which order: the same on both versions. */
#include "conform.h"

#define SOME 300   /* microseconds in which nothing may come */
#define LONG 20000 /* in which something must */
#define A (SPI + 2)
#define B (SPI + 7)
#define C (SPI + 19)
#define IDLE 0xff

static void raise(uint32_t intid, uint32_t priority)
{
    gic_edge(intid, true);
    gic_open(intid, priority);
    gic_set(GIC_PEND, intid);
}

CHECK(edge, "gic.spi-edge", "an edge-triggered SPI that was made pending is delivered once")
{
    raise(A, 0x80);
    expect("interrupts", 1, take(2, SOME));
    expect("INTID", A, self()->intid[0]);
    expect("pending after", 0, gic_bit(GIC_PEND, A));
    expect("active after", 0, gic_bit(GIC_ACTIVATE, A));
}

CHECK(level, "gic.spi-level", "a level-triggered SPI that was made pending is delivered once, too")
{
    gic_edge(A, false);
    gic_open(A, 0x80);
    gic_set(GIC_PEND, A);
    expect("interrupts", 1, take(2, SOME));
    expect("INTID", A, self()->intid[0]);
}

CHECK(disabled, "gic.disabled", "what is not enabled stays pending, and comes once it is enabled")
{
    raise(A, 0x80);
    gic_set(GIC_DISABLE, A);
    expect("interrupts while disabled", 0, take(1, SOME));
    expect("pending", 1, gic_bit(GIC_PEND, A));
    gic_set(GIC_ENABLE, A);
    expect("interrupts once enabled", 1, take(1, LONG));
}

CHECK(withdrawn, "gic.withdrawn", "what was made not pending again before it was taken never comes")
{
    raise(A, 0x80);
    gic_set(GIC_UNPEND, A);
    expect("interrupts", 0, take(1, SOME));
    expect("acknowledged", GIC_NONE, intid_of(gic()->acknowledge()));
}

CHECK(order, "gic.order", "of several pending ones the most urgent is delivered first")
{
    raise(A, 0x90);
    raise(B, 0x20);
    raise(C, 0x58);
    expect("interrupts", 3, take(3, LONG));
    expect("first", B, self()->intid[0]);
    expect("second", C, self()->intid[1]);
    expect("third", A, self()->intid[2]);
}

/* More than any GIC has list registers. */
CHECK(many, "gic.many", "thirty pending SPIs are delivered once each, in the order of priority")
{
    for (uint32_t n = 0; n < SPI_COUNT; n++) {
        raise(SPI + n, (n * 7 % SPI_COUNT) * 8);
    }
    expect("interrupts", SPI_COUNT, take(SPI_COUNT + 1, 2000));
    for (uint32_t n = 0; n < SPI_COUNT; n++) {
        about(n);
        expect("in its place", n, (uint32_t)(self()->intid[n] - SPI) * 7 % SPI_COUNT);
    }
}

/* Lets others in while the first is active. */
static void nest(uint32_t raw)
{
    if (intid_of(raw) == A) {
        gic_set(GIC_PEND, B);
        gic_set(GIC_PEND, C);
        irqs_on();
        pass(SOME);
        irqs_off();
        about(self()->taken);
    }
    gic()->end(raw);
}

CHECK(preemption, "gic.preemption",
      "an active one is interrupted by a more urgent one, by no other")
{
    self()->hook = nest;
    gic_edge(B, true);
    gic_edge(C, true);
    gic_open(B, 0x40);
    gic_open(C, 0xc0);
    raise(A, 0x80);
    expect("interrupts", 3, take(3, LONG));
    expect("first", A, self()->intid[0]);
    expect("within it", B, self()->intid[1]);
    expect("after it", C, self()->intid[2]);
}

/* With the largest binary point no priority preempts another. */
CHECK(binary_point, "gic.binary-point",
      "priorities that differ below the binary point do not preempt")
{
    self()->hook = nest;
    gic()->binary_point(7);
    gic_edge(B, true);
    gic_edge(C, true);
    gic_open(B, 0x40);
    gic_open(C, 0x48);
    raise(A, 0x80);
    expect("interrupts", 3, take(3, LONG));
    expect("how many had come when the first ended", A, self()->intid[0]);
    expect("next, as the first has ended", B, self()->intid[1]);
    expect("last", C, self()->intid[2]);
}

CHECK(mask, "gic.mask", "the priority mask holds back what is not more urgent than it")
{
    gic()->mask(0x80);
    raise(A, 0x80);
    expect("as urgent as the mask", 0, take(1, SOME));
    gic_priority(A, 0x78);
    expect("more urgent", 1, take(1, LONG));
    gic()->mask(0);
    raise(B, 0x08);
    expect("behind a mask of 0", 1, take(2, SOME));
    gic()->mask(GIC_OPEN);
    expect("once the mask is open", 2, take(2, LONG));
}

static uint32_t seen_running;

static void note_running(uint32_t raw)
{
    seen_running = gic()->running();
    gic()->end(raw);
}

CHECK(running, "gic.running", "the running priority is that of the active one, else idle")
{
    self()->hook = note_running;
    expect("idle", IDLE, gic()->running());
    raise(A, 0x68);
    expect("interrupts", 1, take(1, LONG));
    expect("in the handler", 0x68, seen_running);
    expect("idle again", IDLE, gic()->running());
}

CHECK(highest, "gic.highest-pending", "the highest pending one is told without being taken")
{
    expect("none", GIC_NONE, gic()->highest());
    raise(A, 0x90);
    raise(B, 0x30);
    expect("the most urgent", B, intid_of(gic()->highest()));
    expect("interrupts", 2, take(2, LONG));
}

CHECK(spurious, "gic.spurious", "acknowledging when there is nothing gives 1023, and ends nothing")
{
    expect("acknowledged", GIC_NONE, intid_of(gic()->acknowledge()));
    gic()->end(GIC_NONE);
    raise(A, 0x80);
    expect("interrupts after", 1, take(1, LONG));
}

CHECK(split, "gic.split",
      "with a split end the priority drops first; it is active until deactivated")
{
    uint32_t raw;

    gic()->split(true);
    raise(A, 0x80);
    raise(B, 0xa0);
    raw = gic()->acknowledge();
    expect("acknowledged", A, intid_of(raw));
    expect("running", 0x80, gic()->running());
    gic()->end(raw);
    expect("running after its end", IDLE, gic()->running());
    expect("active after its end", 1, gic_bit(GIC_ACTIVATE, A));
    gic_set(GIC_PEND, A);
    raw = gic()->acknowledge();
    expect("acknowledged while it is active", B, intid_of(raw));
    gic()->end(raw);
    gic()->deactivate(raw);
    gic()->deactivate(A);
    expect("active when deactivated", 0, gic_bit(GIC_ACTIVATE, A));
    raw = gic()->acknowledge();
    expect("and again", A, intid_of(raw));
    gic()->end(raw);
    gic()->deactivate(raw);
    gic()->split(false);
}

CHECK(held, "gic.active-held", "what was made active is not delivered until it is made inactive")
{
    gic_set(GIC_ACTIVATE, A);
    raise(A, 0x80);
    expect("interrupts while active", 0, take(1, SOME));
    gic_set(GIC_DEACTIVATE, A);
    expect("interrupts once inactive", 1, take(1, LONG));
}

CHECK(distributor, "gic.distributor-off",
      "with its group off in the distributor nothing is delivered")
{
    gic()->distributor(false);
    raise(A, 0x80);
    expect("interrupts while off", 0, take(1, SOME));
    gic()->distributor(true);
    expect("interrupts once on", 1, take(1, LONG));
}

CHECK(interface, "gic.interface-off",
      "with its group off in the CPU interface nothing is delivered")
{
    gic()->interface(false);
    raise(A, 0x80);
    expect("interrupts while off", 0, take(1, SOME));
    gic()->interface(true);
    expect("interrupts once on", 1, take(1, LONG));
}

CHECK(sgi_self, "gic.sgi-self", "each of the sixteen SGIs that a vCPU sends itself comes, once")
{
    for (uint32_t n = 0; n < 16; n++) {
        gic_open(n, 0x80);
    }
    for (uint32_t n = 0; n < 16; n++) {
        about(n);
        gic()->sgi(0, n);
        expect("interrupts", n + 1, take(n + 2, SOME / 10));
        expect("INTID", n, self()->intid[n]);
    }
}

CHECK(sgi_others, "gic.sgi-others", "an SGI to all others does not come to its sender")
{
    gic_open(3, 0x80);
    gic()->sgi_others(3);
    expect("interrupts", 0, take(1, SOME));
    expect("pending", 0, gic_bit(GIC_PEND, 3));
}

CHECK(sgi_repeated, "gic.sgi-repeated", "an SGI that is sent again while it is active comes again")
{
    uint32_t raw;

    gic_open(5, 0x80);
    gic()->sgi(0, 5);
    raw = gic()->acknowledge();
    expect("acknowledged", 5, intid_of(raw));
    gic()->sgi(0, 5);
    gic()->end(raw);
    expect("interrupts", 1, take(2, SOME));
    expect("INTID", 5, self()->intid[0]);
}

CHECK(ppi, "gic.ppi", "a private interrupt that was made pending is delivered to its vCPU")
{
    gic_edge(20, true);
    gic_open(20, 0x80);
    gic_set(GIC_PEND, 20);
    expect("interrupts", 1, take(2, SOME));
    expect("INTID", 20, self()->intid[0]);
}

CHECK(awake, "gic.wakes", "WFI ends at once when an interrupt is pending, though masked in PSTATE")
{
    uint64_t start = now();

    raise(A, 0x80);
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
    expect_within("ticks", 0, ticks(LONG), now() - start);
    expect("interrupts", 1, take(1, LONG));
}
