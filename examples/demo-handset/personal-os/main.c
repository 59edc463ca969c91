/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Personal OS: from the first C function to the first task.
 */
#include "kernel.h"

static void idle_task(void *unused)
{
    (void)unused;
    for (;;) {
        __asm__ volatile("wfi");
    }
}

/* An exception that nothing here should cause. Says what it was, and ends the system. */
void trap_other(const struct frame *frame)
{
    print("\npersonal: unexpected exception: ESR 0x%lx FAR 0x%lx PC 0x%lx\n",
          sysreg_read("esr_el1"), sysreg_read("far_el1"), frame->pc);
    machine_off();
}

void kernel_main(const void *tree)
{
    bool demo;

    if (!machine_read(tree)) {
        machine_off(); /* no console to say it on */
    }
    machine.gic->start();
    console_start();
    demo = text_has_word(machine.arguments, "demo");
    print("Personal OS " VERSION ": %lu MiB at 0x%lx, timer %lu kHz\n", machine.ram_size >> 20,
          machine.ram_base, sysreg_read("cntfrq_el0") / 1000);
    jobs_start(demo ? DEMO_TICKS : 0);
    task_make(demo ? "demo" : "shell", demo ? demo_task : shell_task, NULL);
    task_make("idle", idle_task, NULL);
    task_run();
}
