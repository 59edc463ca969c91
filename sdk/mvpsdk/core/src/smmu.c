/* SPDX-License-Identifier: Apache-2.0 */
#include "smmu.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "console.h"
#include "machine.h"
#include "timer.h"

/* Registers of the non-secure world (Arm IHI 0070, 6.2 and 6.3); EVENTQ_PROD and CONS are on the
 * second page of 64 KiB. Those of 64 bits are written by halves, which 6.2 allows. */
#define IDR0 0x00
#define IDR1 0x04
#define IDR5 0x14
#define CR0 0x20
#define CR0ACK 0x24
#define CR1 0x28
#define CR2 0x2c
#define GBPA 0x44
#define IRQ_CTRL 0x50
#define IRQ_CTRLACK 0x54
#define GERROR 0x60
#define GERRORN 0x64
#define GERROR_IRQ_CFG0 0x68
#define STRTAB_BASE 0x80
#define STRTAB_BASE_CFG 0x88
#define CMDQ_BASE 0x90
#define CMDQ_PROD 0x98
#define CMDQ_CONS 0x9c
#define EVENTQ_BASE 0xa0
#define EVENTQ_IRQ_CFG0 0xb0
#define EVENTQ_PROD 0x100a8
#define EVENTQ_CONS 0x100ac

/* IDR0: stage 2 there, AArch64 tables, COHACC, MSIs; what has faults stall always, and what
 * knows big-endian tables alone. */
#define IDR0_NEEDED (1U << 1 | 1U << 3)
#define IDR0_COHERENT (1U << 4)
#define IDR0_MSI (1U << 13)
#define IDR0_ENDIAN (3U << 21)
#define IDR0_BIG (3U << 21)
#define IDR0_STALL (3U << 24)
#define IDR0_STALLS_ALWAYS (2U << 24)
/* IDR1: bits of a StreamID, log2 of the queues' most entries; tables or queues whose place
 * the maker has fixed. */
#define IDR1_STREAM_BITS 0x3f
#define IDR1_EVENTS(idr1) ((idr1) >> 16 & 31)
#define IDR1_COMMANDS(idr1) ((idr1) >> 21 & 31)
#define IDR1_FIXED (3U << 29)
/* IDR5: bits of an output address, by code; a granule of 4 KiB. */
#define IDR5_OAS 7U
#define IDR5_4K (1U << 4)
#define OAS_40_BITS 2U

#define CR0_ON 1U /* CR0: translation, event queue, command queue */
#define CR0_EVENTS 4U
#define CR0_COMMANDS 8U
#define CR1_CACHED 0xd75U /* tables and queues: inner shareable, write-back */
#define CR2_PRIVATE 6U    /* RECINVSID, PTM: the CPUs' broadcasts are not for it */
#define GBPA_ABORT (1U << 20)
#define GBPA_UPDATE (1U << 31)
#define IRQS 5U               /* IRQ_CTRL: global errors, event queue */
#define ALLOCATE (1ULL << 62) /* read or write allocate, of a table's or a queue's base */

#define STREAM_LOG2 8   /* of MVP_SMMU_STREAMS: a linear table (3.3.1) */
#define ENTRY_WORDS 8UL /* a stream table entry: 64 bytes (5.2) */
#define COMMANDS_LOG2 3
#define COMMAND_WORDS 2UL
#define EVENTS_LOG2 5
#define EVENT_WORDS 4UL
#define EVENTS (1U << EVENTS_LOG2)
#define OVERFLOW (1U << 31) /* of EVENTQ_PROD, as EVENTQ_CONS acknowledges it */

#define F_TRANSLATION 0x10 /* the first event that a translation is the cause of (7.3) */

/* A stream table entry (5.2): valid, stage 2 alone; the transfer's own shareability. */
#define ENTRY_STAGE2 0x0dULL
#define ENTRY_SHARE (1ULL << 44)
/* And how the tables are, as VTCR_EL2 has it (cpu.c): 4 KiB from level 1, walked write-back and
 * inner shareable, 40 bits of output, AArch64; faults are recorded, and do not stall. */
#define ENTRY_TABLES                                                                         \
    ((64ULL - TABLE_LEVEL1_BITS) << 32 | 1ULL << 38 | 1ULL << 40 | 1ULL << 42 | 3ULL << 44 | \
     (uint64_t)OAS_40_BITS << 48 | 1ULL << 51 | 1ULL << 58)

/* Commands (4.1): all configurations, all translations of guests, wait for those before. */
#define FORGET_ENTRIES 0x04ULL
#define ALL_STREAMS 31
#define FORGET_TRANSLATIONS 0x30ULL
#define SYNC 0x46ULL

#define POLLS 100000 /* reads of a register, after which it will not answer any more */

/* A firmware whose device runs wild can't fill the log or take the CPU: events are taken one at a
 * time, and not more often than this a second. Those behind it wait in the queue, which when it is
 * full loses the others and says so. It interrupts only when it has been empty (3.18). */
#define EVENTS_A_SECOND 10

/* Each aligned to its size (6.3, STRTAB_BASE, CMDQ_BASE, EVENTQ_BASE). */
static uint64_t entries[MVP_SMMU_STREAMS * ENTRY_WORDS]
    __attribute__((aligned(MVP_SMMU_STREAMS * ENTRY_WORDS * 8)));
static uint64_t commands[COMMAND_WORDS << COMMANDS_LOG2]
    __attribute__((aligned(COMMAND_WORDS << COMMANDS_LOG2 << 3)));
static uint64_t events[EVENT_WORDS << EVENTS_LOG2]
    __attribute__((aligned(EVENT_WORDS << EVENTS_LOG2 << 3)));

static struct {
    const struct mvp_smmu *config; /* NULL: the pack has none */
    uint64_t next;                 /* when the next event may be taken */
    uint64_t deadline;             /* when to look for one; TIMER_NEVER: its interrupt will tell */
    uint32_t coherent;
    uint32_t produced; /* commands: place and lap, as CMDQ_PROD has it */
    uint32_t consumed; /* events: as EVENTQ_CONS has it, and the overflow that was told of */
} unit = {.deadline = TIMER_NEVER};

static uint32_t get(uint64_t offset)
{
    return arch_device_read(unit.config->base + offset);
}

static void set(uint64_t offset, uint32_t value)
{
    arch_device_write(unit.config->base + offset, value);
}

static void set_long(uint64_t offset, uint64_t value)
{
    set(offset, (uint32_t)value);
    set(offset + 4, (uint32_t)(value >> 32));
}

static uint64_t address_of(const void *data)
{
    return (uintptr_t)data;
}

/* Memory that it reads, or has written. */
static void share(const void *data, uint64_t size)
{
    if (unit.coherent == 0) {
        arch_cache_clean(address_of(data), size);
    }
}

static bool refuse(struct mvp_verdict *verdict, uint64_t offset)
{
    verdict->reason = MVP_RUN_SMMU;
    verdict->table = MVP_TABLE_SMMU;
    verdict->value = get(offset);
    verdict->bound = offset;
    return false;
}

static bool becomes(struct mvp_verdict *verdict, uint64_t offset, uint32_t mask, uint32_t value)
{
    for (uint32_t n = 0; n < POLLS; n++) {
        if ((get(offset) & mask) == value) {
            return true;
        }
    }
    return refuse(verdict, offset);
}

/* What it must have; its streams' numbers are the pack's affair as far as the table goes. */
static bool can_serve(struct mvp_verdict *verdict)
{
    uint32_t idr0 = get(IDR0);
    uint32_t idr1 = get(IDR1);
    uint32_t idr5 = get(IDR5);

    unit.coherent = idr0 & IDR0_COHERENT;
    if ((idr0 & IDR0_NEEDED) != IDR0_NEEDED || (idr0 & IDR0_ENDIAN) == IDR0_BIG ||
        (idr0 & IDR0_STALL) == IDR0_STALLS_ALWAYS) {
        return refuse(verdict, IDR0);
    }
    if ((idr1 & IDR1_STREAM_BITS) < STREAM_LOG2 || IDR1_EVENTS(idr1) < EVENTS_LOG2 ||
        IDR1_COMMANDS(idr1) < COMMANDS_LOG2 || (idr1 & IDR1_FIXED) != 0) {
        return refuse(verdict, IDR1);
    }
    return ((idr5 & IDR5_4K) != 0 && (idr5 & IDR5_OAS) >= OAS_40_BITS) || refuse(verdict, IDR5);
}

/* What a boot loader left on goes off. While it is off, the global bypass attribute decides: first
 * of all that refuses everything (3.11; 6.3, GBPA). An old error would stop the commands. */
static bool quieten(struct mvp_verdict *verdict)
{
    if (!becomes(verdict, GBPA, GBPA_UPDATE, 0)) {
        return false;
    }
    set(GBPA, get(GBPA) | GBPA_ABORT | GBPA_UPDATE);
    if (!becomes(verdict, GBPA, GBPA_UPDATE | GBPA_ABORT, GBPA_ABORT)) {
        return false;
    }
    set(CR0, 0);
    set(IRQ_CTRL, 0);
    set(GERRORN, get(GERROR));
    return becomes(verdict, CR0ACK, ~0U, 0) && becomes(verdict, IRQ_CTRLACK, IRQS, 0);
}

/* An entry of zeros is not valid: its stream is refused, and the refusal recorded (5.2, C_BAD_STE);
 * so is a stream beyond the table (C_BAD_STREAMID). */
static void fill_entries(void)
{
    bytes_zero(entries, sizeof entries);
    for (uint32_t n = 0; n < unit.config->stream_count; n++) {
        uint64_t *entry = &entries[unit.config->stream[n] * ENTRY_WORDS];
        uint64_t vttbr = machine.partitions[unit.config->partition[n]].vttbr;

        entry[1] = ENTRY_SHARE;
        entry[2] = vttbr >> 48 | ENTRY_TABLES;
        entry[3] = vttbr & TABLE_ADDRESS;
        entry[0] = ENTRY_STAGE2;
    }
    share(entries, sizeof entries);
}

static void command(uint64_t word, uint64_t operand)
{
    uint64_t *place = &commands[(unit.produced & ((1U << COMMANDS_LOG2) - 1)) * COMMAND_WORDS];

    place[0] = word;
    place[1] = operand;
    share(place, COMMAND_WORDS * sizeof *place);
    unit.produced++;
    set(CMDQ_PROD, unit.produced);
}

/* Nothing is known of entries and tables that were there before (4.3, 4.4, 4.7). An error
 * leaves CMDQ_CONS where it is, with its cause in bits 30:24. */
static bool forget(struct mvp_verdict *verdict)
{
    set_long(CMDQ_BASE, address_of(commands) | ALLOCATE | COMMANDS_LOG2);
    unit.produced = 0;
    set(CMDQ_PROD, 0);
    set(CMDQ_CONS, 0);
    set(CR0, CR0_COMMANDS);
    if (!becomes(verdict, CR0ACK, ~0U, CR0_COMMANDS)) {
        return false;
    }
    command(FORGET_ENTRIES, ALL_STREAMS);
    command(FORGET_TRANSLATIONS, 0);
    command(SYNC, 0);
    return becomes(verdict, CMDQ_CONS, ~0U, unit.produced);
}

/* Both interrupts come by wire: messages are off (3.18). */
static bool listen(struct mvp_verdict *verdict)
{
    share(events, sizeof events);
    set_long(EVENTQ_BASE, address_of(events) | ALLOCATE | EVENTS_LOG2);
    unit.consumed = 0;
    set(EVENTQ_PROD, 0);
    set(EVENTQ_CONS, 0);
    if ((get(IDR0) & IDR0_MSI) != 0) {
        set_long(GERROR_IRQ_CFG0, 0);
        set_long(EVENTQ_IRQ_CFG0, 0);
    }
    set(CR0, CR0_COMMANDS | CR0_EVENTS);
    if (!becomes(verdict, CR0ACK, ~0U, CR0_COMMANDS | CR0_EVENTS)) {
        return false;
    }
    set(IRQ_CTRL, IRQS);
    return becomes(verdict, IRQ_CTRLACK, IRQS, IRQS);
}

/* In the order of 3.11: attributes and bases while all is
 * off, commands, events, and translation last. */
static bool bring_up(struct mvp_verdict *verdict)
{
    if (!can_serve(verdict) || !quieten(verdict)) {
        return false;
    }
    set(CR1, CR1_CACHED);
    set(CR2, CR2_PRIVATE);
    fill_entries();
    share(machine.pool.pages, machine.pool.used * 4096ULL);
    set_long(STRTAB_BASE, address_of(entries) | ALLOCATE);
    set(STRTAB_BASE_CFG, STREAM_LOG2);
    if (!forget(verdict) || !listen(verdict)) {
        return false;
    }
    set(CR0, CR0_COMMANDS | CR0_EVENTS | CR0_ON);
    return becomes(verdict, CR0ACK, ~0U, CR0_COMMANDS | CR0_EVENTS | CR0_ON);
}

void smmu_init(struct mvp_verdict *verdict)
{
    const struct mvp_pack_header *header = machine.pack;

    verdict->reason = MVP_OK;
    unit.config = NULL;
    unit.deadline = TIMER_NEVER;
    unit.next = 0;
    if (header->tables[MVP_TABLE_SMMU].count != 0) {
        unit.config = mvp_pack_entry(header, MVP_TABLE_SMMU, 0);
        (void)bring_up(verdict);
    }
}

/* Whose the stream is: index, MVP_NONE. */
static uint32_t owner_of(uint32_t stream)
{
    for (uint32_t n = 0; n < unit.config->stream_count; n++) {
        if (unit.config->stream[n] == stream) {
            return unit.config->partition[n];
        }
    }
    return MVP_NONE;
}

/* An event's record (7.3): its number in bits 7:0, the stream in the upper half of the first word;
 * whether it was a read in bit 35 of the second, and the device's address in the third, where it
 * got as far as a translation. */
static void tell_event(const uint64_t *event)
{
    uint32_t stream = (uint32_t)(event[0] >> 32);
    uint64_t kind = event[0] & 0xff;
    bool wrote = kind >= F_TRANSLATION && (event[1] >> 35 & 1) == 0;
    uint64_t values[6] = {owner_of(stream), MVP_RUN_DMA, stream, kind, event[2], wrote ? 1 : 0};

    log_values("dma refused partition=% reason=% stream=% kind=% address=% write=%", values);
}

static uint32_t failed(void)
{
    return get(GERROR) ^ get(GERRORN);
}

/* Where the part is in the queue and where we are: bits that differ. */
static uint32_t waiting(void)
{
    return (get(EVENTQ_PROD) ^ unit.consumed) & (OVERFLOW | (2 * EVENTS - 1));
}

/* Takes one thing of what is there, a line each: an error, that events were lost, an event. */
static void take(void)
{
    uint32_t error = failed();

    if (error != 0) {
        uint64_t values[1] = {error};

        log_values("dma error bits=%", values);
        set(GERRORN, get(GERROR));
    } else if ((waiting() & OVERFLOW) != 0) {
        log_line("dma refused, and more often than there is room to tell");
        unit.consumed ^= OVERFLOW;
        set(EVENTQ_CONS, unit.consumed);
    } else if (waiting() != 0) {
        const uint64_t *event = &events[(unit.consumed & (EVENTS - 1)) * EVENT_WORDS];

        share(event, EVENT_WORDS * sizeof *event);
        tell_event(event);
        unit.consumed = ((unit.consumed + 1) & (2 * EVENTS - 1)) | (unit.consumed & OVERFLOW);
        set(EVENTQ_CONS, unit.consumed);
    }
}

static void look(uint64_t now)
{
    if (now >= unit.next) {
        take();
        unit.next = now + arch_time_frequency() / EVENTS_A_SECOND;
    }
    unit.deadline = (failed() | waiting()) != 0 ? unit.next : TIMER_NEVER;
}

void smmu_interrupt(struct cpu *cpu, uint32_t intid)
{
    if (unit.config != NULL &&
        (intid == unit.config->event_irq || intid == unit.config->error_irq)) {
        look(arch_time());
        cpu->resched = 1; /* the deadline may be another, and a line waits */
    }
}

uint64_t smmu_deadline(void)
{
    return unit.deadline;
}

void smmu_expired(uint64_t now)
{
    if (unit.deadline <= now) {
        look(now);
    }
}
