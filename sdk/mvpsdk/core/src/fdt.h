/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds-checked reader of flattened device trees (Devicetree Specification 0.4, chapter 5). Reads
 * what the boot loader left in place; trusts nothing of it.
 */
#ifndef CORE_FDT_H
#define CORE_FDT_H

#include <stdbool.h>
#include <stdint.h>

#define FDT_DEPTH 16 /* nodes within nodes; deeper trees are refused */

struct fdt {
    const uint8_t *data;
    uint32_t size;
    uint32_t structure; /* offsets in data */
    uint32_t structure_end;
    uint32_t strings;
    uint32_t strings_end;
};

/* A token of the structure block. */
enum fdt_kind { FDT_END = 0, FDT_NODE = 1, FDT_NODE_END = 2, FDT_PROPERTY = 3, FDT_DAMAGED = 4 };

struct fdt_token {
    uint32_t kind;
    uint32_t next;        /* offset of the token after this one */
    const char *name;     /* of the node or the property, NUL-terminated inside data */
    const uint8_t *value; /* of the property */
    uint32_t value_size;
};

/* Checks the header against available bytes (pass the most that may be read). data: 4-byte aligned,
 * or it is refused. */
bool fdt_open(struct fdt *fdt, const void *data, uint64_t available);
/* Token at offset (start with fdt->structure); every read is inside the tree. */
void fdt_token(const struct fdt *fdt, uint32_t offset, struct fdt_token *token);
/* Where the properties of a node begin, by its path, such as "/chosen"; unit addresses may be left
 * out. 0: not there, or the tree is damaged before it. */
uint32_t fdt_node(const struct fdt *fdt, const char *path);
/* Property of a node as fdt_node() found it; false: not there or damaged. */
bool fdt_property(const struct fdt *fdt, uint32_t node, const char *name, const uint8_t **value,
                  uint32_t *size);
/* Big-endian number of 4 or 8 bytes; false: another size. */
bool fdt_number(const uint8_t *value, uint32_t size, uint64_t *number);

#endif
