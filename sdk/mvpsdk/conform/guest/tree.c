/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the device tree says, read in one pass: a node's properties come before its children, so a
 * node is complete when the next one begins or it ends.
 */
#include "conform.h"

#include "../../core/src/fdt.h"

#define FDT_MAX 0x10000
#define SPI_FIRST 32

struct tree tree;

struct node {
    bool memory;
    bool cpu;
    bool timer;
    bool psci;
    bool pl011;
    bool pl031;
    bool pl061;
    bool keys;
    bool virtio;
    uint32_t gic;
    struct fdt_token reg;
    struct fdt_token interrupts;
};

static bool equal(const char *a, const char *b)
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
        if (equal((const char *)property->value + at, text)) {
            return true;
        }
        while (property->value[at] != 0) {
            at++;
        }
        at++;
    }
    return false;
}

static uint64_t number(const struct fdt_token *property, uint32_t offset, uint32_t size)
{
    uint64_t value = 0;

    if (property->value_size < offset + size ||
        !fdt_number(property->value + offset, size, &value)) {
        return 0;
    }
    return value;
}

static void compatible(struct node *node, const struct fdt_token *property)
{
    node->timer = lists(property, "arm,armv8-timer");
    node->pl011 = lists(property, "arm,pl011");
    node->pl031 = lists(property, "arm,pl031");
    node->pl061 = lists(property, "arm,pl061");
    node->keys = lists(property, "gpio-keys");
    node->virtio = lists(property, "virtio,mmio");
    if (lists(property, "arm,gic-v3")) {
        node->gic = 3;
    } else if (lists(property, "arm,cortex-a15-gic") || lists(property, "arm,gic-400")) {
        node->gic = 2;
    }
    if (lists(property, "arm,psci-0.2")) {
        node->psci = true;
        tree.psci_1_0 = lists(property, "arm,psci-1.0");
    }
}

static bool begins(const uint8_t *text, const uint8_t *end, const char *word)
{
    for (; *word != 0; word++, text++) {
        if (text == end || *text != (uint8_t)*word) {
            return false;
        }
    }
    return true;
}

/* "pace=N" and "only=NAME" of the command line; its end is a NUL. */
static void arguments(const struct fdt_token *property)
{
    const uint8_t *end = property->value + property->value_size;

    for (const uint8_t *at = property->value; at != end; at++) {
        if (begins(at, end, "only=")) {
            tree.only = (const char *)at + 5;
        } else if (begins(at, end, "pace=")) {
            tree.pace = 0;
            for (at += 5; *at >= '0' && *at <= '9'; at++) {
                tree.pace = 10 * tree.pace + (uint32_t)*at - '0';
            }
        }
    }
}

static void property(struct node *node, const struct fdt_token *property)
{
    if (equal(property->name, "device_type")) {
        node->memory = lists(property, "memory");
        node->cpu = lists(property, "cpu");
    } else if (equal(property->name, "compatible")) {
        compatible(node, property);
    } else if (equal(property->name, "reg")) {
        node->reg = *property;
    } else if (equal(property->name, "interrupts")) {
        node->interrupts = *property;
    } else if (equal(property->name, "method")) {
        tree.psci_hvc = lists(property, "hvc");
    } else if (equal(property->name, "clock-frequency") && node->timer) {
        tree.timer_frequency = (uint32_t)number(property, 0, 4);
    } else if (equal(property->name, "enable-method")) {
        tree.cpu_by_psci += lists(property, "psci") ? 1 : 0;
    } else if (equal(property->name, "bootargs") && property->value_size != 0 &&
               property->value[property->value_size - 1] == 0) {
        arguments(property);
    }
}

static void device(struct device *device, const struct node *node)
{
    device->there = true;
    device->base = number(&node->reg, 0, 8);
    device->size = number(&node->reg, 8, 8);
    device->intid = (uint32_t)number(&node->interrupts, 4, 4) + SPI_FIRST;
    device->flags = (uint32_t)number(&node->interrupts, 8, 4);
}

static void machine(const struct node *node)
{
    if (node->memory) {
        tree.memories++;
        tree.ram_base = number(&node->reg, 0, 8);
        tree.ram_size = number(&node->reg, 8, 8);
    }
    if (node->cpu && tree.cpu_count < CPUS_MAX) {
        tree.cpu_reg[tree.cpu_count] = (uint32_t)number(&node->reg, 0, node->reg.value_size);
        tree.cpu_count++;
    }
    if (node->gic != 0) {
        tree.gic = node->gic;
        for (uint32_t n = 0; n < 2; n++) {
            tree.gic_base[n] = number(&node->reg, 16 * n, 8);
            tree.gic_size[n] = number(&node->reg, 16 * n + 8, 8);
        }
    }
    for (uint32_t n = 0; n < 4 && node->timer; n++) {
        tree.timer_kind[n] = (uint32_t)number(&node->interrupts, 12 * n, 4);
        tree.timer_ppi[n] = (uint32_t)number(&node->interrupts, 12 * n + 4, 4);
    }
}

static void finish(struct node *node)
{
    machine(node);
    if (node->pl011) {
        device(&tree.uart, node);
    } else if (node->pl031) {
        device(&tree.rtc, node);
    } else if (node->pl061) {
        device(&tree.gpio, node);
    } else if (node->keys) {
        tree.power_key = true;
    } else if (node->virtio) {
        uint64_t base = number(&node->reg, 0, 8);

        tree.virtio_base =
            tree.virtio_count == 0 || base < tree.virtio_base ? base : tree.virtio_base;
        tree.virtio_count++;
    }
    *node = (struct node){.memory = false};
}

bool tree_read(const void *blob)
{
    struct fdt fdt;
    struct fdt_token token;
    struct node node = {.memory = false};

    if (!fdt_open(&fdt, blob, FDT_MAX)) {
        return false;
    }
    for (fdt_token(&fdt, fdt.structure, &token); token.kind != FDT_END && token.kind != FDT_DAMAGED;
         fdt_token(&fdt, token.next, &token)) {
        if (token.kind == FDT_PROPERTY) {
            property(&node, &token);
        } else {
            finish(&node);
        }
    }
    return token.kind == FDT_END && tree.gic != 0 && tree.cpu_count != 0;
}
