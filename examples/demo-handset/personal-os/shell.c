/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console menu: one key, one answer.
 */
#include "kernel.h"
#include "layout.h"

static void show_tasks(void)
{
    const struct task *task;

    for (uint32_t rank = 0; (task = task_at(rank)) != NULL; rank++) {
        print("  %lu  %-8s %8lu ms of CPU\n", (uint64_t)rank, task->name,
              time_milliseconds(task->cpu));
    }
    for (uint32_t n = 0; n < JOBS; n++) {
        print("  %-8s every %3lu ms: %6lu ticks, %lu late; %lu %s\n", jobs[n].name, jobs[n].period,
              jobs[n].ticks, jobs[n].late, jobs[n].result, jobs[n].unit);
    }
}

static void show_uptime(void)
{
    uint64_t milliseconds = time_milliseconds(time_now());

    print("  up %lu.%lu s", milliseconds / 1000, milliseconds / 100 % 10);
    if (machine.rtc != 0) {
        uint64_t day = reg_read(machine.rtc) % 86400;

        print(", time of day %lu:%lu%lu UTC", day / 3600, day / 600 % 6, day / 60 % 10);
    }
    print("\n");
}

static void show_memory(void)
{
    print("  RAM    %lu MiB at 0x%lx\n", machine.ram_size >> 20, machine.ram_base);
    print("  system 2 MiB at 0x%lx, seen at 0x%lx\n", mmu_image(), (uint64_t)KERNEL_BASE);
}

static void answer(char key)
{
    switch (key) {
    case 't':
        show_tasks();
        break;
    case 'u':
        show_uptime();
        break;
    case 'm':
        show_memory();
        break;
    case 'o':
        print("  power off\n");
        machine_off();
    default:
        print("  t tasks, u uptime, m memory, o power off\n");
        break;
    }
}

void shell_task(void *unused)
{
    (void)unused;
    answer('?');
    for (;;) {
        char key;

        print("personal> ");
        key = console_get();
        print("%c\n", key >= ' ' && key <= '~' ? key : ' ');
        answer(key);
    }
}
