/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the machine in its device tree: nothing about addresses or interrupts is built in.
 */
#include "kernel.h"
#include "layout.h"

#define PSCI_SYSTEM_OFF 0x84000008
#define SPI 32 /* first INTID of shared peripheral interrupts */
#define PPI 16

struct machine machine = {.arguments = ""};

/* Address (pair 0) or size (pair 1) of reg's entry; two cells each, as /#address-cells says. */
static uint64_t pair(struct fdt_value reg, uint32_t index)
{
    return (uint64_t)fdt_cell(reg, 2 * index) << 32 | fdt_cell(reg, 2 * index + 1);
}

/* Interrupts are <type number flags>; type 1 is private to the CPU. */
static uint32_t intid(struct fdt_value interrupts, uint32_t index)
{
    uint32_t first = fdt_cell(interrupts, 3 * index) == 1 ? PPI : SPI;

    return first + fdt_cell(interrupts, 3 * index + 1);
}

static void read_chosen(struct fdt_value arguments)
{
    if (arguments.size > 0 && arguments.data[arguments.size - 1] == 0) {
        machine.arguments = (const char *)arguments.data;
    }
}

static void read_node(const struct fdt *fdt, uint32_t node)
{
    struct fdt_value reg = fdt_get(fdt, node, "reg");
    struct fdt_value interrupts = fdt_get(fdt, node, "interrupts");

    if (fdt_has(fdt, node, "device_type", "memory") && machine.ram_size == 0) {
        machine.ram_base = pair(reg, 0);
        machine.ram_size = pair(reg, 1);
    } else if (machine.gic == NULL && gic_find(fdt, node) != NULL) {
        machine.gic = gic_find(fdt, node);
        machine.distributor = mmu_device(pair(reg, 0));
        machine.cpu_frame = mmu_device(pair(reg, 2));
    } else if (fdt_has(fdt, node, "compatible", "arm,pl011") && machine.uart == 0) {
        machine.uart = mmu_device(pair(reg, 0));
        machine.uart_intid = intid(interrupts, 0);
    } else if (fdt_has(fdt, node, "compatible", "arm,pl031")) {
        machine.rtc = mmu_device(pair(reg, 0));
    } else if (fdt_has(fdt, node, "compatible", "arm,armv8-timer")) {
        machine.timer_intid = intid(interrupts, 2); /* secure, non-secure, virtual, hypervisor */
    } else if (fdt_has(fdt, node, "compatible", "arm,psci-0.2") ||
               fdt_has(fdt, node, "compatible", "arm,psci-1.0")) {
        machine.psci_by_smc = fdt_has(fdt, node, "method", "smc");
    } else if (text_equal(fdt_name(fdt, node), "chosen")) {
        read_chosen(fdt_get(fdt, node, "bootargs"));
    }
}

bool machine_read(const void *tree)
{
    struct fdt fdt;
    uint32_t root;

    if (!fdt_open(&fdt, tree)) {
        return false;
    }
    root = fdt_next(&fdt, FDT_NONE);
    if (fdt_cell(fdt_get(&fdt, root, "#address-cells"), 0) != 2 ||
        fdt_cell(fdt_get(&fdt, root, "#size-cells"), 0) != 2) {
        return false;
    }
    for (uint32_t node = fdt_next(&fdt, root); node != FDT_NONE; node = fdt_next(&fdt, node)) {
        read_node(&fdt, node);
    }
    mmu_ram(machine.ram_base, machine.ram_size);
    return machine.ram_size != 0 && machine.distributor != 0 && machine.cpu_frame != 0 &&
           machine.uart != 0 && machine.timer_intid != 0;
}

void machine_off(void)
{
    (machine.psci_by_smc ? psci_smc : psci_hvc)(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;) {
        __asm__ volatile("wfi");
    }
}
