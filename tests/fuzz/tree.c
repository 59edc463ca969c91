/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of device trees, and what boot_read() takes from one. An input is 8 bytes of choices,
 * then the tree. Its total size is mended, so that nothing but the tree is there to be read; so is
 * the initrd's range, since a boot loader's addresses are of memory that exists.
 */
#include <mvp/core.h>

#include "boot.h"
#include "harness.h"
#include "host.h"

#define PREFIX 8
#define HEADER_SIZE 40
#define INITRD_BASE 0x40000000
#define INITRD_SIZE 1024

enum option { KEEP_SIZE = 1, KEEP_INITRD = 2 };

static struct {
    uint64_t opened;
    uint64_t tokens;
    uint64_t properties;
    uint64_t consoles;
    uint64_t packs;
} seen;

static void say_seen(void)
{
    printf("seen: opened=%llu tokens=%llu properties=%llu consoles=%llu packs=%llu\n",
           (unsigned long long)seen.opened, (unsigned long long)seen.tokens,
           (unsigned long long)seen.properties, (unsigned long long)seen.consoles,
           (unsigned long long)seen.packs);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(say_seen);
}

static void write32(uint8_t *at, uint64_t value)
{
    for (uint32_t n = 0; n < 4; n++) {
        at[n] = (uint8_t)(value >> (24 - 8 * n));
    }
}

static void is_inside(const struct fdt *fdt, const void *start, uint64_t size)
{
    const uint8_t *at = start;

    HOLDS(at >= fdt->data && at <= fdt->data + fdt->size);
    HOLDS(size <= (uint64_t)(fdt->data + fdt->size - at));
}

static void walk(const struct fdt *fdt)
{
    struct fdt_token token = {.next = fdt->structure};
    uint32_t offset;

    do {
        offset = token.next;
        fdt_token(fdt, offset, &token);
        if (token.kind == FDT_NODE || token.kind == FDT_PROPERTY) {
            is_inside(fdt, token.name, strlen(token.name) + 1);
        }
        if (token.kind == FDT_PROPERTY) {
            is_inside(fdt, token.value, token.value_size);
        }
        HOLDS(token.kind == FDT_DAMAGED || token.next > offset);
        seen.tokens++;
    } while (token.kind != FDT_END && token.kind != FDT_DAMAGED);
}

static void look_up(const struct fdt *fdt)
{
    static const char *const paths[] = {
        "/", "/chosen", "/aliases", "/soc/serial@9000000", "/soc/serial", "/a/b/c/d/e/f"};
    static const char *const names[] = {"bootargs", "reg", "compatible", ""};

    for (uint32_t n = 0; n < sizeof paths / sizeof paths[0]; n++) {
        uint32_t node = fdt_node(fdt, paths[n]);

        HOLDS(node == 0 || (node > fdt->structure && node <= ((fdt->structure_end + 3) & ~3U)));
        for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            const uint8_t *value = NULL;
            uint32_t size = 0;

            if (fdt_property(fdt, node, names[i], &value, &size)) {
                is_inside(fdt, value, size);
                seen.properties++;
            }
        }
    }
}

/* An end of the initrd's range as the tree has it, brought into memory that is there. False: it has
 * none that boot_read() would use. */
static bool initrd_end(uint8_t *data, const struct fdt *fdt, const char *name, bool mend,
                       uint64_t *number)
{
    const uint8_t *value;
    uint32_t size;

    if (!fdt_property(fdt, fdt_node(fdt, "/chosen"), name, &value, &size) ||
        !fdt_number(value, size, number)) {
        return false;
    }
    if (mend && *number - INITRD_BASE > INITRD_SIZE) {
        uint8_t *place = data + (value - data);

        *number = INITRD_BASE + *number % (INITRD_SIZE + 1);
        memset(place, 0, size);
        write32(place + size - 4, *number);
    }
    return true;
}

/* Whether all of the range, where boot_read() would look at it, is memory. Mending one end may have
 * changed what the tree says of the other. */
static bool may_be_read(uint8_t *data, const struct fdt *fdt, bool mend)
{
    uint64_t start = 0;
    uint64_t end = 0;

    (void)initrd_end(data, fdt, "linux,initrd-start", mend, &start);
    (void)initrd_end(data, fdt, "linux,initrd-end", mend, &end);
    if (!initrd_end(data, fdt, "linux,initrd-start", false, &start) ||
        !initrd_end(data, fdt, "linux,initrd-end", false, &end) || end <= start || start == 0) {
        return true;
    }
    return start - INITRD_BASE <= INITRD_SIZE && end - INITRD_BASE <= INITRD_SIZE;
}

static void place_pack(uint32_t place)
{
    static uint8_t initrd[INITRD_SIZE] __attribute__((aligned(8)));
    const uint64_t magic = MVP_PACK_MAGIC;

    memset(initrd, 0, sizeof initrd);
    memcpy(initrd + (size_t)4 * place, &magic, sizeof magic);
    host_reset();
    host.memory = initrd;
    host.memory_base = INITRD_BASE;
    host.memory_size = INITRD_SIZE + 8; /* where start is rounded up to, nothing may be read */
}

static void boot(const uint8_t *data)
{
    struct boot found;
    struct uart console;
    uint32_t reason = boot_read(data, &found);

    HOLDS(reason == MVP_OK || reason == MVP_ENTRY_NO_FDT || reason == MVP_ENTRY_NO_INITRD ||
          reason == MVP_PACK_NOT_FOUND);
    if (reason == MVP_OK) {
        HOLDS(found.pack >= INITRD_BASE && found.pack + 8 <= found.pack_limit);
        seen.packs++;
    }
    boot_console(data, &console);
    if (console.base != 0) {
        HOLDS(console.shift <= 3);
        HOLDS(console.width == 1 || console.width == 2 || console.width == 4);
        HOLDS(console.width >> console.shift <= 1);
        seen.consoles++;
    }
}

static void read_tree(uint8_t *data, size_t size, uint32_t options)
{
    struct fdt fdt;
    bool opened = fdt_open(&fdt, data, size);
    uint32_t said =
        (uint32_t)data[4] << 24 | (uint32_t)data[5] << 16 | (uint32_t)data[6] << 8 | data[7];

    if (opened) {
        seen.opened++;
        walk(&fdt);
        look_up(&fdt);
    }
    /* The boot loader's promise: as many bytes as the header says are there. */
    if (said <= size && (!opened || may_be_read(data, &fdt, (options & KEEP_INITRD) == 0))) {
        boot(data);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < PREFIX + HEADER_SIZE) {
        return 0;
    }
    uint8_t *tree = malloc(size - PREFIX);

    HOLDS(tree != NULL);
    memcpy(tree, data + PREFIX, size - PREFIX);
    if ((data[0] & KEEP_SIZE) == 0) {
        write32(tree + 4, size - PREFIX);
    }
    place_pack(data[1] % (INITRD_SIZE / 4 - 1));
    read_tree(tree, size - PREFIX, data[0]);
    free(tree);
    return 0;
}
