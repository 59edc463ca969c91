/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this build offers to guests, for those who look at the image: the mirror of the note that a
 * guest carries (mvp/abi.h). The words are the build's, from its table of features.
 */
#include <mvp/abi.h>

#include <stddef.h>

#include "note_value.h"
#include "optional.h"

/* Who looks at the image and who calls MVP_CALL_FEATURES (judge_features) must learn the same. */
#define TOLD(bit) ((NOTE_FEATURES & (bit)) != 0)
_Static_assert(TOLD(MVP_FEATURE_MENU) == FEATURE_MENU, "the note tells of the menu");
_Static_assert(TOLD(MVP_FEATURE_PL031) == FEATURE_RTC, "the note tells of the clock");
_Static_assert(TOLD(MVP_FEATURE_FLASH) == FEATURE_FLASH, "the note tells of the flash");
_Static_assert(TOLD(MVP_FEATURE_SMP) == FEATURE_SMP, "the note tells of several CPUs");
_Static_assert(TOLD(MVP_FEATURE_POWER) == FEATURE_POWER, "the note tells of PL061s");
_Static_assert(TOLD(MVP_FEATURE_SMMU) == FEATURE_SMMU, "the note tells of the SMMU");
_Static_assert(TOLD(MVP_FEATURE_VGIC2) == FEATURE_VGIC2, "the note tells of the vGICv2");

struct elf_note {
    uint32_t name_size;
    uint32_t descriptor_size;
    uint32_t type;
    char name[4];
    uint64_t words[12]; /* struct mvp_abi_note */
};

_Static_assert(sizeof(struct mvp_abi_note) == 96, "the layout is fixed for ABI major 1");
_Static_assert(offsetof(struct elf_note, words) == 16, "name and descriptor follow the header");

extern const struct elf_note hypervisor_note;
__attribute__((section(".note.mvp"), aligned(8), used)) const struct elf_note hypervisor_note = {
    .name_size = 4,
    .descriptor_size = sizeof(struct mvp_abi_note),
    .type = MVP_NOTE_TYPE,
    .name = "MVP",
    .words = {NOTE_WORDS},
};
