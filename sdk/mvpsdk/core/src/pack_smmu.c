/* SPDX-License-Identifier: Apache-2.0 */
/* The SMMU that holds devices to their partition's memory, and whose their streams are. */
#include <stddef.h>

#include <mvp/abi.h>

#include "judge.h"

/* Each stream is one partition's. */
static bool stream_is_good(struct judge *judge, const struct mvp_smmu *smmu, uint32_t n)
{
    judge->facts.stream = smmu->stream[n];
    judge->facts.stream_partition = smmu->partition[n];
    if (!judge_rules(judge, rules_stream)) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (smmu->stream[i] == smmu->stream[n]) {
            return judge_refuse(judge, MVP_CONFIG_SMMU, smmu->stream[n], i);
        }
    }
    return true;
}

/* Behind the last stream nothing stands. */
static bool streams_are_good(struct judge *judge, const struct mvp_smmu *smmu)
{
    for (uint32_t n = 0; n < MVP_MAX_STREAMS; n++) {
        if (n < smmu->stream_count) {
            if (!stream_is_good(judge, smmu, n)) {
                return false;
            }
        } else if ((smmu->stream[n] | smmu->partition[n]) != 0) {
            return judge_refuse(judge, MVP_CONFIG_SMMU, smmu->stream[n], n);
        }
    }
    return true;
}

bool pack_smmu(struct judge *judge)
{
    uint32_t places = JUDGE_FIXED + judge_count(judge, MVP_TABLE_MEMORY);
    const struct mvp_smmu *smmu;

    if (judge_count(judge, MVP_TABLE_SMMU) == 0) {
        return true;
    }
    smmu = judge_row(judge, MVP_TABLE_SMMU, 0, rules_smmu);
    return smmu != NULL && streams_are_good(judge, smmu) &&
           judge_others(judge, MVP_TABLE_INTERRUPT, judge_count(judge, MVP_TABLE_INTERRUPT),
                        rules_smmu_interrupt) &&
           judge_place(judge, JUDGE_DEVICE, (const void *)&smmu->base, JUDGE_HOMES, places);
}

bool judge_smmu(struct judge *judge, const struct mvp_region *region)
{
    const struct mvp_smmu *smmu;

    if (judge_count(judge, MVP_TABLE_SMMU) == 0) {
        return true;
    }
    smmu = judge_other(judge, MVP_TABLE_SMMU, 0);
    return !range_overlaps(region->pa, region->size, smmu->base, smmu->size) ||
           judge_refuse(judge, MVP_MEM_DEVICE, region->pa, smmu->base);
}
