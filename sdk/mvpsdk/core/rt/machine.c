/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine, read from the device tree in one pass. A node's properties come before its children,
 * so a node is complete when the next one begins or it ends.
 */
#include "rt_internal.h"

#define FDT_MAX 0x10000 /* the planner keeps the last 64 KiB of the RAM for the tree */
#define VIRTUAL_TIMER 2 /* third of secure, non-secure, virtual, hypervisor */

/* What is wanted of one node. */
struct node {
    bool memory;
    bool timer;
    uint32_t gic; /* its version; 0: the node is none */
    struct fdt_token reg;
    struct fdt_token interrupts;
};

static struct rt_machine machine;
static struct fdt tree;

const struct rt_machine *rt_machine(void)
{
    return &machine;
}

const struct fdt *rt_tree(void)
{
    return &tree;
}

bool rt_text_equal(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Is text one of the strings in that property? */
static bool lists(const struct fdt_token *property, const char *text)
{
    uint32_t at = 0;

    if (property->value_size == 0 || property->value[property->value_size - 1] != 0) {
        return false;
    }
    while (at < property->value_size) {
        if (rt_text_equal((const char *)property->value + at, text)) {
            return true;
        }
        while (property->value[at] != 0) {
            at++;
        }
        at++;
    }
    return false;
}

uint64_t rt_property_number(const struct fdt_token *property, uint32_t offset, uint32_t size)
{
    uint64_t value = 0;

    if (property->value_size < offset + size ||
        !fdt_number(property->value + offset, size, &value)) {
        return 0;
    }
    return value;
}

/* Version of the GIC that a compatible property names; 0: none that we know. */
static uint32_t gic_version(const struct fdt_token *property)
{
    if (lists(property, "arm,gic-v3")) {
        return 3;
    }
    return lists(property, "arm,cortex-a15-gic") || lists(property, "arm,gic-400") ? 2 : 0;
}

static void read_property(struct node *node, const struct fdt_token *property)
{
    if (rt_text_equal(property->name, "device_type")) {
        node->memory = lists(property, "memory");
    } else if (rt_text_equal(property->name, "compatible")) {
        node->gic = gic_version(property);
        node->timer = lists(property, "arm,armv8-timer");
    } else if (rt_text_equal(property->name, "reg")) {
        node->reg = *property;
    } else if (rt_text_equal(property->name, "interrupts")) {
        node->interrupts = *property;
    }
}

/* Addresses and sizes take two cells, interrupts three: <type number flags>. */
static void finish_node(struct node *node)
{
    if (node->memory && machine.ram_size == 0) {
        machine.ram_base = rt_property_number(&node->reg, 0, 8);
        machine.ram_size = rt_property_number(&node->reg, 8, 8);
    }
    if (node->gic != 0) {
        uint64_t second = rt_property_number(&node->reg, 16, 8);

        machine.distributor = rt_property_number(&node->reg, 0, 8);
        machine.redistributor = node->gic == 3 ? second : 0;
        machine.cpu_interface = node->gic == 2 ? second : 0;
    }
    if (node->timer) {
        uint32_t at = VIRTUAL_TIMER * 12;
        uint32_t first = rt_property_number(&node->interrupts, at, 4) == 1 ? PPI : SPI;

        machine.timer_intid = first + (uint32_t)rt_property_number(&node->interrupts, at + 4, 4);
    }
    *node = (struct node){.memory = false};
}

bool rt_machine_read(const void *blob)
{
    struct fdt_token token;
    struct node node = {.memory = false};

    if (!fdt_open(&tree, blob, FDT_MAX)) {
        return false;
    }
    for (fdt_token(&tree, tree.structure, &token);
         token.kind != FDT_END && token.kind != FDT_DAMAGED; fdt_token(&tree, token.next, &token)) {
        if (token.kind == FDT_PROPERTY) {
            read_property(&node, &token);
        } else {
            finish_node(&node);
        }
    }
    return token.kind == FDT_END && machine.ram_size != 0 && machine.distributor != 0 &&
           (machine.redistributor | machine.cpu_interface) != 0 && machine.timer_intid >= PPI;
}
