/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits from guests: calls, device accesses, system registers, aborts and whatever else a syndrome
 * may say, with interrupts and time passing in between. An input is a byte (the GIC's version),
 * then steps of 16 bytes: what happens, a choice, a small number, a word and a long word.
 *
 * After each step: the machine's own facts are as at start, the run queue is sound, list registers
 * hold what they may, and nothing of another partition has changed, neither its memory nor its
 * registers nor its devices nor its physical interrupts.
 */
#include <setjmp.h>

#include <mvp/platform.h>

#include "arch.h"
#include "console.h"
#include "harness.h"
#include "host.h"
#include "timer.h"
#include "trap.h"
#include "vgic_holds.h"
#include "world.h"

#define STEPS 100   /* of one input */
#define IDLES 10000 /* of one step: who idles longer never ends */

#define EC(class) ((uint64_t)(class) << 26 | 0x02000000) /* of an instruction of 4 bytes */
#define ISS_ISV 0x01000000
#define ISS_TRANSLATION 0x6
#define TIME_OF_DAY 0xc6008004

enum step {
    STEP_HVC = 0,
    STEP_SMC = 2,
    STEP_MMIO = 3,
    STEP_SYSREG = 7,
    STEP_SYNC = 9,
    STEP_WFI = 10,
    STEP_IRQ = 11,
    STEP_TIME = 12,
    STEP_GUEST = 13, /* acknowledges or ends an interrupt */
    STEP_TYPE = 14,
    STEP_STATE = 15, /* what the guest changes without an exit */
    STEP_COUNT = 16
};

struct step_bytes {
    uint32_t what;
    uint32_t choice;
    uint32_t small;
    uint64_t word;
    uint64_t value;
};

static struct machine before;
static uint8_t memory_before[WORLD_MEMORY_SIZE];
static struct host host_before;
static jmp_buf asleep;
static uint32_t idles;
static bool midline; /* the line that was shown last is not ended */

static struct {
    uint64_t steps;
    uint64_t traps;
    uint64_t injections;
    uint64_t interrupts;
    uint64_t switches;
    uint64_t starts;
    uint64_t lines;
} seen;

static void say_seen(void)
{
    printf("seen: steps=%llu traps=%llu injections=%llu interrupts=%llu switches=%llu starts=%llu "
           "lines=%llu\n",
           (unsigned long long)seen.steps, (unsigned long long)seen.traps,
           (unsigned long long)seen.injections, (unsigned long long)seen.interrupts,
           (unsigned long long)seen.switches, (unsigned long long)seen.starts,
           (unsigned long long)seen.lines);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    world_init();
    return atexit(say_seen);
}

void __real_arch_idle(void);
void __wrap_arch_idle(void);

/* Nobody will ever wake this machine: the input ends here. */
void __wrap_arch_idle(void)
{
    if (host.queue_count == 0 && host.deadline == TIMER_NEVER) {
        longjmp(asleep, 1);
    }
    HOLDS(idles++ < IDLES);
    __real_arch_idle();
}

static struct vcpu *current(void)
{
    return machine.cpus[0].current;
}

/* ---- what must hold ---- */

static void facts_hold(void)
{
    const struct machine *start = world_at_start();

    HOLDS(machine.pack == start->pack && machine.board == start->board);
    HOLDS(machine.partition_count == start->partition_count);
    HOLDS(machine.vcpu_count == start->vcpu_count);
    HOLDS(memcmp(&machine.pool, &start->pool, sizeof machine.pool) == 0);
    HOLDS(memcmp(machine.owner, start->owner, sizeof machine.owner) == 0);
    for (uint32_t n = 0; n < machine.partition_count; n++) {
        const struct partition *now = &machine.partitions[n];
        const struct partition *then = &start->partitions[n];

        HOLDS(now->config == then->config && now->index == n && now->vttbr == then->vttbr);
        HOLDS(now->vcpus == then->vcpus && now->vcpu_count == then->vcpu_count);
        HOLDS(now->window_count == then->window_count && now->state <= MVP_PARTITION_CRASHED);
        HOLDS(memcmp(now->windows, then->windows, sizeof now->windows) == 0);
        HOLDS(now->uart.rx_head < PL011_FIFO && now->uart.rx_count <= PL011_FIFO);
    }
}

static void queue_holds(void)
{
    const struct vcpu *last = NULL;
    uint32_t count = 0;

    for (const struct vcpu *v = machine.cpus[0].queue; v != NULL; v = v->next) {
        HOLDS(v >= machine.vcpus && v < machine.vcpus + machine.vcpu_count);
        HOLDS(count++ < machine.vcpu_count && v->state <= VCPU_WAITING);
        HOLDS(last == NULL || last->partition->config->priority <= v->partition->config->priority);
        HOLDS(v->state != VCPU_LOADING || v->partition->state == MVP_PARTITION_LOADING);
        HOLDS(v->state == VCPU_OFF || v->state == VCPU_LOADING ||
              v->partition->state == MVP_PARTITION_RUNNING);
        last = v;
    }
    HOLDS(count == machine.vcpu_count);
}

static bool is_named(const uint8_t *line, size_t size)
{
    static const char *const names[] = {"[mvp] ", "[realtime] ", "[realtime+ ", "[one] ",
                                        "[one+ ", "[two] ",      "[two+ "};

    for (uint32_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        size_t length = strlen(names[n]);

        if (memcmp(line, names[n], length < size ? length : size) == 0) {
            return true;
        }
    }
    return false;
}

/* A line begins with who speaks. */
static void console_holds(void)
{
    const uint8_t *at = host.sent;
    const uint8_t *end = host.sent + host.sent_count;

    while (at < end) {
        const uint8_t *line = at;

        while (at < end && *at != '\n') {
            at++;
        }
        HOLDS(midline || is_named(line, (size_t)(at - line)));
        midline = at == end;
        at += at < end ? 1 : 0;
        seen.lines++;
    }
}

/* Physical interrupts are active for their owners alone, and each owner's state is its own. */
static void interrupts_hold(void)
{
    for (uint32_t n = 0; n < 1020; n++) { /* those above are no interrupts */
        HOLDS(host.active[n] == 0 || machine.owner[n] != 0 || n == MVP_VIRTUAL_TIMER_INTID);
    }
}

static void all_holds(void)
{
    uint32_t loaded = 0;

    facts_hold();
    queue_holds();
    interrupts_hold();
    for (uint32_t n = 0; n < machine.vcpu_count; n++) {
        loaded += machine.vcpus[n].vgic.loaded;
    }
    HOLDS(loaded <= 1);
    for (uint32_t n = 0; n < machine.partition_count; n++) {
        if (machine.partitions[n].state == MVP_PARTITION_RUNNING) {
            vgic_holds(&machine.partitions[n]);
        }
    }
}

/* Other vCPUs keep all that is theirs; when they run next is the scheduler's. */
static void vcpu_is_untouched(const struct vcpu *now, const struct vcpu *then)
{
    HOLDS(memcmp(now->x, then->x, sizeof now->x) == 0);
    HOLDS(now->pc == then->pc && now->pstate == then->pstate && now->entry == then->entry);
    HOLDS(memcmp(&now->context, &then->context, sizeof now->context) == 0);
    HOLDS(now->state == then->state && now->fresh == then->fresh);
    HOLDS(memcmp(&now->ptimer, &then->ptimer, sizeof now->ptimer) == 0);
    HOLDS(memcmp(&now->vgic, &then->vgic, sizeof now->vgic) == 0);
}

static void partition_is_untouched(uint32_t index)
{
    const struct partition *now = &machine.partitions[index];
    const struct partition *then = &before.partitions[index];

    HOLDS(now->state == then->state && now->counter_offset == then->counter_offset);
    HOLDS(memcmp(&now->vgic, &then->vgic, sizeof now->vgic) == 0);
    HOLDS(memcmp(&now->uart, &then->uart, sizeof now->uart) == 0);
    HOLDS(memcmp(&now->rtc, &then->rtc, sizeof now->rtc) == 0);
    for (uint32_t n = 0; n < now->vcpu_count; n++) {
        uint32_t place = (uint32_t)(now->vcpus - machine.vcpus) + n;

        vcpu_is_untouched(&machine.vcpus[place], &before.vcpus[place]);
    }
    for (uint32_t n = 0; n < 2; n++) {
        uint32_t intid = world_irqs[index][n];

        HOLDS(host.active[intid] == host_before.active[intid]);
        HOLDS(host.deactivated[intid] == host_before.deactivated[intid]);
    }
}

static void note(void)
{
    before = machine;
    host_before = host;
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        size_t at = (size_t)n * WORLD_RAM_STEP;

        memcpy(memory_before + at, world_memory + at, WORLD_RAM_SIZE);
    }
}

/* The core writes to RAM only to load a partition. */
static void memory_is_untouched(void)
{
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        size_t at = (size_t)n * WORLD_RAM_STEP;

        HOLDS(memcmp(world_memory + at, memory_before + at, WORLD_RAM_SIZE) == 0);
    }
}

/* What a trap may have done to others. While it chose who runs next, interrupts may have come in
 * and partitions may have been loaded: then it is not the guest's doing alone. */
static void others_are_untouched(uint32_t index, bool sets_clock)
{
    if (host.cleans != host_before.cleans) {
        seen.starts++;
        return;
    }
    memory_is_untouched();
    if (host.idles != host_before.idles || host_before.queue_count != 0 || sets_clock) {
        return;
    }
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        if (n != index) {
            partition_is_untouched(n);
        }
    }
}

/* ---- what a guest does ---- */

static const uint64_t calls[] = {
    0x80000000, 0x80000001, 0x84000000, 0x84000001, 0x84000002, 0x84000003, 0x84000004, 0x84000006,
    0x84000008, 0x84000009, 0x8400000a, 0xc4000001, 0xc4000003, 0xc4000004, 0x8600ff00, 0x8600ff01,
    0x8600ff03, 0xc6008000, 0xc6008001, 0xc6008002, 0xc6008003, 0xc6008004, 0xc6008005, 0xc6008001};

/* A text anywhere in a guest's RAM and as far behind it; or across one of its ends, which a place
 * that is any would seldom meet. */
static uint64_t text_at(uint64_t base, uint64_t value, bool end)
{
    if (!end) {
        return base + value % (2 * WORLD_RAM_SIZE);
    }
    base += (value >> 9 & 1) == 0 ? WORLD_RAM_SIZE : 0;
    return base - MVP_CONSOLE_WRITE_MAX + value % (2 * MVP_CONSOLE_WRITE_MAX);
}

static struct vcpu *call(struct vcpu *vcpu, const struct step_bytes *s)
{
    uint32_t known = sizeof calls / sizeof calls[0];

    vcpu->x[0] = s->choice % 32 < known ? calls[s->choice % 32] : s->word | 0x80000000;
    vcpu->x[1] = (s->choice & 0x40) != 0 ? s->value : s->value % 64;
    vcpu->x[2] = vcpu->x[0] == MVP_CALL_CONSOLE_WRITE ? s->small % 300 : s->small;
    vcpu->x[3] = s->word;
    if (vcpu->x[0] == MVP_CALL_CONSOLE_WRITE && (s->choice & 0x80) == 0) {
        vcpu->x[1] = text_at(vcpu->partition->index == 0 ? WORLD_RAM_BASE : MVP_RAM_BASE, s->value,
                             (s->choice & 0x20) != 0);
    }
    return s->what < STEP_SMC ? trap_hvc(vcpu) : host_sync(vcpu, EC(0x17), 0, 0);
}

static struct vcpu *touch(struct vcpu *vcpu, uint64_t syndrome, uint64_t ipa)
{
    return host_sync(vcpu, syndrome, ipa, ipa >> 12 << 4);
}

/* A load or store somewhere in a device; small: the offset, choice: device, size and direction. */
static struct vcpu *mmio(struct vcpu *vcpu, const struct step_bytes *s)
{
    const struct partition *partition = vcpu->partition;
    const struct window *window = &partition->windows[s->choice % partition->window_count];
    uint64_t reg = s->word & 31;
    uint64_t offset = s->small & ((s->word & 0x100) != 0 ? 0xffff : 0xfff);

    offset |= (s->word & 0x200) != 0 ? 0x10000 : 0;
    offset |= (s->word & 0x400) != 0 ? MVP_GICR_STRIDE : 0;
    if (reg != 31) {
        vcpu->x[reg] = s->value;
    }
    return touch(vcpu,
                 EC(0x24) | ISS_ISV | ISS_TRANSLATION | (uint64_t)(s->choice >> 4 & 3) << 22 |
                     (s->choice & 0x40) | reg << 16 | (s->word & 0x208000),
                 window->ipa + offset);
}

/* Op0, Op1, CRn, CRm, Op2 of those that are trapped, where a syndrome has them. */
#define NAME(op0, op1, crn, crm, op2) \
    ((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)

static struct vcpu *sysreg(struct vcpu *vcpu, const struct step_bytes *s)
{
    static const uint32_t names[] = {
        NAME(3, 0, 12, 11, 5), NAME(3, 0, 12, 11, 6), NAME(3, 0, 12, 11, 7), NAME(3, 0, 12, 12, 5),
        NAME(3, 3, 14, 2, 0),  NAME(3, 3, 14, 2, 1),  NAME(3, 3, 14, 2, 2),  NAME(3, 0, 1, 0, 1),
        NAME(3, 0, 0, 4, 0),   NAME(2, 0, 0, 2, 2)};
    uint32_t known = sizeof names / sizeof names[0];
    uint32_t name = s->choice % 16 < known ? names[s->choice % 16] : (uint32_t)s->word & 0x3ffc1e;
    uint64_t reg = s->small & 31;

    if (reg != 31) {
        vcpu->x[reg] = s->value;
    }
    return host_sync(vcpu, EC(0x18) | name | reg << 5 | (s->choice >> 7 & 1), 0, 0);
}

/* Any syndrome, any address. */
static struct vcpu *sync(struct vcpu *vcpu, const struct step_bytes *s)
{
    if (s->choice == 0xff) {
        return trap_serror(vcpu, s->word);
    }
    return host_sync(vcpu, EC(s->choice & 63) | (s->word & 0x3ffffff), s->value, s->value >> 8);
}

static struct vcpu *trap(struct vcpu *vcpu, const struct step_bytes *s)
{
    seen.traps++;
    if (s->what < STEP_MMIO) {
        return call(vcpu, s);
    }
    if (s->what < STEP_SYSREG) {
        return mmio(vcpu, s);
    }
    if (s->what < STEP_SYNC) {
        return sysreg(vcpu, s);
    }
    return s->what == STEP_WFI ? host_sync(vcpu, EC(1), 0, 0) : sync(vcpu, s);
}

/* ---- what happens to it ---- */

/* As trap_irq() does: the physical controller signals only what is not active. */
static void interrupt(uint32_t intid)
{
    struct vcpu *vcpu = current();

    if (host.active[intid] != 0) {
        return;
    }
    seen.interrupts++;
    host_raise(intid);
    intid = arch_irq_acknowledge();
    if (intid == vcpu->vgic.timer_irq) {
        vgic_hardware(vcpu, MVP_VIRTUAL_TIMER_INTID);
        return;
    }
    machine_interrupt(vcpu->home, intid);
    world_switch(sched_exit(vcpu));
}

static void raise_one(const struct step_bytes *s)
{
    static const uint32_t others[] = {MVP_VIRTUAL_TIMER_INTID,
                                      WORLD_TIMER_IRQ,
                                      WORLD_MAINTENANCE_IRQ,
                                      WORLD_CONSOLE_IRQ,
                                      1023,
                                      100};
    uint32_t n = s->choice % 12;

    interrupt(n < 6 ? world_irqs[n / 2][n % 2] : others[n - 6]);
}

static void serve_maintenance(void)
{
    uint32_t rounds = 0;

    while (host_maintenance()) {
        HOLDS(rounds++ < 20);
        interrupt(WORLD_MAINTENANCE_IRQ);
    }
}

/* The guest's side of the list registers. */
static void guest(const struct step_bytes *s)
{
    if ((s->choice & 1) == 0) {
        (void)host_guest_acknowledge();
    } else {
        uint32_t intid = vgic_some_active(current(), s->choice >> 1);

        HOLDS(intid == 1023 || host_guest_end(intid));
    }
    serve_maintenance();
}

/* Its virtual timer's registers, its level, its own memory. */
static void state(const struct step_bytes *s)
{
    struct vcpu *vcpu = current();
    uint8_t *ram = world_memory + (size_t)vcpu->partition->index * WORLD_RAM_STEP;

    vcpu->vtimer_control = s->choice & 3;
    vcpu->vtimer_compare = s->value;
    vcpu->pstate = (s->choice & 4) != 0 ? 0x3c5 : 0;
    host.in_vector = (s->choice & 0x70) == 0x70 ? 1 : 0;
    memcpy(ram + s->small % (WORLD_RAM_SIZE - 8), &s->word, sizeof s->word);
}

static void pass_time(const struct step_bytes *s)
{
    host.time += s->word << s->choice % 24;
    if (host.time >= host.deadline) {
        interrupt(WORLD_TIMER_IRQ);
    }
}

static void happen(const struct step_bytes *s)
{
    switch (s->what) {
    case STEP_IRQ:
        raise_one(s);
        break;
    case STEP_TIME:
        pass_time(s);
        break;
    case STEP_GUEST:
        guest(s);
        break;
    case STEP_TYPE:
        host_type((uint8_t)s->choice);
        interrupt(WORLD_CONSOLE_IRQ);
        break;
    default:
        state(s);
        break;
    }
}

static void step(const struct step_bytes *s)
{
    struct vcpu *vcpu = current();
    uint32_t index = vcpu->partition->index;

    idles = 0;
    if (s->what >= STEP_IRQ) {
        happen(s);
    } else {
        note();
        struct vcpu *next = trap(vcpu, s);

        others_are_untouched(index, vcpu->x[0] == MVP_SUCCESS &&
                                        before.time_of_day != machine.time_of_day);
        seen.switches += next != NULL ? 1 : 0;
        world_switch(next);
        serve_maintenance();
    }
    HOLDS(current()->state == VCPU_READY && current()->vgic.loaded == 1);
    seen.injections += host.injections;
    host.injections = 0;
}

static void settle_console(void)
{
    host.console_full = 0;
    host.sent_count = 0;
    console_flush();
    log_line("-"); /* ends whatever line an earlier input left open */
    console_flush();
    machine.cpus[0].resched = 0;
    host.sent_count = 0;
    midline = false;
}

static void run(struct input *input)
{
    for (uint32_t n = 0; n < STEPS && input->left > 0; n++) {
        struct step_bytes s;

        s.what = (uint32_t)take(input, 1) % STEP_COUNT;
        s.choice = (uint32_t)take(input, 1);
        s.small = (uint32_t)take(input, 2);
        s.word = take(input, 4);
        s.value = take(input, 8);
        step(&s);
        all_holds();
        console_holds();
        host.sent_count = 0;
        console_service();
        seen.steps++;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    world_reset((take(&input, 1) & 1) != 0 ? 2 : 3);
    settle_console();
    if (setjmp(asleep) == 0) {
        run(&input);
    }
    all_holds();
    return 0;
}
