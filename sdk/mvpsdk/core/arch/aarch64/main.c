/* SPDX-License-Identifier: Apache-2.0 */
/* From the boot loader's jump to the first guest. */
#include <stddef.h>

#include "aarch64.h"
#include "arch.h"
#include "bytes.h"
#include "console.h"
#include "gic.h"
#include "machine.h"
#include "memory.h"
#include "menu.h"
#include "offsets.h"
#include "partition.h"
#include "regs.h"
#include "smmu.h"

#define EL2 8 /* CurrentEL */

/* The last of the image. A pack takes of it what its tables need, and the rest is never mapped. */
static uint64_t pages[TABLE_POOL_PAGES * 512] __attribute__((section(".pool"), aligned(4096)));

/* Of which the console is opened should there be something to say; NULL: it is open. */
static const void *quiet_tree;

void early_console(void)
{
    struct uart uart;

    if (FEATURE_EARLY_CONSOLE != 0 && quiet_tree != NULL) {
        boot_console(quiet_tree, &uart);
        console_open(&uart);
        quiet_tree = NULL;
    }
}

static _Noreturn void halt(void)
{
    console_flush();
    for (;;) {
        __asm__ volatile("wfi");
    }
}

static _Noreturn void stop(const struct mvp_verdict *verdict)
{
    uint64_t values[5] = {verdict->reason, verdict->table, verdict->index, verdict->value,
                          verdict->bound};

    early_console();
    log_values("stop reason=% table=% index=% value=% bound=%", values);
    halt();
}

static void require(uint32_t reason, uint64_t value)
{
    struct mvp_verdict verdict = {.reason = reason, .value = value};

    if (reason != MVP_OK) {
        stop(&verdict);
    }
}

/* This build drives one version of the GIC: it must be the pack's board's, and be there. */
static void require_gic(const struct mvp_board *board)
{
    uint32_t found = board->gic_version == GIC_VERSION ? gic_version(board) : board->gic_version;
    struct mvp_verdict verdict = {.reason = MVP_RUN_NO_GIC, .value = found, .bound = GIC_VERSION};

    if (found != GIC_VERSION) {
        stop(&verdict);
    }
}

/* Another UART's registers would be written to. */
static void require_driver(const struct mvp_board *board)
{
    if (!boot_has_driver(board)) {
        early_console();
        log_words("console driver of the pack ", (const char *)board->console_driver);
        log_words("console driver of this build ", arch_console_name());
        require(MVP_RUN_CONSOLE, 0);
    }
}

static uint64_t image_size(void)
{
    return (uint64_t)_end - (uint64_t)_head;
}

static const struct mvp_pack_header *judge(const struct boot *boot)
{
    struct mvp_verdict verdict;
    const void *pack = (const void *)boot->pack;

    if (mvp_pack_check(pack, boot->pack_limit - boot->pack, mvp_fingerprint(), &verdict) !=
        MVP_OK) {
        stop(&verdict);
    }
    return pack;
}

static void move(uint64_t from, uint64_t to, uint64_t size)
{
    if (to != from) {
        bytes_copy((void *)to, (const void *)from, size);
    }
}

static void move_self(const void *tree, uint64_t pack, uint64_t window)
{
    move((uint64_t)_head, window, (uint64_t)_load_end - (uint64_t)_head);
    boot_jump(tree, pack, window);
}

/* Everything goes home. The pack moves last, with caches on, unless it lies in our way. */
static void go_home(const void *tree, struct boot *boot, const struct mvp_pack_header *header)
{
    const struct mvp_board *board = mvp_pack_entry(header, MVP_TABLE_BOARD, 0);
    uint64_t self = (uint64_t)_head;
    uint64_t size = header->total_size;

    for (uint32_t n = 0; n < 2 && self != board->window; n++) {
        switch (
            boot_next_move(self, image_size(), board->window, boot->pack, size, board->pack_home)) {
        case BOOT_MOVE_SELF:
            move_self(tree, boot->pack, board->window);
            break;
        case BOOT_MOVE_PACK:
            arch_cache_clean(board->pack_home, size); /* stale lines must not shadow the copy */
            move(boot->pack, board->pack_home, size);
            boot->pack = board->pack_home;
            break;
        default:
            require(MVP_ENTRY_HOME_CLASH, board->window);
        }
    }
}

/* The image that has just moved home finds the pack where the first run left it. */
static void resume(struct boot *boot, uint64_t pack, uint32_t *reason)
{
    const struct mvp_pack_header *header = (const void *)pack;

    if (pack != 0) {
        boot->pack = pack;
        boot->pack_limit = pack + header->total_size;
        *reason = MVP_OK;
    }
}

static void map_own(const struct mvp_pack_header *header)
{
    machine.pool.pages = pages;
    machine.pool.base = (uint64_t)pages;
    machine.pool.count = memory_tables(header); /* the judge has seen: no more than there are */
    require(mmu_map(header, &machine.pool) ? MVP_OK : MVP_MEM_TABLES, machine.pool.used);
    mmu_on(&machine.pool);
}

void banner(const char *text)
{
    const uint8_t *print = mvp_fingerprint();
    uint64_t values[2] = {(uint64_t)_head, 0};

    for (uint32_t n = 0; n < 8; n++) {
        values[1] = values[1] << 8 | print[n];
    }
    log_values(text, values);
}

static void open_console(const struct mvp_board *board)
{
    struct uart uart = {.base = board->console_register,
                        .shift = board->console_shift,
                        .width = board->console_width};

    quiet_tree = NULL;
    console_open(&uart);
}

static void start_realtime(void)
{
    for (uint32_t n = 0; n < machine.partition_count; n++) {
        if (machine.partitions[n].config->kind == MVP_REALTIME) {
            partition_start(&machine.partitions[n]);
        }
    }
}

/* They come in once this CPU leaves the hypervisor, or idles. */
static void start_others(void)
{
    struct mvp_verdict verdict = {.reason = MVP_OK};

    if (FEATURE_SMP != 0) {
        arch_lock(&machine.cpus[0]);
        secondaries_start(&verdict);
        if (verdict.reason != MVP_OK) {
            stop(&verdict);
        }
    }
}

/* Before any guest runs, and with it a device that could reach another's memory. */
static void hold_devices(void)
{
    struct mvp_verdict verdict = {.reason = MVP_OK};

    if (FEATURE_SMMU != 0) {
        smmu_init(&verdict);
        if (verdict.reason != MVP_OK) {
            stop(&verdict);
        }
    }
}

static _Noreturn void run(const struct boot *boot)
{
    for (uint32_t n = 0; n < machine.vcpu_count; n++) {
        struct vcpu *vcpu = &machine.vcpus[n];

        vcpu->stack = (uint64_t)cpu_stack_top + ((uint64_t)vcpu->home->index << STACK_STRIDE_SHIFT);
    }
    cpu_read_ids(machine.idregs);
    hold_devices();
    start_others();
    gic_enable_owned(&machine.cpus[0]);
    console_interrupts();
    banner("hypervisor window=% fingerprint=%");
    start_realtime();
    menu_open(boot->choice);
    console_service(); /* keys typed before now: their interrupt is gone, they are not */
    enter(sched_run(&machine.cpus[0]));
}

/* With fewer than the vGIC needs, or none where the board's file is wrong, nothing would arrive. */
static uint32_t list_registers(const struct mvp_board *board)
{
    uint32_t count;
    struct mvp_verdict few = {.reason = MVP_RUN_NO_GIC, .bound = VGIC_MIN_LRS};

    gic_init(board);
    few.value = count = gic_init_cpu(board, &machine.cpus[0]);
    if (count < VGIC_MIN_LRS) {
        stop(&few);
    }
    return count;
}

_Noreturn void boot_main(const void *tree, uint64_t pack, uint64_t el)
{
    struct boot boot;
    const struct mvp_board *board;
    const struct mvp_pack_header *header;
    uint32_t reason = boot_read(tree, &boot);
    uint64_t home;

    quiet_tree = tree;
    require(el == EL2 ? MVP_OK : MVP_ENTRY_NOT_EL2, el >> 2);
    WRITE("vbar_el2", (uint64_t)vectors); /* from here on a fault of ours has words */
    ISB();
    resume(&boot, pack, &reason);
    require(reason, (uint64_t)tree);
    header = judge(&boot);
    board = mvp_pack_entry(header, MVP_TABLE_BOARD, 0);
    require_driver(board);
    open_console(board);
    go_home(tree, &boot, header);
    header = (const void *)boot.pack;
    cpu_init();
    map_own(header);
    board = mvp_pack_entry(header, MVP_TABLE_BOARD, 0);
    home = board->pack_home;
    require(boot_next_move((uint64_t)_head, image_size(), board->window, boot.pack,
                           header->total_size, home) == BOOT_MOVE_CLASH
                ? MVP_ENTRY_HOME_CLASH
                : MVP_OK,
            boot.pack);
    move(boot.pack, home, header->total_size);
    header = (const void *)home;
    board = mvp_pack_entry(header, MVP_TABLE_BOARD, 0);
    require_gic(board);
    require(machine_init(header, list_registers(board)) ? MVP_OK : MVP_MEM_TABLES,
            machine.pool.used);
    run(&boot);
}
