/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's memory, read on its behalf. */
#include <stddef.h>

#include "arch.h"
#include "bytes.h"
#include "guest.h"
#include "machine.h"

static const struct mvp_region *ram_at(const struct vcpu *vcpu, uint64_t ipa, uint64_t size)
{
    const struct mvp_pack_header *header = machine.pack;

    for (uint32_t n = 0; n < header->tables[MVP_TABLE_REGION].count; n++) {
        const struct mvp_region *region = mvp_pack_entry(machine.pack, MVP_TABLE_REGION, n);

        if (region->partition == vcpu->partition->index && region->kind == MVP_REGION_RAM &&
            ipa - region->ipa < region->size && size <= region->size - (ipa - region->ipa)) {
            return region;
        }
    }
    return NULL;
}

bool guest_read(struct vcpu *vcpu, uint64_t ipa, void *to, uint32_t size)
{
    const struct mvp_region *region = ram_at(vcpu, ipa, size);

    if (region == NULL) {
        return false;
    }
    bytes_copy(to, arch_memory(region->pa + (ipa - region->ipa)), size);
    return true;
}
