/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pack's rules for single entries, and for pairs of them where few meet. A row is
 *
 *     {test, reason if it is broken, value, bound}
 *
 * The value and the bound are what the verdict says, too. Where a prefix stands in the reason's
 * place, the rule is a condition of others: see judge.h.
 */
#include <stddef.h>

#include <mvp/abi.h>
#include <mvp/part.h>
#include <mvp/platform.h>

#include "judge.h"
#include "optional.h"

/* clang-format off */
#define FIELD_BYTES(type, field) sizeof(((struct type *)0)->field)
/* log2 of 1, 2, 4 or 8 bytes */
#define FIELD_WIDTH(type, field) (FIELD_BYTES(type, field) / 2 - FIELD_BYTES(type, field) / 8)
#define FIELD(source, type, field) {offsetof(struct type, field), source | FIELD_WIDTH(type, field)}
#define HEADER(field) FIELD(RULE_HEADER, mvp_pack_header, field)
#define BOARD(field) FIELD(RULE_BOARD, mvp_board, field)
#define ENTRY(type, field) FIELD(RULE_ENTRY, type, field)
#define OTHER(type, field) FIELD(RULE_OTHER, type, field)
#define OWNER(field) FIELD(RULE_OWNER, mvp_partition, field)
#define FACT(field) FIELD(RULE_FACT, facts, field)
#define CONSTANT(field) FIELD(RULE_CONSTANT, constants, field)
#define COUNT(table) HEADER(tables[table].count)

/* 0; what does not hold does not compile. */
#define SURE(condition) (0 * sizeof(char[(condition) ? 1 : -1]))
/* Below 256, or such a number times 256, 65536 or 2^24. */
#define SHIFT(n) ((n) < 0x100 ? 0 : (n) < 0x10000 ? 8 : (n) < 0x1000000 ? 16 : 24)
#define NUMBER(n) {((n) >> SHIFT(n)) + SURE(((n) & ((1U << SHIFT(n)) - 1)) == 0), RULE_NUMBER | SHIFT(n)}
#define NONE NUMBER(0)
#define HEADER_BYTES 256 /* of struct mvp_pack_header, as pack.c asserts */
/* The bound of IS_WITHIN: from 1, 2, 16 or 32 to less than 1024. */
#define LOG2(n) ((n) < 2 ? 0 : (n) < 4 ? 1 : (n) < 32 ? 4 : 5)
#define FROM_TO(low, high) {((high) & 0xff) + SURE(1 << LOG2(low) == (low) && (high) < 1024), RULE_NUMBER | LOG2(low) << 2 | (high) >> 8}
#define PPIS FROM_TO(16, 31)
#define SPIS FROM_TO(32, 1019)
/* The value and the bound of IS_NAME. */
#define TEXT(source, type, field) {offsetof(struct type, field), source}, {FIELD_BYTES(type, field), RULE_NUMBER}
#define DRIVER {offsetof(struct mvp_board, console_driver), RULE_BOARD | 3} /* 8 bytes of it */
#define END {RULES_END, RULE_WHEN, NONE, NONE}
/* clang-format on */

/* What must hold before the checksum can be computed. */
const struct rule rules_whole[] = {
    {IS_LEAST, MVP_PACK_TRUNCATED, FACT(available), NUMBER(HEADER_BYTES)},
    {IS_EQUAL, MVP_PACK_NOT_FOUND, HEADER(magic), CONSTANT(magic)},
    {IS_EQUAL, MVP_PACK_FORMAT, HEADER(major), NUMBER(MVP_PACK_MAJOR)},
    {IS_EQUAL, MVP_PACK_FORMAT, HEADER(header_size), NUMBER(HEADER_BYTES)},
    {IS_LEAST, RULE_ALSO, HEADER(meta_size), NUMBER(HEADER_BYTES)},
    {IS_MULTIPLE, RULE_ALSO, HEADER(meta_size), NUMBER(8)},
    {IS_MOST, MVP_PACK_FORMAT, HEADER(meta_size), NUMBER(MVP_META_MAX)},
    {IS_LEAST, RULE_ALSO, HEADER(total_size), HEADER(meta_size)},
    {IS_MULTIPLE, MVP_PACK_FORMAT, HEADER(total_size), NUMBER(MVP_PACK_ALIGN)},
    {IS_LEAST, MVP_PACK_TRUNCATED, FACT(available), HEADER(total_size)},
    END,
};

const struct rule rules_sound[] = {
    {IS_EQUAL, MVP_PACK_CHECKSUM, HEADER(checksum), FACT(checksum)},
    END,
};

const struct rule rules_header[] = {
    {IS_EQUAL, MVP_PACK_ABI, HEADER(abi_major), NUMBER(MVP_ABI_MAJOR)},
    {IS_MOST, MVP_PACK_ABI, HEADER(abi_minor), NUMBER(MVP_ABI_MINOR)},
    {IS_BITS, MVP_PACK_FEATURE, HEADER(features), CONSTANT(features)},
    {IS_BITS, MVP_PACK_FORMAT, HEADER(flags), NUMBER(MVP_PACK_FLAG_CONCURRENT)},
    {IS_EQUAL, MVP_PACK_FORMAT, HEADER(zero), NUMBER(0)},
    END,
};

/* The virtual timer's interrupt reaches guests as itself, through list registers. Of a GIC's frames
 * what one of less left out could be mapped to a guest; those whose DIR register guests or we reach
 * have two pages. Which drivers there are is not the pack's affair: the build that starts it has
 * one of them. */
const struct rule rules_board[] = {
    {IS_NAME, MVP_CONFIG_BOARD, TEXT(RULE_BOARD, mvp_board, name)},
    {IS_NAME, MVP_CONFIG_BOARD, TEXT(RULE_BOARD, mvp_board, compatible)},
    {IS_NAME, MVP_CONFIG_BOARD, TEXT(RULE_BOARD, mvp_board, console_driver)},
    {IS_WITHIN, MVP_CONFIG_BOARD, BOARD(gic_version), FROM_TO(2, 3)},
    {IS_WITHIN, MVP_CONFIG_BOARD, BOARD(maintenance_irq), PPIS},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(virtual_irq), NUMBER(MVP_VIRTUAL_TIMER_INTID)},
    {IS_WITHIN, MVP_CONFIG_BOARD, BOARD(physical_irq), PPIS},
    {IS_WITHIN, MVP_CONFIG_BOARD, BOARD(hypervisor_irq), PPIS},
    {IS_LEAST, RULE_ALSO, BOARD(cpu_count), NUMBER(1)},
    {IS_BELOW, RULE_ALSO, BOARD(cpu_count), NUMBER(0x10000)},
    {IS_ANY, MVP_CONFIG_BOARD, BOARD(cpu_count), CONSTANT(any_count)},
    {IS_MOST, MVP_CONFIG_BOARD, BOARD(bring_up), NUMBER(MVP_BRING_UP_SPIN_TABLE)},
    {IS_BITS, MVP_PACK_FEATURE, HEADER(features), FACT(features)},
    {IS_BITS, MVP_PACK_FEATURE, FACT(needed), FACT(features)},
    {IS_RANGE, MVP_CONFIG_BOARD, BOARD(gicd_base), NONE},
    {IS_RANGE, MVP_CONFIG_BOARD, BOARD(gicr_base), NONE},

    {IS_EQUAL, RULE_WHEN, BOARD(gic_version), NUMBER(3)},
    {IS_LEAST, MVP_CONFIG_BOARD, BOARD(gicd_size), NUMBER(MVP_GICD_SIZE)},
    {IS_LEAST, MVP_CONFIG_BOARD, BOARD(gicr_size), NUMBER(MVP_GICR_STRIDE)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(gich_base), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(gich_size), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(gicv_base), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(gicv_size), NUMBER(0)},

    {IS_EQUAL, RULE_WHEN, BOARD(gic_version), NUMBER(2)},
    {IS_RANGE, MVP_CONFIG_BOARD, BOARD(gich_base), NONE},
    {IS_RANGE, MVP_CONFIG_BOARD, BOARD(gicv_base), NONE},
    {IS_LEAST, MVP_CONFIG_BOARD, BOARD(gicr_size), NUMBER(MVP_GICC_SIZE)},
    {IS_LEAST, MVP_CONFIG_BOARD, BOARD(gicv_size), NUMBER(MVP_GICC_SIZE)},

    {IS_ANY, RULE_WHEN, NONE, NONE},
    {IS_UNCLAIMED, MVP_CONFIG_BOARD, BOARD(maintenance_irq), NONE},
    {IS_UNCLAIMED, MVP_CONFIG_BOARD, BOARD(virtual_irq), NONE},
    {IS_UNCLAIMED, MVP_CONFIG_BOARD, BOARD(physical_irq), NONE},
    {IS_UNCLAIMED, MVP_CONFIG_BOARD, BOARD(hypervisor_irq), NONE},

    {IS_EQUAL, RULE_WHEN, DRIVER, CONSTANT(mute)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(console_base), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(console_size), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(console_register), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(console_shift), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(console_width), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_BOARD, BOARD(console_irq), NUMBER(0)},

    {IS_NOT, RULE_WHEN, DRIVER, CONSTANT(mute)},
    {IS_MULTIPLE, MVP_CONFIG_BOARD, BOARD(console_register), NUMBER(4)},
    {IS_MOST, MVP_CONFIG_BOARD, BOARD(console_shift), NUMBER(3)},
    {IS_WITHIN, MVP_CONFIG_BOARD, BOARD(console_width), FROM_TO(1, 4)},
    {IS_WITHIN, MVP_CONFIG_BOARD, BOARD(console_irq), SPIS},
    {IS_NOT, RULE_ALSO, BOARD(console_width), NUMBER(3)},
    {IS_MOST, MVP_CONFIG_BOARD, BOARD(console_width), NUMBER(4)},
    {IS_MOST, MVP_CONFIG_BOARD, BOARD(console_width), FACT(console_unit)},
    {IS_RANGE, MVP_CONFIG_BOARD, BOARD(console_base), NONE},
    {IS_MOST, RULE_ALSO, BOARD(console_register), FACT(console_last)},
    {IS_LEAST, MVP_CONFIG_BOARD, BOARD(console_register), BOARD(console_base)},
    END,
};

const struct rule rules_memory[] = {
    {IS_NAME, MVP_CONFIG_BOARD, TEXT(RULE_ENTRY, mvp_memory, name)},
    {IS_WITHIN, MVP_CONFIG_BOARD, ENTRY(mvp_memory, kind),
     FROM_TO(MVP_MEMORY_RAM, MVP_MEMORY_RESERVED)},
    {IS_BELOW, MVP_CONFIG_BOARD, ENTRY(mvp_memory, board), COUNT(MVP_TABLE_BOARD)},
    {IS_RANGE, MVP_CONFIG_BOARD, ENTRY(mvp_memory, base), NONE},
    END,
};

const struct rule rules_window[] = {
    {IS_MULTIPLE, MVP_MEM_ALIGN, BOARD(window), NUMBER(MVP_WINDOW_SIZE)},
    END,
};

/* List registers serve a vGIC of the hardware's own version, software one of version 2. */
const struct rule rules_partition[] = {
    {IS_NAME, MVP_CONFIG_PARTITION, TEXT(RULE_ENTRY, mvp_partition, name)},
    {IS_WITHIN, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, kind),
     FROM_TO(MVP_REALTIME, MVP_PERSONA)},
    {IS_MOST, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, restart), NUMBER(MVP_RESTART_ALWAYS)},
    {IS_EQUAL, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, protocol), NUMBER(MVP_ENTRY_LINUX)},
    /* An ABI of 0: its image has no note. */
    {IS_MOST, MVP_PACK_ABI, ENTRY(mvp_partition, abi_major), NUMBER(MVP_ABI_MAJOR)},
    {IS_MOST, MVP_PACK_ABI, ENTRY(mvp_partition, abi_minor), NUMBER(MVP_ABI_MINOR)},
    {IS_EQUAL, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, flags), NUMBER(0)},
#if !FEATURE_DELEGATE
    {IS_EQUAL, MVP_PACK_FEATURE, ENTRY(mvp_partition, delegate), NUMBER(0)},
#endif
    {IS_EQUAL, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, zero), NUMBER(0)},
#if FEATURE_SOFT_GIC
    {IS_EQUAL, RULE_UNLESS, ENTRY(mvp_partition, vgic), NUMBER(2)},
#endif
    {IS_EQUAL, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, vgic), BOARD(gic_version)},
    {IS_BITS, MVP_PACK_FEATURE, ENTRY(mvp_partition, features), FACT(features)},
    END,
};

/* No name twice, one realtime partition at most, and that one more urgent than every persona: 0 is
 * the highest priority. */
const struct rule rules_partitions[] = {
    {IS_OTHERWISE, MVP_CONFIG_PARTITION, FACT(index), FACT(other_index)},
    {IS_EQUAL, RULE_UNLESS, ENTRY(mvp_partition, kind), NUMBER(MVP_PERSONA)},
    {IS_EQUAL, RULE_ALSO, OTHER(mvp_partition, kind), NUMBER(MVP_PERSONA)},
    {IS_BELOW, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, priority),
     OTHER(mvp_partition, priority)},
    {IS_EQUAL, RULE_UNLESS, ENTRY(mvp_partition, kind), NUMBER(MVP_REALTIME)},
    {IS_EQUAL, RULE_UNLESS, OTHER(mvp_partition, kind), NUMBER(MVP_PERSONA)},
    {IS_ABOVE, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, priority),
     OTHER(mvp_partition, priority)},
    END,
};

const struct rule rules_default[] = {
    {IS_EQUAL, MVP_CONFIG_PARTITION, ENTRY(mvp_partition, kind), NUMBER(MVP_PERSONA)},
    END,
};

/* Rows stand by partition, then by number from 0: so none is missing and none is there twice. */
const struct rule rules_vcpu[] = {
    {IS_EQUAL, MVP_CONFIG_VCPU, ENTRY(mvp_vcpu, partition), FACT(partition)},
    {IS_EQUAL, MVP_CONFIG_VCPU, ENTRY(mvp_vcpu, number), FACT(number)},
    {IS_BELOW, MVP_CONFIG_VCPU, ENTRY(mvp_vcpu, cpu), FACT(cpus)},
    {IS_EQUAL, MVP_CONFIG_VCPU, ENTRY(mvp_vcpu, zero), NUMBER(0)},
    {IS_BITS, MVP_PACK_FEATURE, FACT(needed), FACT(features)},
    END,
};

const struct rule rules_owner[] = {
    {IS_OWNER, MVP_CONFIG_REGION, ENTRY(mvp_region, partition), COUNT(MVP_TABLE_PARTITION)},
    END,
};

const struct rule rules_ram[] = {
    {IS_BITS, MVP_CONFIG_REGION, ENTRY(mvp_region, flags),
     NUMBER(MVP_REGION_WRITE | MVP_REGION_EXECUTE)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, intid), NUMBER(0)},
    END,
};

const struct rule rules_device[] = {
    {IS_NOT, RULE_ALSO, ENTRY(mvp_region, kind), NUMBER(MVP_REGION_CHANNEL)},
    {IS_ANY, MVP_CONFIG_CHANNEL, ENTRY(mvp_region, kind), COUNT(MVP_TABLE_CHANNEL)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, kind), NUMBER(MVP_REGION_DEVICE)},
    {IS_BITS, MVP_CONFIG_REGION, ENTRY(mvp_region, flags), NUMBER(MVP_REGION_WRITE)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, intid), NUMBER(0)},
    END,
};

/* One of the two pages that a guest's CPU interface has. */
const struct rule rules_gicv[] = {
#if FEATURE_SOFT_GIC
    {IS_EQUAL, MVP_CONFIG_REGION, BOARD(gic_version), NUMBER(2)},
#endif
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, size), NUMBER(JUDGE_PAGE)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, flags), NUMBER(MVP_REGION_WRITE)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, intid), NUMBER(0)},
    {IS_EQUAL, RULE_UNLESS, ENTRY(mvp_region, pa), FACT(gicv_second)},
    {IS_EQUAL, MVP_MEM_DEVICE, ENTRY(mvp_region, pa), BOARD(gicv_base)},
    END,
};

/* Those of the GIC have no interrupt; and a persona's vGIC has fewer. A GICV is no better in
 * software. */
const struct rule rules_emulated[] = {
    {IS_WITHIN, MVP_CONFIG_REGION, ENTRY(mvp_region, kind),
     FROM_TO(MVP_REGION_GICD, MVP_REGION_PL061)},
#if FEATURE_SOFT_GIC
    {IS_EQUAL, RULE_UNLESS, BOARD(gic_version), NUMBER(3)},
    {IS_NOT, MVP_CONFIG_REGION, ENTRY(mvp_region, kind), NUMBER(MVP_REGION_GICC)},
#endif
    {IS_BITS, MVP_PACK_FEATURE, FACT(needed), FACT(features)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, pa), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, flags), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, size), FACT(size)},
    {IS_EQUAL, RULE_UNLESS, FACT(gic), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, intid), NUMBER(0)},

    {IS_EQUAL, RULE_WHEN, FACT(gic), NUMBER(0)},
    {IS_WITHIN, MVP_CONFIG_REGION, ENTRY(mvp_region, intid), SPIS},
    {IS_EQUAL, RULE_UNLESS, OWNER(kind), NUMBER(MVP_REALTIME)},
    {IS_BELOW, MVP_CONFIG_REGION, ENTRY(mvp_region, intid), NUMBER(MVP_PERSONA_INTIDS)},
    END,
};

/* One of a persona's two banks, whole sectors of it: whoever writes gives it commands. */
const struct rule rules_flash[] = {
    {IS_EQUAL, MVP_CONFIG_REGION, OWNER(kind), NUMBER(MVP_PERSONA)},
    {IS_MULTIPLE, MVP_CONFIG_REGION, ENTRY(mvp_region, ipa), NUMBER(MVP_FLASH_SIZE)},
    {IS_BELOW, MVP_CONFIG_REGION, ENTRY(mvp_region, ipa), NUMBER(2 * MVP_FLASH_SIZE)},
    {IS_MULTIPLE, MVP_CONFIG_REGION, ENTRY(mvp_region, size), NUMBER(MVP_FLASH_SECTOR)},
    {IS_MOST, MVP_CONFIG_REGION, ENTRY(mvp_region, size), NUMBER(MVP_FLASH_SIZE)},
    {IS_BITS, MVP_CONFIG_REGION, ENTRY(mvp_region, flags), NUMBER(MVP_REGION_EXECUTE)},
    {IS_EQUAL, MVP_CONFIG_REGION, ENTRY(mvp_region, intid), NUMBER(0)},
    END,
};

/* This build delivers an interrupt under its own number. A persona's vGIC has fewer. */
const struct rule rules_interrupt[] = {
    {IS_WITHIN, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, physical), SPIS},
    {IS_OWNER, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, partition), COUNT(MVP_TABLE_PARTITION)},
    {IS_BITS, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, flags), NUMBER(MVP_INTERRUPT_EDGE)},
    {IS_EQUAL, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, intid), ENTRY(mvp_interrupt, physical)},
    {IS_EQUAL, RULE_UNLESS, OWNER(kind), NUMBER(MVP_REALTIME)},
    {IS_BELOW, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, intid), NUMBER(MVP_PERSONA_INTIDS)},
    END,
};

/* Each is given once, */
const struct rule rules_interrupts[] = {
    {IS_NOT, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, physical), OTHER(mvp_interrupt, physical)},
    END,
};

/* and no emulated device of its partition has the number: regions that have none say 0. */
const struct rule rules_interrupt_region[] = {
    {IS_EQUAL, RULE_WHEN, ENTRY(mvp_interrupt, partition), OTHER(mvp_region, partition)},
    {IS_NOT, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, intid), OTHER(mvp_region, intid)},
    END,
};

/* The console's is ours. */
const struct rule rules_interrupt_board[] = {
    {IS_NOT, MVP_CONFIG_INTERRUPT, ENTRY(mvp_interrupt, physical), BOARD(console_irq)},
    END,
};

#if FEATURE_SMMU
/* Its interrupts are ours; one line for both is common. */
const struct rule rules_smmu[] = {
    {IS_RANGE, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, base), NONE},
    {IS_LEAST, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, size), NUMBER(MVP_SMMU_SIZE)},
    {IS_WITHIN, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, event_irq), SPIS},
    {IS_WITHIN, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, error_irq), SPIS},
    {IS_NOT, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, event_irq), BOARD(console_irq)},
    {IS_NOT, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, error_irq), BOARD(console_irq)},
    {IS_LEAST, RULE_ALSO, ENTRY(mvp_smmu, stream_count), NUMBER(1)},
    {IS_MOST, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, stream_count), NUMBER(MVP_MAX_STREAMS)},
    {IS_EQUAL, MVP_CONFIG_SMMU, ENTRY(mvp_smmu, zero), NUMBER(0)},
    END,
};

const struct rule rules_smmu_interrupt[] = {
    {IS_NOT, MVP_CONFIG_INTERRUPT, ENTRY(mvp_smmu, event_irq), OTHER(mvp_interrupt, physical)},
    {IS_NOT, MVP_CONFIG_INTERRUPT, ENTRY(mvp_smmu, error_irq), OTHER(mvp_interrupt, physical)},
    END,
};

/* One of its streams, which stands in the facts, and whose it is. A persona's tables may change
 * while its flash is written, and personas take turns in one memory: neither is told to the SMMU.
 */
const struct rule rules_stream[] = {
    {IS_BELOW, MVP_CONFIG_SMMU, FACT(stream), NUMBER(MVP_SMMU_STREAMS)},
    {IS_OWNER, MVP_CONFIG_SMMU, FACT(stream_partition), COUNT(MVP_TABLE_PARTITION)},
    {IS_EQUAL, MVP_CONFIG_SMMU, OWNER(kind), NUMBER(MVP_REALTIME)},
    END,
};
#endif

#if FEATURE_DELEGATE
/* A persona that another key vouches for: all that it is comes with its part. */
const struct rule rules_delegated[] = {
    {IS_EQUAL, MVP_CONFIG_DELEGATE, ENTRY(mvp_partition, kind), NUMBER(MVP_PERSONA)},
    {IS_EQUAL, MVP_CONFIG_DELEGATE, ENTRY(mvp_partition, entry), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_DELEGATE, ENTRY(mvp_partition, dtb), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_DELEGATE, ENTRY(mvp_partition, abi_major), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_DELEGATE, ENTRY(mvp_partition, abi_minor), NUMBER(0)},
    {IS_EQUAL, MVP_CONFIG_DELEGATE, ENTRY(mvp_partition, features), NUMBER(0)},
    {IS_MULTIPLE, RULE_ALSO, ENTRY(mvp_partition, delegate), NUMBER(8)},
    {IS_LEAST, RULE_ALSO, ENTRY(mvp_partition, delegate), NUMBER(HEADER_BYTES)},
    {IS_MOST, MVP_PACK_TABLE, ENTRY(mvp_partition, delegate), FACT(last_delegate)},
    END,
};

const struct rule rules_delegate[] = {
    {IS_RANGE, MVP_CONFIG_DELEGATE, ENTRY(mvp_delegate, home), NONE},
    {IS_WITHIN, MVP_CONFIG_DELEGATE, ENTRY(mvp_delegate, words), FROM_TO(32, MVP_RSA_WORDS)},
    {IS_EQUAL, MVP_CONFIG_DELEGATE, ENTRY(mvp_delegate, zero), NUMBER(0)},
    END,
};

/* Before the signature is looked at: what its extent follows from. */
const struct rule rules_part[] = {
    {IS_EQUAL, MVP_PART_FORMAT, ENTRY(mvp_part_header, major), NUMBER(MVP_PART_MAJOR)},
    {IS_MOST, MVP_PART_FORMAT, ENTRY(mvp_part_header, minor), NUMBER(MVP_PART_MINOR)},
    {IS_EQUAL, MVP_PART_FORMAT, ENTRY(mvp_part_header, header_size), NUMBER(MVP_PART_SIGNED)},
    {IS_MULTIPLE, MVP_PART_FORMAT, ENTRY(mvp_part_header, total_size), NUMBER(MVP_PACK_ALIGN)},
    {IS_LEAST, MVP_PART_FORMAT, ENTRY(mvp_part_header, total_size), NUMBER(2 * MVP_PACK_ALIGN)},
    {IS_MOST, MVP_PART_SIZE, ENTRY(mvp_part_header, total_size), FACT(available)},
    {IS_EQUAL, MVP_PART_FORMAT, ENTRY(mvp_part_header, pack_major), NUMBER(MVP_PACK_MAJOR)},
    {IS_MOST, MVP_PART_FORMAT, ENTRY(mvp_part_header, pack_minor), NUMBER(MVP_PACK_MINOR)},
    {IS_WITHIN, MVP_PART_FORMAT, ENTRY(mvp_part_header, image_count), FROM_TO(1, MVP_PART_IMAGES)},
    END,
};

/* The header is its signer's. */
const struct rule rules_part_needs[] = {
    {IS_EQUAL, MVP_PART_ABI, ENTRY(mvp_part_header, abi_major), NUMBER(MVP_ABI_MAJOR)},
    {IS_MOST, MVP_PART_ABI, ENTRY(mvp_part_header, abi_minor), NUMBER(MVP_ABI_MINOR)},
    {IS_BITS, MVP_PART_FEATURE, ENTRY(mvp_part_header, features), FACT(features)},
    {IS_LEAST, MVP_PART_ROLLBACK, ENTRY(mvp_part_header, rollback_index),
     OTHER(mvp_delegate, rollback_index)},
    END,
};

const struct rule rules_part_image[] = {
    {IS_NAME, MVP_PART_IMAGE, TEXT(RULE_ENTRY, mvp_image, name)},
    {IS_WITHIN, MVP_PART_IMAGE, ENTRY(mvp_image, kind), FROM_TO(MVP_IMAGE_KERNEL, MVP_IMAGE_FLASH)},
    {IS_NOT, MVP_PART_IMAGE, ENTRY(mvp_image, kind), NUMBER(MVP_IMAGE_SEGMENT)},
    {IS_EQUAL, MVP_PART_IMAGE, ENTRY(mvp_image, partition), NUMBER(0)},
    {IS_EQUAL, MVP_PART_IMAGE, ENTRY(mvp_image, offset), FACT(size)},
    {IS_LEAST, MVP_PART_IMAGE, ENTRY(mvp_image, size), NUMBER(1)},
    {IS_MOST, MVP_PART_IMAGE, ENTRY(mvp_image, size), FACT(available)},
    {IS_LEAST, MVP_PART_IMAGE, ENTRY(mvp_image, memory), ENTRY(mvp_image, size)},
    END,
};
#endif

const struct rule rules_image[] = {
    {IS_NAME, MVP_CONFIG_IMAGE, TEXT(RULE_ENTRY, mvp_image, name)},
    {IS_MULTIPLE, MVP_CONFIG_IMAGE, ENTRY(mvp_image, offset), NUMBER(MVP_PACK_ALIGN)},
    {IS_WITHIN, MVP_CONFIG_IMAGE, ENTRY(mvp_image, kind),
     FROM_TO(MVP_IMAGE_KERNEL, MVP_IMAGE_FLASH)},
    {IS_BELOW, MVP_CONFIG_IMAGE, ENTRY(mvp_image, partition), COUNT(MVP_TABLE_PARTITION)},
    END,
};

/* Where a partition is entered, and its device tree. */
const struct rule rules_entry[] = {
    {IS_MULTIPLE, MVP_CONFIG_ENTRY, ENTRY(mvp_partition, entry), NUMBER(4)},
    END,
};
