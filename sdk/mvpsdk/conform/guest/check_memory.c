/* SPDX-License-Identifier: Apache-2.0 */
/* The memory map: what is there answers, all else is a synchronous external abort. */
#include "conform.h"

#define ADDRESSES (1UL << 39) /* what this guest's translation reaches */
#define WINDOWS 8
#define DFSC 0x3f
#define EXTERNAL 0x10
#define WNR 0x40
#define IL 0x2000000
#define PATTERN 0x5a17c0de8badf00dUL
#define MAGIC_VIRTIO 0x74726976
#define SIZES 4

struct span {
    uint64_t base;
    uint64_t size;
};

static struct span map[WINDOWS];
static uint32_t map_count;

static void add(uint64_t base, uint64_t size)
{
    uint32_t at = map_count;

    for (; at > 0 && map[at - 1].base > base; at--) {
        map[at] = map[at - 1];
    }
    map[at] = (struct span){base, size};
    map_count++;
}

/* By the contract, and by the device tree where that says whether and how much. */
static void read_map(void)
{
    map_count = 0;
    add(MVP_GICD_BASE, tree.gic == 3 ? MVP_GICD_SIZE : MVP_GICD2_SIZE);
    if (tree.gic == 3) {
        add(MVP_GICR_BASE, (uint64_t)MVP_GICR_STRIDE * tree.cpu_count);
    } else {
        add(MVP_GICC_BASE, MVP_GICC_SIZE);
    }
    add(MVP_UART_BASE, MVP_UART_SIZE);
    if (tree.rtc.there) {
        add(MVP_RTC_BASE, MVP_RTC_SIZE);
    }
    if (tree.gpio.there) {
        add(tree.gpio.base, tree.gpio.size);
    }
    if (tree.virtio_count != 0) {
        add(MVP_VIRTIO_BASE, (uint64_t)MVP_VIRTIO_SLOT_SIZE * MVP_VIRTIO_SLOTS);
    }
    add(MVP_RAM_BASE, tree.ram_size);
}

static void expect_abort(uint64_t address, uint64_t write)
{
    uint64_t count = disarm();
    const struct cpu *cpu = self();

    about(address);
    expect("aborts", 1, count);
    if (count != 0) {
        expect("exception class", EC_DATA, EC(cpu->esr));
        expect_bits("syndrome: fault status, write, length", DFSC | WNR | IL, EXTERNAL | write | IL,
                    cpu->esr);
        expect("FAR", address, cpu->far);
    }
}

static void probe_reads(uint64_t address)
{
    static uint64_t (*const probes[SIZES])(uint64_t) = {probe_read1, probe_read2, probe_read4,
                                                        probe_read8};

    for (uint32_t n = 0; n < SIZES; n++) {
        arm();
        (void)probes[n](address);
        expect_abort(address, 0);
    }
}

static void probe_writes(uint64_t address)
{
    static void (*const probes[SIZES])(uint64_t, uint64_t) = {probe_write1, probe_write2,
                                                              probe_write4, probe_write8};

    for (uint32_t n = 0; n < SIZES; n++) {
        arm();
        probes[n](address, PATTERN);
        expect_abort(address, WNR);
    }
}

/* The first and the last word of each hole. */
static void each_hole(void (*probe)(uint64_t address))
{
    uint64_t end = 0;

    read_map();
    for (uint32_t n = 0; n <= map_count; n++) {
        uint64_t next = n < map_count ? map[n].base : ADDRESSES;

        if (next > end) {
            probe(end);
            probe(next - 8);
        }
        end = n < map_count ? map[n].base + map[n].size : ADDRESSES;
    }
}

CHECK(holes_read, "memory.holes-read",
      "a load in any hole of the map, of any size, is aborted: first and last word of each")
{
    each_hole(probe_reads);
}

CHECK(holes_write, "memory.holes-write",
      "a store in any hole of the map, of any size, is aborted: first and last word of each")
{
    each_hole(probe_writes);
}

CHECK(doorbells, "memory.no-channels", "the window of channels is a hole where there are none")
{
    probe_reads(MVP_CHANNEL_BASE);
    probe_writes(MVP_CHANNEL_BASE);
}

CHECK(flash, "memory.no-flash", "both flash banks are holes where the image came by a loader")
{
    probe_reads(0);
    probe_writes(0x4000000);
}

CHECK(others, "memory.no-bus", "nothing of the board behind the map answers: its pages are holes")
{
    static const uint64_t pages[] = {0x08020000, 0x08030000, 0x08040000, 0x09020000, 0x09040000,
                                     0x09080000, 0x0c000000, 0x10000000, 0x3eff0000, 0x3f000000};

    for (uint32_t n = 0; n < sizeof pages / sizeof pages[0]; n++) {
        probe_reads(pages[n]);
    }
}

static void expect_memory(uint64_t address)
{
    uint64_t before = probe_read8(address);

    about(address);
    probe_write8(address, PATTERN);
    expect("word", PATTERN, probe_read8(address));
    probe_write8(address, ~PATTERN);
    expect("word", ~PATTERN, probe_read8(address));
    probe_write8(address, before);
}

CHECK(ram_ends, "memory.ram-ends", "RAM's first and last word keep what is written")
{
    expect_memory(tree.ram_base);
    expect_memory(tree.ram_base + tree.ram_size - 8);
}

CHECK(ram_pages, "memory.ram-pages", "each 64 KiB of RAM is memory of its own")
{
    uint64_t first = (entries[0].place + 0x200000) & ~0xffffUL;
    uint64_t end = tree.ram_base + tree.ram_size;
    uint64_t blob = entries[0].x[0] & ~0x1fffffUL; /* the tree's own block stays as it is */

    for (uint64_t at = first; at < end; at += 0x10000) {
        if (at - blob >= 0x200000) {
            probe_write8(at, at ^ PATTERN);
        }
    }
    for (uint64_t at = first; at < end; at += 0x10000) {
        if (at - blob >= 0x200000) {
            about(at);
            expect("word", at ^ PATTERN, probe_read8(at));
        }
    }
    expect("pages", 1, first < end);
}

CHECK(beyond, "memory.beyond-ram", "the word behind RAM's last is a hole")
{
    probe_reads(tree.ram_base + tree.ram_size);
    probe_writes(tree.ram_base + tree.ram_size);
}

CHECK(fetch, "memory.fetch", "an instruction behind RAM is aborted where it would be fetched")
{
    uint64_t address = tree.ram_base + tree.ram_size + 0x1000;

    about(address);
    arm();
    probe_fetch(address);
    expect("aborts", 1, disarm());
    expect("exception class", EC_FETCH, EC(self()->esr));
    expect("fault status", EXTERNAL, self()->esr & DFSC);
    expect("FAR", address, self()->far);
}

CHECK(pairs, "memory.pairs", "a device's registers can't be loaded in pairs: aborted, and gone on")
{
    arm();
    probe_pair(MVP_UART_BASE + 0xfe0);
    expect_abort(MVP_UART_BASE + 0xfe0, 0);
}

/* The last PrimeCell ID byte of the UART is 0xb1. */
CHECK(forms, "memory.forms", "loads from devices extend as the instruction says, into any register")
{
    uint64_t address = MVP_UART_BASE + 0xffc;

    about(address);
    expect("ldrb", 0xb1, probe_read1(address));
    expect("ldrh", 0xb1, probe_read2(address));
    expect("ldr w", 0xb1, probe_read4(address));
    expect("ldrsb x", 0xffffffffffffffb1, probe_signed1(address));
    expect("ldrsb w", 0xffffffb1, probe_signed1_32(address));
    expect("ldr w28", 0xb1, probe_kept(address));
    expect("ldr wzr leaves x0", address, probe_to_nowhere(address));
}

CHECK(zero_register, "memory.store-zero", "str wzr at a device writes zero")
{
    uint64_t fraction = MVP_UART_BASE + 0x28;
    uint32_t before = load(fraction);

    store(fraction, 0x15);
    expect("register before", 0x15, load(fraction));
    probe_zero(fraction);
    expect("register after", 0, load(fraction));
    store(fraction, before);
}

CHECK(virtio, "memory.virtio-empty", "an empty virtio slot has the magic, version 2, device ID 0")
{
    if (tree.virtio_count == 0) {
        skip("this version has no virtio window: it is a hole, see memory.holes-read");
        return;
    }
    for (uint32_t n = 0; n < MVP_VIRTIO_SLOTS; n++) {
        uint64_t slot = MVP_VIRTIO_BASE + (uint64_t)MVP_VIRTIO_SLOT_SIZE * n;

        about(slot);
        expect("magic", MAGIC_VIRTIO, load(slot));
        expect("version", 2, load(slot + 4));
        expect("device ID", 0, load(slot + 8));
    }
}
