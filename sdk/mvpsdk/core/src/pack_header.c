/* SPDX-License-Identifier: Apache-2.0 */
/* What the header promises and needs, and that its tables lie inside the metadata. */
#include "judge.h"

/* Bytes of an entry and the most entries, by enum mvp_table_id. */
static const uint8_t limits[MVP_TABLE_COUNT][2] = {
    {sizeof(struct mvp_board) / 8, MVP_MAX_BOARDS},
    {sizeof(struct mvp_memory) / 8, MVP_MAX_MEMORY},
    {sizeof(struct mvp_partition) / 8, MVP_MAX_PARTITIONS},
    {sizeof(struct mvp_vcpu) / 8, MVP_MAX_VCPUS},
    {sizeof(struct mvp_region) / 8, MVP_MAX_REGIONS},
    {sizeof(struct mvp_interrupt) / 8, MVP_MAX_INTERRUPTS},
    {sizeof(struct mvp_channel) / 8, MVP_MAX_CHANNELS},
    {sizeof(struct mvp_image) / 8, MVP_MAX_IMAGES},
    {sizeof(struct mvp_smmu) / 8, MVP_MAX_SMMUS},
};

static bool table_is_good(struct judge *judge, const struct mvp_table *table, const uint8_t *limit)
{
    uint64_t meta = judge->header->meta_size;
    uint32_t bytes = limit[0] * 8U;

    uint64_t value = table->zero;
    uint64_t bound = 0;

    if (table->count > limit[1]) {
        value = table->count;
        bound = limit[1];
    } else if (table->stride < bytes || table->stride % 8 != 0) {
        value = table->stride;
        bound = bytes;
    } else if (table->offset < sizeof(*judge->header) || table->offset % 8 != 0 ||
               !range_holds(0, meta, table->offset, (uint64_t)table->count * table->stride)) {
        value = table->offset;
        bound = meta;
    } else if (table->zero == 0) {
        return true;
    }
    return judge_refuse(judge, MVP_PACK_TABLE, value, bound);
}

bool pack_header(struct judge *judge)
{
    if (!judge_rules(judge, rules_header)) {
        return false;
    }
    for (uint32_t id = 0; id < MVP_TABLE_COUNT; id++) {
        judge->table = id;
        if (!table_is_good(judge, &judge->header->tables[id], limits[id])) {
            return false;
        }
    }
    return true;
}
