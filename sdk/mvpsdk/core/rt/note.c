/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image's ABI note (mvp/abi.h): what it needs of the hypervisor. An ELF note, and at the
 * same time a block that can be found by its magic in a raw image.
 *
 * What the runtime library needs stands here. Who needs more, or does without the library, says so
 * in a header mvp_needs.h of their own: MVP_NEEDS_FEATURES and MVP_NEEDS_CALLS.
 */
#include <mvp/abi.h>

#include <stddef.h>

#include "note_value.h" /* made by the build: NOTE_LAYOUTS and the sum of their words */

#if __has_include("mvp_needs.h")
#include "mvp_needs.h"
#endif

#ifndef MVP_NEEDS_FEATURES
#define MVP_NEEDS_FEATURES MVP_FEATURE_CONSOLE
#endif
#ifndef MVP_NEEDS_CALLS /* bit n is call 0xc6008000 + n: console write, partition info and state \
                         */
#define MVP_NEEDS_CALLS 0xe
#endif

#define FEATURES ((uint64_t)(MVP_NEEDS_FEATURES))
#define CALLS ((uint64_t)(MVP_NEEDS_CALLS))
#define ANYWHERE 0xffffffffffffffffUL
#define VGIC_2_OR_3 (1U << 2 | 1U << 3)
#define PAGES_4K 1U
#define HVC 1U

struct elf_note {
    uint32_t name_size;
    uint32_t descriptor_size;
    uint32_t type;
    char name[4];
    struct mvp_abi_note abi;
};

_Static_assert(sizeof(struct mvp_abi_note) == 96, "the layout is fixed for ABI major 1");
_Static_assert(offsetof(struct elf_note, abi) == 16, "name and descriptor follow the header");

/* Low half of Fletcher-64 (mvp_checksum): the sum of the block's words modulo 2^32 - 1. Words that
 * are zero are left out. */
#define HALVES(value) (((value)&0xffffffffUL) + ((value) >> 32))
#define SIZE_ROLE_CONDUITS \
    (sizeof(struct mvp_abi_note) | MVP_NOTE_ROLE_GUEST << 16 | (uint64_t)HVC << 24)
#define VERSION (MVP_ABI_MAJOR | (uint64_t)MVP_ABI_MINOR << 16)
#define SUM                                                                               \
    (HALVES((uint64_t)MVP_NOTE_MAGIC) + SIZE_ROLE_CONDUITS + VERSION + HALVES(FEATURES) + \
     HALVES(CALLS) + VGIC_2_OR_3 + PAGES_4K + HALVES(ANYWHERE) + NOTE_LAYOUTS_SUM)

extern const struct elf_note rt_note;
__attribute__((section(".note.mvp"), aligned(8), used)) const struct elf_note rt_note = {
    .name_size = 4,
    .descriptor_size = sizeof(struct mvp_abi_note),
    .type = MVP_NOTE_TYPE,
    .name = "MVP",
    .abi =
        {
            .magic = MVP_NOTE_MAGIC,
            .size = sizeof(struct mvp_abi_note),
            .role = MVP_NOTE_ROLE_GUEST,
            .psci_conduits = HVC,
            .abi_major = MVP_ABI_MAJOR,
            .abi_minor = MVP_ABI_MINOR,
            .features = FEATURES,
            .calls = CALLS,
            .vgic_versions = VGIC_2_OR_3,
            .page_sizes = PAGES_4K,
            .linked_ipa = ANYWHERE,
            .layouts = {NOTE_LAYOUTS},
            .checksum = (uint32_t)(SUM % 0xffffffff),
        },
};
