/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a device tree many times, spoiled in other places each time, with the personal OS's reader.
 * The tree stands at the end of an allocation of just FDT_MAX bytes, so that ASan sees the first
 * read outside. Prints how many trees opened and how many nodes were seen in all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static uint64_t state = 1;

bool text_equal(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static uint32_t any(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
    return (uint32_t)(state >> 33) % limit;
}

static uint32_t walk(const uint8_t *tree)
{
    static const char *const names[] = {"reg", "interrupts", "compatible", "bootargs"};
    struct fdt fdt;
    uint32_t nodes = 0;
    uint32_t sum = 0;

    if (!fdt_open(&fdt, tree)) {
        return 0;
    }
    for (uint32_t node = fdt_next(&fdt, FDT_NONE); node != FDT_NONE; node = fdt_next(&fdt, node)) {
        for (uint32_t n = 0; n < 4; n++) {
            struct fdt_value value = fdt_get(&fdt, node, names[n]);

            sum += fdt_cell(value, any(4)) + fdt_has(&fdt, node, names[n], "arm,pl011");
        }
        sum += (uint32_t)strlen(fdt_name(&fdt, node));
        nodes++;
    }
    return nodes + (sum == 0);
}

int main(int count, char **arguments)
{
    uint8_t *good = calloc(1, FDT_MAX);
    uint8_t *tree = malloc(FDT_MAX);
    FILE *file = fopen(arguments[1], "rb");
    uint32_t used = 8192; /* of QEMU's tree; the rest of its file is padding */
    uint64_t nodes = 0;
    uint32_t opened = 0;

    if (count != 3 || file == NULL || fread(good, 1, FDT_MAX, file) < used) {
        return 2;
    }
    memcpy(tree, good, FDT_MAX);
    for (int round = atoi(arguments[2]); round > 0; round--) {
        uint32_t seen;

        memcpy(tree, good, used);
        for (uint32_t n = any(6); n > 0; n--) {
            tree[any(used)] = (uint8_t)any(256);
        }
        if (round % 4 == 0) {
            tree[any(40)] ^= (uint8_t)(1 << any(8));
        }
        seen = walk(tree);
        nodes += seen;
        opened += seen > 0;
    }
    printf("%u %lu\n", opened, nodes);
    fclose(file);
    free(good);
    free(tree);
    return 0;
}
