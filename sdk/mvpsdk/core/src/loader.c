/* SPDX-License-Identifier: Apache-2.0 */
#include "loader.h"

#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "console.h"
#include "flash.h"
#include "machine.h"
#include "optional.h"
#include "partition.h"

static const struct mvp_region *region_at(uint32_t index)
{
    return mvp_pack_entry(machine.pack, MVP_TABLE_REGION, index);
}

static uint32_t entries(uint32_t table)
{
    const struct mvp_pack_header *header = machine.pack;

    return header->tables[table].count;
}

static bool is_delegated(const struct partition *partition)
{
    return FEATURE_DELEGATE != 0 && partition->config->delegate != 0;
}

/* Of all partitions, in the pack; or of a part, its own. */
static const struct mvp_image *image_at(const struct partition *partition, uint32_t index)
{
#if FEATURE_DELEGATE
    if (is_delegated(partition)) {
        return &partition->part.copy.header.images[index];
    }
#endif
    (void)partition;
    return mvp_pack_entry(machine.pack, MVP_TABLE_IMAGE, index);
}

static uint32_t images(const struct partition *partition)
{
#if FEATURE_DELEGATE
    if (is_delegated(partition)) {
        return partition->part.copy.header.image_count;
    }
#endif
    (void)partition;
    return entries(MVP_TABLE_IMAGE);
}

/* Where the images' offsets are from. */
static const uint8_t *source_of(const struct loader *loader)
{
#if FEATURE_DELEGATE
    return loader->source;
#else
    (void)loader;
    return machine.pack;
#endif
}

void loader_begin(struct partition *partition)
{
    partition->loader.phase = LOADER_RESET;
#if FEATURE_DELEGATE
    partition->loader.source = machine.pack;
    if (is_delegated(partition)) {
        const struct mvp_delegate *delegate = mvp_pack_delegate(machine.pack, partition->index);

        partition->part.pack = machine.pack;
        partition->part.partition = partition->index;
        partition->loader.source = arch_memory(delegate->home);
        part_begin(&partition->part, partition->loader.source, delegate->room, delegate);
    }
#endif
}

static void begin_entry(struct loader *loader, uint32_t index)
{
    loader->index = index;
    loader->done = 0;
    sha256_init(&loader->digest);
}

static void next_entry(struct loader *loader)
{
    begin_entry(loader, loader->index + 1);
}

static void next_phase(struct loader *loader, enum loader_phase phase)
{
    loader->phase = phase;
    begin_entry(loader, 0);
}

/* As memory, what a bank of flash holds is RAM. */
static uint32_t kind_of(const struct mvp_region *region)
{
    return FEATURE_FLASH != 0 && region->kind == MVP_REGION_FLASH ? MVP_REGION_RAM : region->kind;
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
    if (region->partition != partition->index || kind_of(region) != MVP_REGION_RAM ||
        loader->done == region->size) {
        next_entry(loader);
        return;
    }
    if (FEATURE_FLASH != 0 && region->kind == MVP_REGION_FLASH) {
        flash_erase_step(region->pa + loader->done);
        loader->done += FLASH_ERASE_STEP;
        return;
    }
    bytes_zero(arch_memory(region->pa + loader->done), LOADER_SCRUB_STEP);
    arch_cache_clean(region->pa + loader->done, LOADER_SCRUB_STEP);
    loader->done += LOADER_SCRUB_STEP;
}

/* The pack has been judged: the image lies in one region of its partition. */
static uint64_t image_home(const struct mvp_image *image)
{
    const struct mvp_region *region = region_at(0);

    for (uint32_t n = 0; n < entries(MVP_TABLE_REGION); n++) {
        region = region_at(n);
        if (region->partition == image->partition && kind_of(region) == MVP_REGION_RAM &&
            image->load - region->ipa < region->size) {
            break;
        }
    }
    return region->pa + (image->load - region->ipa);
}

/* The block that is hashed next comes to its place first: the copy is what will run, so the copy is
 * what is hashed. */
static void copy_block(struct loader *loader, const struct mvp_image *image)
{
    const uint8_t *from = source_of(loader) + image->offset + loader->done;
    uint64_t left = image->size - loader->done;
    uint64_t size = left < LOADER_COPY_STEP ? left : LOADER_COPY_STEP;

    bytes_copy(arch_memory(loader->home + loader->done), from, size);
    arch_cache_clean(loader->home + loader->done, size);
    loader->done += size;
}

static void judge(struct partition *partition)
{
    struct loader *loader = &partition->loader;
    const struct mvp_image *image = image_at(partition, loader->index);
    uint32_t reason = is_delegated(partition) ? MVP_PART_DIGEST : MVP_RUN_IMAGE_DIGEST;
    uint8_t digest[SHA256_DIGEST];

    sha256_digest(&loader->digest, digest);
    if (bytes_equal(digest, image->digest, sizeof digest)) {
        loader->phase = LOADER_COPY;
        next_entry(loader);
        return;
    }
    loader->phase = LOADER_FAILED;
    partition_crash(partition, reason, loader->index, image->load);
}

static void copy_step(struct loader *loader, const struct mvp_image *image)
{
    if (loader->digest.half == 0) {
        loader->home = image_home(image);
    }
    if (loader->digest.half % 2 == 0) {
        copy_block(loader, image);
    }
    if (sha256_step(&loader->digest, arch_memory(loader->home), image->size)) {
        loader->phase = LOADER_JUDGE;
    }
}

static void copy(struct partition *partition)
{
    struct loader *loader = &partition->loader;
    const struct mvp_image *image;

    if (loader->index == images(partition)) {
        loader->phase = LOADER_DONE;
        return;
    }
    image = image_at(partition, loader->index);
    if (image->partition != partition->index) {
        next_entry(loader);
    } else {
        copy_step(loader, image);
    }
}

static void enter(struct partition *partition)
{
#if FEATURE_DELEGATE
    if (is_delegated(partition)) {
        const struct mvp_part_header *header = &partition->part.copy.header;

        vcpu_start(&partition->vcpus[0], header->entry, header->dtb);
        return;
    }
#endif
    vcpu_start(&partition->vcpus[0], partition->config->entry, partition->config->dtb);
}

static void run(struct partition *partition)
{
    uint64_t index = partition->index;

    arch_tlb_flush_vm(partition->index + 1);
    partition->counter_offset = arch_time();
    partition->state = MVP_PARTITION_RUNNING;
    enter(partition);
    log_values("partition runs index=%", &index);
}

/* False: its part is still being judged, or is refused. Nothing of it has been looked at before,
 * and nothing of another's RAM been scrubbed for it. */
static bool may_load(struct partition *partition)
{
#if FEATURE_DELEGATE
    struct part *part = &partition->part;

    if (is_delegated(partition) && part->phase != PART_GOOD) {
        if (part_step(part) && part->phase == PART_REFUSED) {
            partition->loader.phase = LOADER_FAILED;
            partition_refuse(partition, &part->verdict);
        }
        return false;
    }
#endif
    (void)partition;
    return true;
}

bool loader_step(struct partition *partition)
{
    switch (partition->loader.phase) {
    case LOADER_RESET:
        partition_reset(partition);
        next_phase(&partition->loader, LOADER_SCRUB);
        break;
    case LOADER_SCRUB:
        if (may_load(partition)) {
            scrub(partition);
        }
        break;
    case LOADER_COPY:
        copy(partition);
        break;
    default:
        judge(partition);
        break;
    }
    if (partition->loader.phase == LOADER_DONE) {
        run(partition);
    }
    return partition->loader.phase >= LOADER_DONE;
}
