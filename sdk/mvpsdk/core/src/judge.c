/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <stddef.h>

#include <mvp/abi.h>

#include "optional.h"

/* Where rules look. */
_Static_assert(offsetof(struct judge, header) == RULE_HEADER, "header");
_Static_assert(offsetof(struct judge, board) == RULE_BOARD, "board");
_Static_assert(offsetof(struct judge, entry) == RULE_ENTRY, "entry");
_Static_assert(offsetof(struct judge, other) == RULE_OTHER, "other");
_Static_assert(offsetof(struct judge, owner) == RULE_OWNER, "owner");
_Static_assert(offsetof(struct judge, known) == RULE_FACT, "facts");
_Static_assert(offsetof(struct judge, constants) == RULE_CONSTANT, "constants");

const void *judge_entry(struct judge *judge, uint32_t table, uint32_t index)
{
    judge->table = table;
    judge->facts.index = index;
    judge->other_table = MVP_TABLE_COUNT;
    judge->facts.other_index = MVP_NONE;
    judge->entry = mvp_pack_entry(judge->header, table, index);
    return judge->entry;
}

const void *judge_other(struct judge *judge, uint32_t table, uint32_t index)
{
    judge->other_table = table;
    judge->facts.other_index = index;
    judge->other = mvp_pack_entry(judge->header, table, index);
    return judge->other;
}

uint32_t judge_count(const struct judge *judge, uint32_t table)
{
    return judge->header->tables[table].count;
}

bool judge_refuse(struct judge *judge, uint32_t reason, uint64_t value, uint64_t bound)
{
    *judge->verdict = (struct mvp_verdict){.reason = reason,
                                           .table = judge->table,
                                           .index = judge->facts.index,
                                           .other_table = judge->other_table,
                                           .other_index = judge->facts.other_index,
                                           .value = value,
                                           .bound = bound};
    return false;
}

static const void *field_of(const struct judge *judge, const struct operand *operand)
{
    const void *const *source =
        (const void *)((const uint8_t *)judge + (operand->source & RULE_SOURCE));

    return (const uint8_t *)*source + operand->offset;
}

static uint64_t value_of(const struct judge *judge, const struct operand *operand)
{
    const void *field = field_of(judge, operand);
    uint32_t width = operand->source & RULE_WIDTH;

    if (width == 2) { /* most are */
        return *(const uint32_t *)field;
    }
    if (width == 3) {
        return *(const uint64_t *)field;
    }
    return width == 1 ? *(const uint16_t *)field : *(const uint8_t *)field;
}

static bool is_name(const uint8_t *name, uint64_t size)
{
    const uint8_t *end = name + size;
    uint64_t length = 0;

    if (end[-1] != 0) {
        return false;
    }
    while (name[length] > ' ' && name[length] <= '~') { /* that NUL is none of these, */
        length++;
    }
    if (length == 0) {
        return false;
    }
    while (end[-1] == 0) { /* and the first character is no NUL */
        end--;
    }
    return name + length == end;
}

/* Names that have been judged: padded, and with a NUL at their end. */
static bool differ(const uint8_t *name, const uint8_t *other)
{
    while (*name != 0 && *name == *other) {
        name++;
        other++;
    }
    return *name != *other;
}

bool judge_range(struct judge *judge, const struct range *range)
{
    uint32_t reason = MVP_MEM_ALIGN;
    uint64_t value = range->base;
    uint64_t bound = JUDGE_PAGE;

    if (range->base % JUDGE_PAGE == 0) {
        value = range->size;
        if (range->size % JUDGE_PAGE == 0 && range->size != 0) {
            if (range_holds(0, FEATURE_FAR != 0 ? JUDGE_FAR_END : JUDGE_END, range->base,
                            range->size)) {
                return true;
            }
            reason = MVP_MEM_WRAP;
            value = range->base;
            bound = range->size;
        }
    }
    return judge_refuse(judge, reason, value, bound);
}

/* The low half is a power of two, the high half has ten bits. */
static uint64_t from_to(const struct operand *packed)
{
    uint32_t high = packed->offset | (packed->source & 3U) << 8;

    return high << 16 | 1U << (packed->source >> 2 & 7);
}

/* Tests that say more of a value than how it compares. The bound becomes what a verdict says. */
static bool is_special(struct judge *judge, const struct rule *rule, uint64_t value,
                       uint64_t *bound)
{
    uint64_t given = *bound;

    switch (rule->test) {
    case IS_WITHIN:
        *bound = from_to(&rule->bound);
        return value >= (*bound & 0xffff) && value <= *bound >> 16;
    case IS_BITS:
        return (value & ~given) == 0;
    case IS_MULTIPLE:
        return (value & (given - 1)) == 0;
    case IS_UNCLAIMED:
        *bound = judge->facts.claimed;
        judge->facts.claimed |= 1U << value;
        return (*bound >> value & 1) == 0;
    case IS_OWNER:
        judge->owner =
            mvp_pack_entry(judge->header, MVP_TABLE_PARTITION, value < given ? (uint32_t)value : 0);
        return value < given;
    case IS_OTHERWISE:
        return differ(judge->entry, judge->other);
    case IS_NAME:
        *bound = 0;
        return is_name(field_of(judge, &rule->value), given);
    default:
        return judge_range(judge, field_of(judge, &rule->value));
    }
}

static bool compares(uint32_t test, uint64_t value, uint64_t bound)
{
    uint32_t found = value < bound ? IS_BELOW : IS_EQUAL;

    return (test & (value > bound ? IS_ABOVE : found)) != 0;
}

static const struct rule *last_of_part(const struct rule *rule)
{
    while (rule[1].reason != RULE_WHEN) { /* as that of RULES_END is, too */
        rule++;
    }
    return rule;
}

bool judge_rules(struct judge *judge, const struct rule *rules)
{
    bool is_left_out = false;
    bool is_broken = false;

    for (const struct rule *r = rules; r->test != RULES_END; r++) {
        uint64_t value = value_of(judge, &r->value);
        uint64_t bound = (uint64_t)r->bound.offset << (r->bound.source & RULE_SHIFT);

        if ((r->bound.source & RULE_NUMBER) == 0) {
            bound = value_of(judge, &r->bound);
        }
        bool good = r->test <= IS_ANY ? compares(r->test, value, bound)
                                      : is_special(judge, r, value, &bound);

        if (r->reason > RULE_ALSO) {
            if (!is_left_out && (is_broken || !good)) {
                return r->test != IS_RANGE && judge_refuse(judge, r->reason, value, bound);
            }
            is_left_out = false;
            is_broken = false;
        } else if (r->reason == RULE_ALSO) {
            is_broken = is_broken || !good;
        } else if (r->reason == RULE_UNLESS) {
            is_left_out = is_left_out || good;
        } else if (!good) {
            r = last_of_part(r);
        }
    }
    return true;
}

const void *judge_row(struct judge *judge, uint32_t table, uint32_t index, const struct rule *rules)
{
    const void *entry = judge_entry(judge, table, index);

    return judge_rules(judge, rules) ? entry : NULL;
}

bool judge_others(struct judge *judge, uint32_t table, uint32_t end, const struct rule *rules)
{
    for (uint32_t i = 0; i < end; i++) {
        (void)judge_other(judge, table, i);
        if (!judge_rules(judge, rules)) {
            return false;
        }
    }
    return true;
}

uint64_t judge_features(uint32_t vgic)
{
    uint64_t lacked = vgic == 2 ? MVP_FEATURE_VGIC3 : MVP_FEATURE_VGIC2;

    lacked |= FEATURE_MENU != 0 ? 0 : MVP_FEATURE_MENU;
    lacked |= FEATURE_RTC != 0 ? 0 : MVP_FEATURE_PL031;
    lacked |= FEATURE_FLASH != 0 ? 0 : MVP_FEATURE_FLASH;
    lacked |= FEATURE_SMP != 0 ? 0 : MVP_FEATURE_SMP;
    lacked |= FEATURE_POWER != 0 ? 0 : MVP_FEATURE_POWER;
    lacked |= FEATURE_SMMU != 0 ? 0 : MVP_FEATURE_SMMU;
    return MVP_FEATURES & ~lacked;
}
