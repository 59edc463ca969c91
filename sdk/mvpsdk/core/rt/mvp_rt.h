/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runtime library for realtime firmware: everything between the hypervisor's entry and your tasks.
 *
 * You write rt_main(). When it is called the firmware has relocated itself, the MMU and the caches
 * are on, interrupts are enabled, and the machine is known from the device tree. Two levels run:
 *
 *   - the background: rt_main() and what it calls, for reports and slow work;
 *   - above it, tasks and interrupt handlers: short, never interrupted, in the order of creation.
 *
 * No C library, no allocation, no floating point.
 */
#ifndef MVP_RT_H
#define MVP_RT_H

#include <stdbool.h>
#include <stdint.h>

#include <mvp/abi.h>
#include <mvp/platform.h>
#include <mvp/slots.h>

/* ---- The firmware's own ---- */

/* Must not return: end in rt_power_off(), or in a loop around rt_wait(). */
_Noreturn void rt_main(void);

/* ---- The machine, as the device tree tells it ---- */

struct rt_machine {
    uint64_t ram_base; /* of this partition, bytes; the firmware stands at its start */
    uint64_t ram_size;
    uint64_t distributor;   /* of the GIC, address */
    uint64_t redistributor; /* GICv3's; 0: the GIC is version 2 */
    uint64_t cpu_interface; /* GICv2's; 0: the GIC is version 3 */
    uint32_t timer_intid;   /* of the virtual timer */
    uint32_t zero;
};

const struct rt_machine *rt_machine(void);

/* ---- Time: the virtual counter ---- */

uint64_t rt_now(void);                   /* counter ticks */
uint64_t rt_ticks(uint64_t nanoseconds); /* as counter ticks, rounded down */
uint64_t rt_nanoseconds(uint64_t ticks); /* rounded down */

/* ---- Periodic tasks with absolute deadlines ---- */

/*
 * Deadline n is start + n * period, computed afresh each time, so that nothing drifts. The task
 * runs once at each deadline. If it could not run for so long that later deadlines passed too, it
 * runs once, for the last of them, and is told of the others.
 */
struct rt_task {
    void (*run)(struct rt_task *task);
    uint64_t period; /* nanoseconds */
    uint64_t start;  /* counter value of deadline 0, which is not run */
    uint64_t number; /* of the deadline that is being served, from 1 */
    uint64_t passed; /* deadlines before it that nobody served in time */
    uint64_t late;   /* counter ticks from the first deadline not yet served to now */
};

#define RT_TASKS_MAX 8

/* Starts a task; its first deadline is one period from now. The struct must stay in place. False:
 * there are RT_TASKS_MAX already, or the period is below a microsecond. */
bool rt_periodic(struct rt_task *task, uint64_t period, void (*run)(struct rt_task *task));

/* ---- Interrupts of devices that the partition owns ---- */

#define RT_HANDLERS_MAX 8

/* Enables the interrupt and has the handler called for it, above the background. False: there are
 * RT_HANDLERS_MAX already, or the INTID is none. */
bool rt_interrupt(uint32_t intid, void (*handler)(void *context), void *context);

/* ---- Devices that the partition owns ---- */

struct rt_device {
    uint64_t base;  /* of its registers, address */
    uint64_t size;  /* bytes */
    uint32_t intid; /* 0: it has no interrupt */
    uint32_t zero;
};

/* Finds a device by the name that the board file gives it. False: the handset file does not give it
 * to the firmware (realtime.devices). */
bool rt_device(const char *name, struct rt_device *device);

/* ---- A disk: from the background only ---- */

#define RT_BLOCK 512 /* bytes; what a disk writes whole or not at all */

struct rt_block {
    const struct rt_block_driver *driver;
    struct rt_device device;
    uint64_t registers; /* of the disk itself, within the device's */
    uint64_t blocks;    /* how many it has */
};

/* What a kind of disk does in its own way. Each call ends within RT_BLOCK_PATIENCE; false: the disk
 * has failed, or does not answer. A firmware may bring drivers of its own. */
struct rt_block_driver {
    bool (*open)(struct rt_block *disk); /* finds registers and blocks */
    bool (*read)(struct rt_block *disk, uint64_t block, uint8_t *data);
    bool (*write)(struct rt_block *disk, uint64_t block, const uint8_t *data);
    bool (*flush)(struct rt_block *disk); /* what was written survives a power cut from now on */
};

#define RT_BLOCK_PATIENCE 5000000000UL /* nanoseconds */

/* The drivers that there are: rt/block_<name>.c. */
extern const struct rt_block_driver rt_block_virtio; /* the first disk on virtio-mmio; one only */

/* Opens the disk whose registers that device has. */
bool rt_block_open(struct rt_block *disk, const struct rt_block_driver *driver, const char *device);
/* One block; false, too, if the disk has no such block. */
bool rt_block_read(struct rt_block *disk, uint64_t block, uint8_t *data);
bool rt_block_write(struct rt_block *disk, uint64_t block, const uint8_t *data);
bool rt_block_flush(struct rt_block *disk);
/* The partition of that name in the disk's GUID partition table, or in the second one if the first
 * is damaged: its first block, and how many it has. */
bool rt_block_partition(struct rt_block *disk, const char *name, uint64_t *first, uint64_t *blocks);

/* ---- The slot that was started (mvp/slots.h): from the background only ---- */

/* What boot control says: the state that counts, of the partition "misc". False: there is no such
 * partition, or neither copy is right. */
bool rt_slots(struct rt_block *disk, struct mvp_slots *state);
/* The firmware is well: the slot that was started counts as good from now on, and the floor of
 * rollback indexes rises to its own. Writes one block, once; it is on the disk when this returns.
 * Returns the state that counts then in *state. False: nothing is known to have changed. */
bool rt_slot_good(struct rt_block *disk, struct mvp_slots *state);

/* ---- From the background only ---- */

/* Sleeps until an interrupt has been served. */
void rt_wait(void);

/* One text on the console; %s, %lu and %lx are known. Whole lines come out best: a line is handed
 * over at its end, or when it is MVP_CONSOLE_WRITE_MAX bytes long. */
__attribute__((format(printf, 1, 2))) void rt_print(const char *format, ...);

/* Powers the whole board off (PSCI SYSTEM_OFF): the realtime partition may. */
_Noreturn void rt_power_off(void);

/* Stops this partition alone (PSCI CPU_OFF): what start-up does when it can't go on. */
_Noreturn void rt_stop(const char *why);

/* ---- Calls to the hypervisor ---- */

/* SMC Calling Convention by HVC: function and two arguments, x0 of the result. */
uint64_t rt_call(uint64_t function, uint64_t a, uint64_t b);

/* enum mvp_partition_state of that partition, or -1 where there is no such partition. */
int64_t rt_partition_state(uint32_t index);

/* Sets the levels of a partition's power key and ring: bits MVP_GPIO_* of platform.h. False: it has
 * none (power = true in the handset file), or is none. */
bool rt_pins(uint32_t index, uint32_t levels);

/* How many partitions there are; this one's own index goes to *own. */
uint32_t rt_partitions(uint32_t *own);

#endif
