/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <mvp/core.h>
#include <mvp/platform.h>
#include <sanitizer/asan_interface.h>

#include "harness.h"
#include "host.h"
#include "partition.h"
#include "timer.h"

#define WINDOW 0x40000000
#define PACK_HOME 0x40200000
#define PAGE 4096
#define IMAGE_SIZE 600 /* bytes: three steps of the loader */
#define PACK_SIZE ((1 + WORLD_PARTITIONS) * PAGE)
#define CONSOLE 0x0a000000
#define LRS 4

uint8_t world_memory[WORLD_MEMORY_SIZE] __attribute__((aligned(4096)));
const uint32_t world_irqs[WORLD_PARTITIONS][2] = {{40, 200}, {50, 51}, {60, 61}};

/* One machine for each version of the GIC. */
static struct world {
    uint8_t *pack;
    uint64_t pages[512 * TABLE_POOL_PAGES] __attribute__((aligned(4096)));
    uint8_t memory[WORLD_MEMORY_SIZE];
    struct machine machine;
    struct host host;
} worlds[2];

static const struct world *present;

/* Where the next entry of a table goes. Tables stand in the order of their ids, behind the header.
 */
static void *new_entry(struct mvp_pack_header *h, uint32_t table, uint32_t size)
{
    struct mvp_table *row = &h->tables[table];

    if (row->count == 0) {
        row->offset = (uint32_t)h->meta_size;
        row->stride = size;
    }
    row->count++;
    h->meta_size += size;
    return (uint8_t *)h + h->meta_size - size;
}

static void add_board(struct mvp_pack_header *h, uint32_t version)
{
    struct mvp_board *b = new_entry(h, MVP_TABLE_BOARD, sizeof *b);

    *b = (struct mvp_board){.name = "fuzzed",
                            .compatible = "vendor,fuzzed",
                            .window = WINDOW,
                            .pack_home = PACK_HOME,
                            .gicd_base = 0x08000000,
                            .gicd_size = version == 2 ? PAGE : 0x10000,
                            .gicr_base = 0x080a0000,
                            .gicr_size = version == 2 ? 2 * PAGE : 0x40000,
                            .console_base = CONSOLE,
                            .console_size = PAGE,
                            .console_register = CONSOLE,
                            .console_driver = "pl011",
                            .console_width = 4,
                            .console_shift = 2,
                            .console_irq = WORLD_CONSOLE_IRQ,
                            .gic_version = version,
                            .maintenance_irq = WORLD_MAINTENANCE_IRQ,
                            .virtual_irq = MVP_VIRTUAL_TIMER_INTID,
                            .physical_irq = 30,
                            .hypervisor_irq = WORLD_TIMER_IRQ,
                            .cpu_count = 1,
                            .bring_up = MVP_BRING_UP_PSCI_SMC};
    if (version == 2) {
        b->gich_base = 0x08030000;
        b->gich_size = PAGE;
        b->gicv_base = 0x08040000;
        b->gicv_size = 2 * PAGE;
    }
    struct mvp_memory *m = new_entry(h, MVP_TABLE_MEMORY, sizeof *m);

    *m = (struct mvp_memory){
        .base = WINDOW, .size = 0x400000, .kind = MVP_MEMORY_RAM, .name = "ram"};
}

static uint64_t ram_at(uint32_t partition)
{
    return WORLD_RAM_BASE + (uint64_t)partition * WORLD_RAM_STEP;
}

static uint64_t ipa_of(uint32_t partition)
{
    return partition == 0 ? ram_at(0) : MVP_RAM_BASE;
}

static void add_partitions(struct mvp_pack_header *h, uint32_t version)
{
    static const char names[WORLD_PARTITIONS][16] = {"realtime", "one", "two"};
    static const uint32_t restarts[] = {MVP_RESTART_NEVER, MVP_RESTART_ALWAYS,
                                        MVP_RESTART_ON_CRASH};

    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        struct mvp_partition *p = new_entry(h, MVP_TABLE_PARTITION, sizeof *p);

        memcpy(p->name, names[n], sizeof p->name);
        p->kind = n == 0 ? MVP_REALTIME : MVP_PERSONA;
        p->priority = n == 0 ? 0 : 8;
        p->restart = restarts[version == 2 ? (n + 1) % 3 : n];
        p->vgic = version;
        p->protocol = MVP_ENTRY_LINUX;
        p->entry = ipa_of(n);
    }
    for (uint32_t n = 0; n < WORLD_PARTITIONS + 1; n++) {
        struct mvp_vcpu *v = new_entry(h, MVP_TABLE_VCPU, sizeof *v);

        v->partition = n > 1 ? n - 1 : n;
        v->number = n == 2 ? 1 : 0;
    }
}

static void add_region(struct mvp_pack_header *h, struct mvp_region region)
{
    *(struct mvp_region *)new_entry(h, MVP_TABLE_REGION, sizeof region) = region;
}

static void add_gic(struct mvp_pack_header *h, uint32_t partition, uint32_t version)
{
    if (version == 3) {
        add_region(h, (struct mvp_region){.ipa = MVP_GICD_BASE,
                                          .size = MVP_GICD_SIZE,
                                          .kind = MVP_REGION_GICD,
                                          .partition = partition});
        add_region(h, (struct mvp_region){.ipa = MVP_GICR_BASE,
                                          .size = MVP_GICR_STRIDE * (partition == 1 ? 2U : 1U),
                                          .kind = MVP_REGION_GICR,
                                          .partition = partition});
        return;
    }
    add_region(h, (struct mvp_region){.ipa = MVP_GICD_BASE,
                                      .size = MVP_GICD2_SIZE,
                                      .kind = MVP_REGION_GICD2,
                                      .partition = partition});
    add_region(h, (struct mvp_region){.ipa = MVP_GICC_BASE,
                                      .pa = 0x08040000,
                                      .size = PAGE,
                                      .kind = MVP_REGION_GICV,
                                      .flags = MVP_REGION_WRITE,
                                      .partition = partition});
}

static void add_regions(struct mvp_pack_header *h, uint32_t version)
{
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        add_region(h, (struct mvp_region){.ipa = ipa_of(n),
                                          .pa = ram_at(n),
                                          .size = WORLD_RAM_SIZE,
                                          .kind = MVP_REGION_RAM,
                                          .flags = MVP_REGION_WRITE | MVP_REGION_EXECUTE,
                                          .partition = n});
        add_gic(h, n, version);
        if (n > 0) {
            add_region(h, (struct mvp_region){.ipa = MVP_UART_BASE,
                                              .size = MVP_UART_SIZE,
                                              .kind = MVP_REGION_PL011,
                                              .partition = n,
                                              .intid = MVP_UART_INTID});
            add_region(h, (struct mvp_region){.ipa = MVP_RTC_BASE,
                                              .size = MVP_RTC_SIZE,
                                              .kind = MVP_REGION_PL031,
                                              .partition = n,
                                              .intid = MVP_RTC_INTID});
        }
    }
}

static void add_the_rest(struct mvp_pack_header *h)
{
    static const char names[WORLD_PARTITIONS][16] = {"realtime/code", "one/code", "two/code"};

    for (uint32_t n = 0; n < 2 * WORLD_PARTITIONS; n++) {
        struct mvp_interrupt *i = new_entry(h, MVP_TABLE_INTERRUPT, sizeof *i);

        i->partition = n / 2;
        i->physical = world_irqs[n / 2][n % 2];
        i->intid = i->physical;
        i->flags = n % 2 == 0 ? 0 : MVP_INTERRUPT_EDGE;
    }
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        struct mvp_image *i = new_entry(h, MVP_TABLE_IMAGE, sizeof *i);
        uint8_t *content = (uint8_t *)h + (size_t)(1 + n) * PAGE;

        memset(content, 'a' + (int)n, IMAGE_SIZE);
        memcpy(i->name, names[n], sizeof names[n]);
        i->offset = (1 + n) * PAGE;
        i->size = IMAGE_SIZE;
        i->load = ipa_of(n);
        i->memory = IMAGE_SIZE;
        i->kind = n == 0 ? MVP_IMAGE_SEGMENT : MVP_IMAGE_KERNEL;
        i->partition = n;
        mvp_sha256(content, IMAGE_SIZE, i->digest);
    }
}

static void end_tables(struct mvp_pack_header *h)
{
    struct mvp_table *channels = &h->tables[MVP_TABLE_CHANNEL];
    struct mvp_table *smmus = &h->tables[MVP_TABLE_SMMU];

    channels->offset = (uint32_t)h->meta_size;
    channels->stride = sizeof(struct mvp_channel);
    smmus->offset = (uint32_t)h->meta_size;
    smmus->stride = sizeof(struct mvp_smmu);
    HOLDS(h->meta_size <= PAGE);
    h->checksum = mvp_pack_checksum(h, h->meta_size);
}

static uint8_t *new_pack(uint32_t version)
{
    struct mvp_verdict verdict;
    struct mvp_pack_header *h = calloc(1, PACK_SIZE);

    HOLDS(h != NULL);
    h->magic = MVP_PACK_MAGIC;
    h->major = MVP_PACK_MAJOR;
    h->minor = MVP_PACK_MINOR;
    h->header_size = sizeof *h;
    h->meta_size = sizeof *h;
    h->total_size = PACK_SIZE;
    h->abi_major = MVP_ABI_MAJOR;
    h->flags = MVP_PACK_FLAG_CONCURRENT;
    h->default_persona = 1;
    memcpy(h->fingerprint, mvp_fingerprint(), sizeof h->fingerprint);
    add_board(h, version);
    add_partitions(h, version);
    add_regions(h, version);
    add_the_rest(h);
    end_tables(h);
    if (mvp_pack_check(h, PACK_SIZE, mvp_fingerprint(), &verdict) != MVP_OK) {
        fprintf(stderr, "the harness's pack: reason=%#x table=%u index=%u value=%#llx\n",
                verdict.reason, verdict.table, verdict.index, (unsigned long long)verdict.value);
        abort();
    }
    return (uint8_t *)h;
}

void world_switch(struct vcpu *chosen)
{
    if (chosen == NULL) {
        return;
    }
    HOLDS(chosen >= machine.vcpus && chosen < machine.vcpus + machine.vcpu_count);
    HOLDS(chosen->state == VCPU_READY && chosen == machine.cpus[0].current);
    for (uint32_t n = 0; n < machine.vcpu_count; n++) {
        if (machine.vcpus[n].vgic.loaded != 0) {
            vgic_save(&machine.vcpus[n]);
        }
    }
    if (chosen->fresh != 0) {
        chosen->fresh = 0;
        memset(chosen->x, 0, sizeof chosen->x);
        chosen->x[0] = chosen->argument;
        chosen->pc = chosen->entry;
        chosen->pstate = 0x3c5;
    }
    vgic_load(chosen);
    timer_program(&machine.cpus[0]);
}

static void build(struct world *world, uint32_t version)
{
    world->pack = new_pack(version);
    memset(&machine, 0, sizeof machine);
    host_reset();
    host.lr_count = LRS;
    host.timer_irq = WORLD_TIMER_IRQ;
    host.memory = world_memory;
    host.memory_base = WORLD_RAM_BASE;
    host.memory_size = WORLD_MEMORY_SIZE;
    machine.pool.pages = world->pages;
    machine.pool.base = 0x50000000;
    machine.pool.count = TABLE_POOL_PAGES;
    for (uint32_t n = 0; n < 64; n++) {
        machine.idregs[n] = 0x1111111111111111;
    }
    HOLDS(machine_init(world->pack, LRS));
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        partition_start(&machine.partitions[n]);
        while (machine.partitions[n].state == MVP_PARTITION_LOADING) {
            struct vcpu *vcpu = sched_run(&machine.cpus[0]);

            host.sent_count = 0;
            world_switch(vcpu);
            sched_wait(machine.cpus[0].current); /* the next one is loaded in its stead */
        }
    }
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        machine.partitions[n].vcpus[0].state = VCPU_READY;
    }
    machine.focus = &machine.partitions[1];
    world_switch(sched_run(&machine.cpus[0]));
    host.sent_count = 0;
    host.queue_count = 0;
    memcpy(world->memory, world_memory, sizeof world_memory);
    world->machine = machine;
    world->host = host;
}

void world_init(void)
{
    build(&worlds[0], 2);
    build(&worlds[1], 3);
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        __asan_poison_memory_region(world_memory + (size_t)n * WORLD_RAM_STEP + WORLD_RAM_SIZE,
                                    WORLD_RAM_STEP - WORLD_RAM_SIZE);
    }
}

void world_reset(uint32_t version)
{
    present = &worlds[version == 2 ? 0 : 1];
    for (uint32_t n = 0; n < WORLD_PARTITIONS; n++) {
        size_t at = (size_t)n * WORLD_RAM_STEP;

        memcpy(world_memory + at, present->memory + at, WORLD_RAM_SIZE);
    }
    machine = present->machine;
    host = present->host;
}

const struct machine *world_at_start(void)
{
    return &present->machine;
}
