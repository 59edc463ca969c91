/* SPDX-License-Identifier: Apache-2.0 */
#include "loader.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "console.h"
#include "machine.h"
#include "partition.h"

static const struct mvp_region *region_at(uint32_t index)
{
    return mvp_pack_entry(machine.pack, MVP_TABLE_REGION, index);
}

static const struct mvp_image *image_at(uint32_t index)
{
    return mvp_pack_entry(machine.pack, MVP_TABLE_IMAGE, index);
}

static uint32_t entries(uint32_t table)
{
    const struct mvp_pack_header *header = machine.pack;

    return header->tables[table].count;
}

void loader_begin(struct partition *partition)
{
    partition->loader.phase = LOADER_SCRUB;
    partition->loader.index = 0;
    partition->loader.done = 0;
    sha256_init(&partition->loader.digest);
}

static void next_entry(struct loader *loader)
{
    loader->index++;
    loader->done = 0;
    sha256_init(&loader->digest);
}

static void next_phase(struct loader *loader, enum loader_phase phase)
{
    loader->phase = phase;
    loader->index = 0;
    loader->done = 0;
}

/* What an earlier owner left in RAM is nobody's business; and bss counts on zeros. */
static void scrub(struct partition *partition)
{
    struct loader *loader = &partition->loader;
    const struct mvp_region *region;

    if (loader->index == entries(MVP_TABLE_REGION)) {
        next_phase(loader, LOADER_COPY);
        return;
    }
    region = region_at(loader->index);
    if (region->partition != partition->index || region->kind != MVP_REGION_RAM ||
        loader->done == region->size) {
        next_entry(loader);
        return;
    }
    bytes_zero(arch_memory(region->pa + loader->done), LOADER_SCRUB_STEP);
    arch_cache_clean(region->pa + loader->done, LOADER_SCRUB_STEP);
    loader->done += LOADER_SCRUB_STEP;
}

/* The pack has been judged: the image lies in one RAM region of its partition. */
static uint64_t image_home(const struct mvp_image *image)
{
    const struct mvp_region *region = region_at(0);

    for (uint32_t n = 0; n < entries(MVP_TABLE_REGION); n++) {
        region = region_at(n);
        if (region->partition == image->partition && region->kind == MVP_REGION_RAM &&
            image->load - region->ipa < region->size) {
            break;
        }
    }
    return region->pa + (image->load - region->ipa);
}

static void copy_step(struct loader *loader, const struct mvp_image *image)
{
    const uint8_t *from = (const uint8_t *)machine.pack + image->offset + loader->done;
    uint64_t to = image_home(image) + loader->done;
    uint64_t left = image->size - loader->done;
    uint64_t size = left < LOADER_COPY_STEP ? left : LOADER_COPY_STEP;

    bytes_copy(arch_memory(to), from, size);
    /* The copy is what will run, so the copy is what is hashed. */
    sha256_update(&loader->digest, arch_memory(to), size);
    arch_cache_clean(to, size);
    loader->done += size;
}

static void judge(struct partition *partition, const struct mvp_image *image)
{
    struct loader *loader = &partition->loader;
    uint8_t digest[32];

    sha256_final(&loader->digest, digest);
    if (bytes_equal(digest, image->digest, sizeof digest)) {
        next_entry(loader);
        return;
    }
    loader->phase = LOADER_FAILED;
    partition_crash(partition, MVP_RUN_IMAGE_DIGEST, loader->index, image->load);
}

static void copy(struct partition *partition)
{
    struct loader *loader = &partition->loader;
    const struct mvp_image *image;

    if (loader->index == entries(MVP_TABLE_IMAGE)) {
        loader->phase = LOADER_DONE;
        return;
    }
    image = image_at(loader->index);
    if (image->partition != partition->index) {
        next_entry(loader);
    } else if (loader->done < image->size) {
        copy_step(loader, image);
    } else {
        judge(partition, image);
    }
}

static void run(struct partition *partition)
{
    uint64_t index = partition->index;

    arch_tlb_flush_vm(partition->index + 1);
    partition->counter_offset = arch_time();
    partition->state = MVP_PARTITION_RUNNING;
    vcpu_start(&partition->vcpus[0], partition->config->entry, partition->config->dtb);
    log_values("partition runs index=%", &index);
}

bool loader_step(struct partition *partition)
{
    if (partition->loader.phase == LOADER_SCRUB) {
        scrub(partition);
    } else {
        copy(partition);
    }
    if (partition->loader.phase == LOADER_DONE) {
        run(partition);
    }
    return partition->loader.phase >= LOADER_DONE;
}
