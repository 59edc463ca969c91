/* SPDX-License-Identifier: Apache-2.0 */
/* Devicetree Specification 0.4, chapter 5. Numbers in the tree are big-endian, 4-byte aligned. */
#include "fdt.h"

#include <stddef.h>

#define MAGIC 0xd00dfeed
#define HEADER_SIZE 40
#define VERSION 17
#define COMPATIBLE_VERSION 16

/* Tokens, section 5.4.1; those of enum fdt_kind have other numbers. */
#define TOKEN_BEGIN_NODE 1
#define TOKEN_END_NODE 2
#define TOKEN_PROPERTY 3
#define TOKEN_NOP 4
#define TOKEN_END 9

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

#define INLINE static inline __attribute__((always_inline))

/* A cell of the structure block, which is aligned. */
INLINE uint32_t cell(const struct fdt *fdt, uint32_t offset)
{
    return __builtin_bswap32(*(const uint32_t *)(const void *)(fdt->data + offset));
}

static bool is_inside(uint32_t offset, uint32_t length, uint32_t end)
{
    return offset <= end && length <= end - offset;
}

bool fdt_open(struct fdt *fdt, const void *data, uint64_t available)
{
    const uint8_t *at = data;

    if ((uintptr_t)data % 4 != 0 || available < HEADER_SIZE || read32(at) != MAGIC) {
        return false;
    }
    uint32_t size = read32(at + 4);
    uint32_t structure = read32(at + 8);
    uint32_t strings = read32(at + 12);
    uint32_t strings_size = read32(at + 32);
    uint32_t structure_size = read32(at + 36);

    fdt->data = at;
    fdt->size = size;
    fdt->structure = structure;
    fdt->structure_end = structure + structure_size;
    fdt->strings = strings;
    fdt->strings_end = strings + strings_size;
    return size <= available && size < 0x80000000 && read32(at + 20) >= VERSION &&
           read32(at + 24) <= COMPATIBLE_VERSION + 1 && structure % 4 == 0 &&
           is_inside(structure, structure_size, size) && is_inside(strings, strings_size, size) &&
           (strings_size == 0 || at[strings + strings_size - 1] == 0);
}

/* Where the token after a node's name is; 0: the name does not end. Names are padded with NULs to
 * whole cells, so that the last one is the first that has one. */
static uint32_t name_end(const struct fdt *fdt, uint32_t offset)
{
    const uint32_t *cells = (const void *)(fdt->data + offset);
    const uint32_t *end = (const void *)(fdt->data + (fdt->structure_end & ~3U));

    while (cells < end) {
        uint32_t four = *cells++;

        if (((four - 0x01010101) & ~four & 0x80808080) != 0) { /* a byte of it is 0 */
            return (uint32_t)((const uint8_t *)cells - fdt->data);
        }
    }
    return 0;
}

static void node_token(const struct fdt *fdt, uint32_t offset, struct fdt_token *token)
{
    uint32_t end = name_end(fdt, offset);

    if (end != 0) {
        token->kind = FDT_NODE;
        token->name = (const char *)fdt->data + offset;
        token->next = end;
    }
}

/* Where the token after a property is, given what stands behind its number; 0: it is damaged. */
INLINE uint32_t property_end(const struct fdt *fdt, uint32_t offset)
{
    uint32_t size = cell(fdt, offset);

    if (size > fdt->structure_end - offset - 8 || /* its caller has seen these 8 */
        cell(fdt, offset + 4) >= fdt->strings_end - fdt->strings) {
        return 0;
    }
    return (offset + size + 11) & ~3U;
}

static void property_token(const struct fdt *fdt, uint32_t offset, struct fdt_token *token)
{
    uint32_t end = is_inside(offset, 8, fdt->structure_end) ? property_end(fdt, offset) : 0;

    if (end != 0) {
        token->kind = FDT_PROPERTY;
        token->name = (const char *)fdt->data + fdt->strings + cell(fdt, offset + 4);
        token->value = fdt->data + offset + 8; /* the name ends: fdt_open() saw to the last one */
        token->value_size = cell(fdt, offset);
        token->next = end;
    }
}

void fdt_token(const struct fdt *fdt, uint32_t offset, struct fdt_token *token)
{
    uint32_t number = TOKEN_NOP;

    token->kind = FDT_DAMAGED;
    while (number == TOKEN_NOP && offset % 4 == 0 && is_inside(offset, 4, fdt->structure_end)) {
        number = cell(fdt, offset);
        offset += 4;
    }
    token->next = offset;
    if (number == TOKEN_PROPERTY) {
        property_token(fdt, offset, token);
    } else if (number == TOKEN_BEGIN_NODE) {
        node_token(fdt, offset, token);
    } else if (number == TOKEN_END_NODE) {
        token->kind = FDT_NODE_END;
    } else if (number == TOKEN_END) {
        token->kind = FDT_END;
    }
}

static bool is_same(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Does the path's first component name this node? A unit address may be left out. Returns what
 * follows the component and its slash; NULL: it does not. */
static const char *path_step(const char *path, const char *node)
{
    while (*path != 0 && *path != '/' && *path == *node) {
        path++;
        node++;
    }
    if ((*path != 0 && *path != '/') || (*node != 0 && *node != '@')) {
        return NULL;
    }
    return *path == '/' ? path + 1 : path;
}

/* How far the walk is along the path. */
struct search {
    const char *rest; /* of the path, below the nodes matched */
    uint32_t depth;
    uint32_t matched; /* nodes on the way down that the path names */
};

/* False: the search is over, without success. */
static bool enter(struct search *search, const char *node)
{
    const char *rest = search->rest;

    if (search->depth > 0) {
        rest = search->matched == search->depth && *rest != 0 ? path_step(rest, node) : NULL;
    }
    search->depth++;
    if (rest != NULL) {
        search->rest = rest;
        search->matched = search->depth;
    }
    return search->depth <= FDT_DEPTH;
}

/* False: the last node of the path so far ends, so that nothing is left to find. */
static bool leave(struct search *search)
{
    bool goes_on = search->matched < search->depth;

    search->depth -= goes_on ? 1 : 0;
    return goes_on;
}

/* Most tokens are properties of nodes that are not looked for. */
static uint32_t skip_properties(const struct fdt *tree, uint32_t offset)
{
    const struct fdt fdt = *tree; /* in registers */
    uint32_t next = offset;

    do {
        offset = next;
        next = offset + 12 <= fdt.structure_end && cell(&fdt, offset) == TOKEN_PROPERTY
                   ? property_end(&fdt, offset + 4)
                   : 0;
    } while (next != 0);
    return offset;
}

uint32_t fdt_node(const struct fdt *fdt, const char *path)
{
    struct search search = {.rest = path + 1, .depth = 0, .matched = 0};
    struct fdt_token token = {.next = fdt->structure};
    bool goes_on = true;

    while (goes_on) { /* ends: each token lies behind the one before */
        fdt_token(fdt, skip_properties(fdt, token.next), &token);
        if (token.kind == FDT_NODE) {
            goes_on = enter(&search, token.name);
            if (goes_on && search.matched == search.depth && *search.rest == 0) {
                return token.next;
            }
        } else if (token.kind == FDT_NODE_END) {
            goes_on = leave(&search);
        } else {
            goes_on = false;
        }
    }
    return 0;
}

bool fdt_property(const struct fdt *fdt, uint32_t node, const char *name, const uint8_t **value,
                  uint32_t *size)
{
    struct fdt_token token = {.kind = FDT_PROPERTY, .next = node};

    while (node != 0 && token.kind == FDT_PROPERTY) { /* they stand before a node's children */
        fdt_token(fdt, token.next, &token);
        if (token.kind == FDT_PROPERTY && is_same(token.name, name)) {
            *value = token.value;
            *size = token.value_size;
            return true;
        }
    }
    return false;
}

bool fdt_number(const uint8_t *value, uint32_t size, uint64_t *number)
{
    if (size == 4) {
        *number = read32(value);
    } else if (size == 8) {
        *number = (uint64_t)read32(value) << 32 | read32(value + 4);
    }
    return size == 4 || size == 8;
}
