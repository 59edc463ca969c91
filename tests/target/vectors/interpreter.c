/* SPDX-License-Identifier: Apache-2.0 */
#include "interpreter.h"

#include <stddef.h>

#include <mvp/core.h>

#include "arch.h"
#include "bytes.h"
#include "call.h"
#include "fdt.h"
#include "host.h"
#include "machine.h"
#include "partition.h"
#include "sha256.h"
#include "table.h"

#define POOL_PAGES 32
#define POOL_BASE 0x80000000
#define CALL_WORDS 8
#define FDT_TOKENS 200 /* more than the trees of the vectors have */

static uint64_t digest;
static uint64_t base[MVP_META_MAX / 8];
static uint64_t changed[MVP_META_MAX / 8];
static uint8_t guest_ram[VECTOR_RAM];
static uint64_t pages[POOL_PAGES * 512] __attribute__((aligned(4096)));

void vector_mix(uint64_t value)
{
    digest = (digest ^ value) * 0x9e3779b97f4a7c15;
    digest ^= digest >> 29;
}

static void copy(uint64_t *to, const uint64_t *from, uint64_t words)
{
    for (uint64_t n = 0; n < words; n++) {
        to[n] = from[n];
    }
}

static void mix_bytes(const uint8_t *bytes, uint64_t size)
{
    for (uint64_t n = 0; n < size; n++) {
        vector_mix(bytes[n]);
    }
}

static void judge(const uint64_t *pack, uint64_t available)
{
    struct mvp_verdict verdict;

    vector_mix(mvp_pack_check(pack, available, NULL, &verdict));
    vector_mix((uint64_t)verdict.table << 32 | verdict.index);
    vector_mix((uint64_t)verdict.other_table << 32 | verdict.other_index);
    vector_mix(verdict.value);
    vector_mix(verdict.bound);
}

static void run_base(const uint64_t *words, uint64_t count)
{
    copy(base, words + 1, count - 1);
    judge(base, ((const struct mvp_pack_header *)(const void *)base)->total_size);
}

static void run_pack(const uint64_t *words, uint64_t count)
{
    struct mvp_pack_header *header = (void *)changed;
    uint8_t *bytes = (uint8_t *)changed;

    copy(changed, base, MVP_META_MAX / 8);
    for (uint64_t n = 2; n + 3 <= count; n += 3) {
        for (uint64_t i = 0; i < words[n + 1]; i++) {
            bytes[(words[n] + i) % sizeof changed] = (uint8_t)(words[n + 2] >> 8 * i);
        }
    }
    if (words[1] != 0 && header->meta_size <= MVP_META_MAX) {
        header->checksum = mvp_pack_checksum(changed, header->meta_size);
    }
    judge(changed, words[0]);
}

static struct table_pool empty_pool(uint32_t count)
{
    for (uint64_t n = 0; n < POOL_PAGES * 512; n++) {
        pages[n] = 0;
    }
    return (struct table_pool){pages, POOL_BASE, count, 0};
}

static void run_table(const uint64_t *words, uint64_t count)
{
    struct table_pool pool = empty_pool((uint32_t)words[0]);
    uint64_t root = table_root(&pool);
    uint64_t probes = 2 + 4 * words[1];

    for (const uint64_t *map = words + 2; map < words + probes; map += 4) {
        vector_mix(table_map(&pool, root, map[0], map[1], map[2], map[3]) ? 1 : 0);
        vector_mix(pool.used);
    }
    for (uint64_t n = probes; n < count; n++) {
        uint64_t first = 0;
        uint64_t size = 0;

        vector_mix(table_walk(&pool, root, words[n], &first, &size));
        vector_mix(first);
        vector_mix(size);
    }
    for (uint64_t n = 0; n < pool.used * 512; n++) {
        vector_mix(pages[n]);
    }
}

static uint64_t first_ram(uint64_t partition)
{
    const struct mvp_pack_header *header = (const void *)base;

    for (uint32_t n = 0; n < header->tables[MVP_TABLE_REGION].count; n++) {
        const struct mvp_region *region = mvp_pack_entry(base, MVP_TABLE_REGION, n);

        if (region->partition == partition && region->kind == MVP_REGION_RAM) {
            return region->pa;
        }
    }
    return 0;
}

void vector_boot(uint64_t partition)
{
    uint8_t *bytes = (uint8_t *)&machine;

    for (uint64_t n = 0; n < sizeof machine; n++) {
        bytes[n] = 0;
    }
    host_reset();
    host.memory = guest_ram;
    host.memory_size = sizeof guest_ram;
    machine.pool = empty_pool(POOL_PAGES);
    vector_mix(machine_init(base, host.lr_count) ? 1 : 0);
    host.memory_base = first_ram(partition);
    partition_start(&machine.partitions[partition]);
    machine.partitions[partition].state = MVP_PARTITION_RUNNING;
    machine.partitions[partition].vcpus[0].state = VCPU_READY;
}

static void mix_partition(const struct partition *partition)
{
    vector_mix(partition->state);
    for (uint32_t n = 0; n < partition->vcpu_count; n++) {
        vector_mix(partition->vcpus[n].state);
        vector_mix(partition->vcpus[n].entry);
        vector_mix(partition->vcpus[n].argument);
    }
}

static void run_call(const uint64_t *words, uint64_t count)
{
    struct partition *partition = &machine.partitions[words[0]];

    vector_boot(words[0]);
    for (uint64_t n = 1; n + CALL_WORDS <= count; n += CALL_WORDS) {
        struct vcpu *vcpu = &partition->vcpus[words[n] % partition->vcpu_count];

        copy(vcpu->x, words + n + 1, CALL_WORDS - 1);
        vector_mix(call_dispatch(vcpu));
        for (uint32_t reg = 0; reg < 18; reg++) {
            vector_mix(vcpu->x[reg]);
        }
        mix_partition(partition);
    }
    mix_bytes(host.sent, host.sent_count);
}

static void run_sha256(const uint64_t *words)
{
    const uint8_t *bytes = (const uint8_t *)(words + 2);
    uint8_t sum[SHA256_DIGEST];

    mvp_sha256(bytes, words[0], sum);
    mix_bytes(sum, sizeof sum);
}

static void run_fdt(const uint64_t *words)
{
    struct fdt fdt;
    struct fdt_token token = {.kind = FDT_NODE};
    const uint8_t *value;
    uint32_t size;

    if (!fdt_open(&fdt, words + 1, words[0])) {
        return;
    }
    token.next = fdt.structure;
    for (uint32_t n = 0; n < FDT_TOKENS && token.kind != FDT_END && token.kind != FDT_DAMAGED;
         n++) {
        fdt_token(&fdt, token.next, &token);
        vector_mix((uint64_t)token.kind << 32 | token.next);
        if (token.kind == FDT_PROPERTY) {
            mix_bytes(token.value, token.value_size);
        }
    }
    if (fdt_property(&fdt, fdt_node(&fdt, "/chosen"), "bootargs", &value, &size)) {
        mix_bytes(value, size);
    }
}

static void run_bytes(const uint64_t *words)
{
    static uint8_t room[BYTES_ROOM] __attribute__((aligned(16)));

    for (uint32_t n = 0; n < BYTES_ROOM; n++) {
        room[n] = (uint8_t)(n ^ n >> 8 ^ 0x5a);
    }
    bytes_copy(room + words[1], room + words[0], words[2]);
    vector_mix(bytes_equal(room + words[1], room + words[0], words[2]) ? 1 : 0);
    bytes_zero(room + words[3], words[4]);
    mix_bytes(room, BYTES_ROOM);
}

static void run_record(uint64_t group, const uint64_t *words, uint64_t count)
{
    switch (group) {
    case VECTOR_BASE:
        run_base(words, count);
        break;
    case VECTOR_PACK:
        run_pack(words, count);
        break;
    case VECTOR_TABLE:
        run_table(words, count);
        break;
    case VECTOR_VGIC:
        vector_vgic(words, count);
        break;
    case VECTOR_CALL:
        run_call(words, count);
        break;
    case VECTOR_SHA256:
        run_sha256(words);
        break;
    case VECTOR_CHECKSUM:
        vector_mix(mvp_checksum(words + 1, words[0]));
        break;
    case VECTOR_BYTES:
        run_bytes(words);
        break;
    default:
        run_fdt(words);
        break;
    }
}

uint64_t vectors_run(const uint64_t *list, uint64_t *answers)
{
    const uint64_t *record = list + 1;

    for (uint64_t n = 0; n < list[0]; n++) {
        digest = record[0];
        run_record(record[0], record + 2, record[1]);
        answers[n] = digest;
        record += 2 + record[1];
    }
    return list[0];
}
