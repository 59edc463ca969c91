/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk on virtio-mmio: virtual I/O device version 1.2, sections 4.2 (transport), 2.7 (split
 * queue), 5.2 (block device); and the transport that came before version 1.0 (4.2.4), which QEMU
 * still has as its default. One request at a time, waited for without an interrupt.
 *
 * The device reads and writes RAM by physical addresses: the partition's must be its own (the map
 * is direct), and the device must see what the caches hold, as it does on virtual machines.
 */
#include "rt_internal.h"

/* Registers (4.2.2, 4.2.4). */
#define MAGIC 0x000
#define VERSION 0x004
#define DEVICE_ID 0x008
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SEL 0x024
#define GUEST_PAGE_SIZE 0x028 /* version 1 */
#define QUEUE_SEL 0x030
#define QUEUE_NUM_MAX 0x034
#define QUEUE_NUM 0x038
#define QUEUE_ALIGN 0x03c /* version 1 */
#define QUEUE_PFN 0x040   /* version 1 */
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define STATUS 0x070
#define QUEUE_DESC 0x080 /* low half; the high one follows */
#define QUEUE_DRIVER 0x090
#define QUEUE_DEVICE 0x0a0
#define CAPACITY 0x100 /* of the block device's own: blocks of 512 bytes (5.2.4) */

#define TRANSPORT_SIZE 0x200
#define MAGIC_VALUE 0x74726976
#define LEGACY 1
#define MODERN 2
#define BLOCK_DEVICE 2

/* Device status (2.1). */
#define ACKNOWLEDGE 1
#define DRIVER 2
#define DRIVER_OK 4
#define FEATURES_OK 8
#define NEEDS_RESET 64
#define FAILED 128

/* Features (5.2.3, 6). */
#define FEATURE_FLUSH (1U << 9)
#define FEATURE_VERSION_1 1U /* of the second 32 */

/* Requests (5.2.6). */
#define REQUEST_IN 0
#define REQUEST_OUT 1
#define REQUEST_FLUSH 4
#define REQUEST_OK 0
#define NOT_ANSWERED 0xff

/* The queue (2.7). */
#define QUEUE_SIZE 4 /* a request takes three */
#define NEXT 1
#define DEVICE_WRITES 2
#define NO_INTERRUPT 1
#define ALIGN 512 /* of the part that the device writes; version 1 counts it from the start */
#define PAGE 4096

struct descriptor {
    uint64_t address;
    uint32_t size;
    uint16_t flags;
    uint16_t next;
};

struct available {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[QUEUE_SIZE];
    uint16_t event;
};

struct used {
    uint16_t flags;
    uint16_t index;
    struct {
        uint32_t first;
        uint32_t written;
    } ring[QUEUE_SIZE];
    uint16_t event;
};

struct header {
    uint32_t type;
    uint32_t zero;
    uint64_t block;
};

/* What the device reads and writes by itself, in a page of its own. */
static struct {
    struct descriptor descriptors[QUEUE_SIZE];
    struct available available; /* right behind: so has version 1 */
    struct used used __attribute__((aligned(ALIGN)));
    struct header header;
    uint8_t status;
    uint8_t data[RT_BLOCK] __attribute__((aligned(ALIGN)));
} shared __attribute__((aligned(PAGE)));

_Static_assert(sizeof(struct descriptor) == 16, "2.7.5");
_Static_assert(offsetof(struct used, ring) == 4 && sizeof(struct used) == 40, "2.7.8");
_Static_assert(sizeof shared <= PAGE, "no register names the queue's second page");

static struct rt_block *owner; /* of the queue: there is one */
static uint16_t requests;      /* made so far, wraps */
static bool can_flush;

static uint32_t get(const struct rt_block *disk, uint32_t offset)
{
    return rt_read32(disk->registers + offset);
}

static void set(const struct rt_block *disk, uint32_t offset, uint32_t value)
{
    rt_write32(disk->registers + offset, value);
}

static void set_address(const struct rt_block *disk, uint32_t offset, const void *address)
{
    set(disk, offset, (uint32_t)(uint64_t)address);
    set(disk, offset + 4, (uint32_t)((uint64_t)address >> 32));
}

static void barrier(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

/* After this the device leaves the memory alone (2.1.1, 4.2.3.1). */
static bool reset(const struct rt_block *disk)
{
    uint64_t end = rt_now() + rt_ticks(RT_BLOCK_PATIENCE);

    set(disk, STATUS, 0);
    while (get(disk, STATUS) != 0) {
        if (rt_now() >= end) {
            return false;
        }
    }
    return true;
}

/* The first disk among the device's transports; each may have any device, or none (ID 0). */
static bool find(struct rt_block *disk)
{
    for (uint64_t at = 0; at + TRANSPORT_SIZE <= disk->device.size; at += TRANSPORT_SIZE) {
        disk->registers = disk->device.base + at;
        if (get(disk, MAGIC) == MAGIC_VALUE && get(disk, DEVICE_ID) == BLOCK_DEVICE &&
            (get(disk, VERSION) == LEGACY || get(disk, VERSION) == MODERN)) {
            return true;
        }
    }
    return false;
}

static uint32_t features(const struct rt_block *disk, uint32_t half, uint32_t wanted)
{
    uint32_t taken;

    set(disk, DEVICE_FEATURES_SEL, half);
    taken = get(disk, DEVICE_FEATURES) & wanted;
    set(disk, DRIVER_FEATURES_SEL, half);
    set(disk, DRIVER_FEATURES, taken);
    return taken;
}

/* Without a flush the device writes through (5.2.6.2). */
static bool agree(const struct rt_block *disk)
{
    can_flush = features(disk, 0, FEATURE_FLUSH) != 0;
    if (get(disk, VERSION) == LEGACY) {
        return true;
    }
    if (features(disk, 1, FEATURE_VERSION_1) == 0) {
        return false;
    }
    set(disk, STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    return (get(disk, STATUS) & FEATURES_OK) != 0;
}

static bool give_queue(const struct rt_block *disk)
{
    set(disk, QUEUE_SEL, 0);
    if (get(disk, QUEUE_NUM_MAX) < QUEUE_SIZE) {
        return false;
    }
    set(disk, QUEUE_NUM, QUEUE_SIZE);
    if (get(disk, VERSION) == LEGACY) {
        set(disk, QUEUE_ALIGN, ALIGN);
        set(disk, QUEUE_PFN, (uint32_t)((uint64_t)&shared / PAGE));
        return true;
    }
    set_address(disk, QUEUE_DESC, shared.descriptors);
    set_address(disk, QUEUE_DRIVER, &shared.available);
    set_address(disk, QUEUE_DEVICE, &shared.used);
    set(disk, QUEUE_READY, 1);
    return true;
}

static void prepare(void)
{
    requests = 0;
    shared.used.index = 0;
    shared.available = (struct available){.flags = NO_INTERRUPT};
    barrier();
}

/* In the order of 3.1.1. */
static bool open(struct rt_block *disk)
{
    if (owner != NULL || !find(disk) || !reset(disk)) {
        return false;
    }
    prepare();
    set(disk, STATUS, ACKNOWLEDGE);
    set(disk, STATUS, ACKNOWLEDGE | DRIVER);
    if (get(disk, VERSION) == LEGACY) {
        set(disk, GUEST_PAGE_SIZE, PAGE);
    }
    if (!agree(disk) || !give_queue(disk)) {
        set(disk, STATUS, FAILED);
        return false;
    }
    set(disk, STATUS, get(disk, STATUS) | DRIVER_OK);
    disk->blocks = (uint64_t)get(disk, CAPACITY + 4) << 32 | get(disk, CAPACITY);
    owner = disk;
    return true;
}

static bool is_answered(void)
{
    return *(volatile uint16_t *)&shared.used.index == requests;
}

/* Hands the request over and waits. A disk that does not answer in time is given up: reset, so that
 * it does not write into memory later, and never asked again. */
static bool ask(struct rt_block *disk)
{
    uint64_t end = rt_now() + rt_ticks(RT_BLOCK_PATIENCE);

    shared.status = NOT_ANSWERED;
    shared.available.ring[requests % QUEUE_SIZE] = 0;
    barrier();
    requests++;
    shared.available.index = requests;
    barrier();
    set(disk, QUEUE_NOTIFY, 0);
    while (!is_answered()) {
        if (rt_now() >= end || (get(disk, STATUS) & NEEDS_RESET) != 0) {
            (void)reset(disk);
            disk->blocks = 0;
            return false;
        }
    }
    barrier();
    return *(volatile uint8_t *)&shared.status == REQUEST_OK;
}

static bool request(struct rt_block *disk, uint32_t type, uint64_t block)
{
    struct descriptor *next = shared.descriptors;

    if (disk != owner || disk->blocks == 0) {
        return false;
    }
    shared.header = (struct header){.type = type, .block = block};
    *next++ = (struct descriptor){.address = (uint64_t)&shared.header,
                                  .size = sizeof shared.header,
                                  .flags = NEXT,
                                  .next = 1};
    if (type != REQUEST_FLUSH) {
        *next++ = (struct descriptor){
            .address = (uint64_t)shared.data,
            .size = RT_BLOCK,
            .flags = (uint16_t)(NEXT | (type == REQUEST_IN ? DEVICE_WRITES : 0)),
            .next = 2};
    }
    *next =
        (struct descriptor){.address = (uint64_t)&shared.status, .size = 1, .flags = DEVICE_WRITES};
    return ask(disk);
}

static void copy(uint8_t *to, const uint8_t *from)
{
    for (uint32_t n = 0; n < RT_BLOCK; n++) {
        to[n] = from[n];
    }
}

static bool read(struct rt_block *disk, uint64_t block, uint8_t *data)
{
    bool done = request(disk, REQUEST_IN, block);

    if (done) {
        copy(data, shared.data);
    }
    return done;
}

static bool write(struct rt_block *disk, uint64_t block, const uint8_t *data)
{
    copy(shared.data, data);
    return request(disk, REQUEST_OUT, block);
}

static bool flush(struct rt_block *disk)
{
    return disk == owner && disk->blocks != 0 && (!can_flush || request(disk, REQUEST_FLUSH, 0));
}

const struct rt_block_driver rt_block_virtio = {
    .open = open, .read = read, .write = write, .flush = flush};
