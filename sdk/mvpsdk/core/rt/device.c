/* SPDX-License-Identifier: Apache-2.0 */
/* The partition's devices, which the planner writes into its device tree by their names. */
#include "rt_internal.h"

/* What is wanted of one node: all there is of it when the next one begins or it ends. */
struct node {
    bool wanted; /* its label is the name */
    struct fdt_token reg;
    struct fdt_token interrupts;
};

static bool is_text(const struct fdt_token *property, const char *text)
{
    return property->value_size != 0 && property->value[property->value_size - 1] == 0 &&
           rt_text_equal((const char *)property->value, text);
}

static void read_property(struct node *node, const struct fdt_token *property, const char *name)
{
    if (rt_text_equal(property->name, "label")) {
        node->wanted = is_text(property, name);
    } else if (rt_text_equal(property->name, "reg")) {
        node->reg = *property;
    } else if (rt_text_equal(property->name, "interrupts")) {
        node->interrupts = *property;
    }
}

bool rt_device(const char *name, struct rt_device *device)
{
    const struct fdt *tree = rt_tree();
    struct node node = {.wanted = false};
    struct fdt_token token;

    for (fdt_token(tree, tree->structure, &token);
         token.kind != FDT_END && token.kind != FDT_DAMAGED; fdt_token(tree, token.next, &token)) {
        if (token.kind == FDT_PROPERTY) {
            read_property(&node, &token, name);
            continue;
        }
        if (node.wanted) {
            break;
        }
        node = (struct node){.wanted = false};
    }
    *device = (struct rt_device){
        .base = rt_property_number(&node.reg, 0, 8),
        .size = rt_property_number(&node.reg, 8, 8),
        .intid = node.interrupts.value_size == 0
                     ? 0
                     : SPI + (uint32_t)rt_property_number(&node.interrupts, 4, 4),
    };
    return node.wanted && device->size != 0;
}
