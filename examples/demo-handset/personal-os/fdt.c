/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads flattened device trees (Devicetree Specification 0.4, chapter 5). Nothing in the tree is
 * trusted: every read is inside the block that the header names, and the blocks inside FDT_MAX.
 */
#include "kernel.h"

#define MAGIC 0xd00dfeed
#define VERSION_NEEDED 16

enum kind { BEGIN = 1, END = 2, PROPERTY = 3, NOTHING = 4, FINISH = 9 };

struct token {
    uint32_t kind;
    uint32_t next; /* offset in the structure block */
    const char *name;
    struct fdt_value value;
};

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Bytes of the string at offset with its NUL; 0: the block ends first. */
static uint32_t string_size(const uint8_t *block, uint32_t size, uint32_t offset)
{
    for (uint32_t at = offset; at < size; at++) {
        if (block[at] == 0) {
            return at - offset + 1;
        }
    }
    return 0;
}

static uint32_t align4(uint32_t offset)
{
    return (offset + 3) & ~3U;
}

static bool read_property(const struct fdt *fdt, uint32_t at, struct token *token)
{
    uint32_t name;

    if (fdt->structure_size - at < 12) {
        return false;
    }
    token->value.size = big_endian(fdt->structure + at + 4);
    name = big_endian(fdt->structure + at + 8);
    if (token->value.size > fdt->structure_size - at - 12 ||
        string_size(fdt->strings, fdt->strings_size, name) == 0) {
        return false;
    }
    token->value.data = fdt->structure + at + 12;
    token->name = (const char *)fdt->strings + name;
    token->next = align4(at + 12 + token->value.size);
    return true;
}

static bool read_begin(const struct fdt *fdt, uint32_t at, struct token *token)
{
    uint32_t size = string_size(fdt->structure, fdt->structure_size, at + 4);

    token->name = (const char *)fdt->structure + at + 4;
    token->next = align4(at + 4 + size);
    return size != 0;
}

/* The token at an offset; FINISH where the tree ends or makes no sense. */
static void read_token(const struct fdt *fdt, uint32_t at, struct token *token)
{
    bool good = true;

    token->kind = FINISH;
    if (at > fdt->structure_size || fdt->structure_size - at < 4) {
        return;
    }
    token->kind = big_endian(fdt->structure + at);
    token->next = at + 4;
    if (token->kind == BEGIN) {
        good = read_begin(fdt, at, token);
    } else if (token->kind == PROPERTY) {
        good = read_property(fdt, at, token);
    } else {
        good = token->kind == END || token->kind == NOTHING;
    }
    if (!good) {
        token->kind = FINISH;
    }
}

bool fdt_open(struct fdt *fdt, const void *data)
{
    const uint8_t *tree = data;
    uint32_t structure = big_endian(tree + 8);
    uint32_t strings = big_endian(tree + 12);

    fdt->structure = tree + structure;
    fdt->structure_size = big_endian(tree + 36);
    fdt->strings = tree + strings;
    fdt->strings_size = big_endian(tree + 32);
    return big_endian(tree) == MAGIC && big_endian(tree + 20) > VERSION_NEEDED &&
           structure <= FDT_MAX && fdt->structure_size <= FDT_MAX - structure &&
           strings <= FDT_MAX && fdt->strings_size <= FDT_MAX - strings;
}

uint32_t fdt_next(const struct fdt *fdt, uint32_t node)
{
    uint32_t at = 0;
    struct token token;

    if (node != FDT_NONE) {
        read_token(fdt, node, &token);
        at = token.next;
    }
    for (read_token(fdt, at, &token); token.kind != FINISH; read_token(fdt, at, &token)) {
        if (token.kind == BEGIN) {
            return at;
        }
        at = token.next;
    }
    return FDT_NONE;
}

const char *fdt_name(const struct fdt *fdt, uint32_t node)
{
    struct token token;

    read_token(fdt, node, &token);
    return token.kind == BEGIN ? token.name : "";
}

struct fdt_value fdt_get(const struct fdt *fdt, uint32_t node, const char *name)
{
    struct fdt_value none = {NULL, 0};
    struct token token;

    read_token(fdt, node, &token);
    if (token.kind != BEGIN) {
        return none;
    }
    for (read_token(fdt, token.next, &token); token.kind == PROPERTY || token.kind == NOTHING;
         read_token(fdt, token.next, &token)) {
        if (token.kind == PROPERTY && text_equal(token.name, name)) {
            return token.value;
        }
    }
    return none;
}

bool fdt_has(const struct fdt *fdt, uint32_t node, const char *name, const char *text)
{
    struct fdt_value list = fdt_get(fdt, node, name);
    uint32_t at = 0;
    uint32_t size = 0;

    for (; at < list.size; at += size) {
        size = string_size(list.data, list.size, at);
        if (size == 0) {
            return false;
        }
        if (text_equal((const char *)list.data + at, text)) {
            return true;
        }
    }
    return false;
}

uint32_t fdt_cell(struct fdt_value value, uint32_t index)
{
    return value.size / 4 > index ? big_endian(value.data + 4 * (size_t)index) : 0;
}
