/* SPDX-License-Identifier: Apache-2.0 */
/* Registers that distributor and redistributor have alike: a bit, two or eight per INTID. */
#include "vcpu.h"
#include "vgic_state.h"

#define PRIORITY_MASK 0xf8 /* 32 levels, as many as every list register has */
#define SPECIAL_WORD 31    /* INTIDs 1020 .. 1023 are not interrupts */
#define SPECIAL_MASK 0x0fffffff

/* vgic_word(), without a call: this is where an OS comes most often. */
static inline struct vgic_word *word_at(struct vcpu *vcpu, uint32_t n)
{
    return n == 0 ? &vcpu->vgic.local : &vcpu->partition->vgic.spi[n - 1];
}

/* Pending without regard to list registers: latches, lines, and bound ones that wait. */
static uint32_t soft_pending(const struct vgic_word *word)
{
    uint32_t level = word->line & ~(word->edge | word->hardware);

    return word->pending | level | (word->line & word->hardware & ~word->in_lr);
}

static __attribute__((noinline)) uint64_t state_read(struct vcpu *vcpu, uint32_t n, uint32_t block)
{
    const struct vgic_word *word = vgic_word(vcpu, n);
    bool pending = block <= VGIC_PENDING_CLEAR;
    uint32_t found = vgic_lr_state(vcpu, n, pending ? LR_PENDING : LR_ACTIVE);

    return found | (pending ? soft_pending(word) : word->active);
}

static uint64_t word_read(struct vcpu *vcpu, uint32_t n, uint32_t block)
{
    if (block - VGIC_ENABLE_SET <= VGIC_ENABLE_CLEAR - VGIC_ENABLE_SET) {
        return word_at(vcpu, n)->enabled;
    }
    return block == VGIC_GROUP ? word_at(vcpu, n)->group : state_read(vcpu, n, block);
}

/* Is there, among these interrupts, one that may have become deliverable? */
static bool wants_put(const struct vgic_word *word, uint32_t interrupts)
{
    return ((word->pending | (word->line & ~word->in_lr)) & word->open & interrupts) != 0;
}

static void write_group(struct vcpu *vcpu, uint32_t n, uint32_t value)
{
    struct vgic_word *word = vgic_word(vcpu, n);
    uint32_t changed = word->group ^ value;
    bool taken = vgic_lr_take(vcpu, n, changed);

    word->group = value;
    vgic_reopen(word, vcpu->partition->vgic.control);
    vgic_lr_timer(&vcpu->vgic);
    if (taken || wants_put(word, changed)) {
        vgic_lr_put(vcpu, n);
    }
}

static void write_enable(struct vcpu *vcpu, uint32_t n, uint32_t value)
{
    struct vgic_word *word = vgic_word(vcpu, n);

    word->enabled |= value;
    vgic_reopen(word, vcpu->partition->vgic.control);
    if (wants_put(word, value)) {
        vgic_lr_put(vcpu, n);
    }
}

static void write_disable(struct vcpu *vcpu, uint32_t n, uint32_t value)
{
    struct vgic_word *word = vgic_word(vcpu, n);
    bool taken = vgic_lr_take(vcpu, n, value);

    word->enabled &= ~value;
    vgic_reopen(word, vcpu->partition->vgic.control);
    if (taken) {
        vgic_lr_put(vcpu, n);
    }
}

/* Hardware-bound ones whose physical interrupt is active on the guest's behalf. */
static uint32_t held(const struct vgic_word *word)
{
    return (word->pending | word->line | word->active) & word->hardware;
}

static void settle(struct vcpu *vcpu, uint32_t n, uint32_t interrupts, uint32_t before)
{
    for (uint32_t left = interrupts & vgic_word(vcpu, n)->hardware; left != 0; left &= left - 1) {
        uint32_t bit = (uint32_t)__builtin_ctz(left);

        vgic_settle(vcpu, 32 * n + bit, (before >> bit & 1) != 0);
    }
}

/* Pending and active states live in list registers too, so all is folded, changed and put back. */
static void write_state(struct vcpu *vcpu, uint32_t n, uint32_t block, uint32_t value)
{
    struct vgic_word *word = vgic_word(vcpu, n);
    bool taken = vgic_lr_take(vcpu, n, value);
    uint32_t before = held(word);

    if (block == VGIC_PENDING_SET) {
        word->pending |= value;
    } else if (block == VGIC_PENDING_CLEAR) {
        word->pending &= ~value;
        word->line &= ~(value & word->hardware);
    } else if (block == VGIC_ACTIVE_SET) {
        vgic_lr_hold(vcpu, n, value & ~word->active);
        word->active |= value;
    } else {
        word->active &= ~value;
    }
    settle(vcpu, n, value, before);
    if (taken || block == VGIC_ACTIVE_SET || wants_put(word, value)) {
        vgic_lr_put(vcpu, n);
    }
}

void vgic_word_write(struct vcpu *vcpu, uint32_t n, uint32_t block, uint32_t value)
{
    value &= n == SPECIAL_WORD ? SPECIAL_MASK : 0xffffffff;
    switch (block) {
    case VGIC_GROUP:
        write_group(vcpu, n, value);
        break;
    case VGIC_ENABLE_SET:
        write_enable(vcpu, n, value);
        break;
    case VGIC_ENABLE_CLEAR:
        write_disable(vcpu, n, value);
        break;
    default:
        if (value != 0) {
            write_state(vcpu, n, block, value);
        }
        break;
    }
}

static uint64_t priority_read(struct vcpu *vcpu, uint32_t intid, uint32_t size)
{
    const struct vgic_word *word = vgic_word(vcpu, intid / 32);
    uint64_t value = 0;

    for (uint32_t n = 0; n < size; n++) {
        value |= (uint64_t)word->priority[(intid + n) % 32] << 8 * n;
    }
    return value;
}

static void priority_write(struct vcpu *vcpu, uint32_t intid, uint32_t size, uint64_t value)
{
    struct vgic_word *word = vgic_word(vcpu, intid / 32);
    uint32_t changed = 0;

    for (uint32_t n = 0; n < size; n++) {
        uint32_t bit = (intid + n) % 32;

        if (word->priority[bit] != (uint8_t)(value >> 8 * n & PRIORITY_MASK)) {
            changed |= 1U << bit;
        }
    }
    bool taken = vgic_lr_take(vcpu, intid / 32, changed);

    for (uint32_t n = 0; n < size; n++) {
        word->priority[(intid + n) % 32] = (uint8_t)(value >> 8 * n & PRIORITY_MASK);
    }
    vgic_lr_timer(&vcpu->vgic);
    if (taken) {
        vgic_lr_put(vcpu, intid / 32);
    }
}

/* Bit 2 i + 1 of the n-th register is interrupt 16 n + i: 1 for edge. */
static uint32_t configuration_read(struct vcpu *vcpu, uint32_t n)
{
    uint32_t edge = vgic_word(vcpu, n / 2)->edge >> 16 * (n % 2);
    uint32_t value = 0;

    for (uint32_t i = 0; i < 16; i++) {
        value |= (edge >> i & 1) << (2 * i + 1);
    }
    return value;
}

static void configuration_write(struct vcpu *vcpu, uint32_t n, uint32_t value)
{
    struct vgic_word *word = vgic_word(vcpu, n / 2);
    uint32_t edge = 0;
    uint32_t changed;
    bool taken;

    for (uint32_t i = 0; i < 16; i++) {
        edge |= (value >> (2 * i + 1) & 1) << i;
    }
    changed = (word->edge ^ edge << 16 * (n % 2)) & 0xffffU << 16 * (n % 2);
    taken = vgic_lr_take(vcpu, n / 2, changed);
    word->edge ^= changed;
    if (taken || wants_put(word, changed)) {
        vgic_lr_put(vcpu, n / 2);
    }
}

/* SGIs, the 0th register's, are edge-triggered for ever. */
static __attribute__((noinline)) uint64_t others_read(struct vcpu *vcpu, uint32_t offset,
                                                      uint32_t size, uint32_t first, uint32_t count)
{
    uint32_t block = offset / 128;

    if (block - VGIC_PRIORITY < 8 && offset % 1024 - first < count) {
        return priority_read(vcpu, offset % 1024, size);
    }
    if (block - VGIC_CONFIGURATION < 2 && offset % 256 / 4 * 16 - first < count) {
        return configuration_read(vcpu, offset % 256 / 4);
    }
    return 0;
}

static __attribute__((noinline)) void others_write(struct vcpu *vcpu, uint32_t offset,
                                                   uint32_t size, uint64_t value, uint32_t first,
                                                   uint32_t count)
{
    uint32_t block = offset / 128;
    uint32_t n = offset % 256 / 4;

    if (block - VGIC_PRIORITY < 8 && offset % 1024 - first < count) {
        priority_write(vcpu, offset % 1024, size, value);
    } else if (block - VGIC_CONFIGURATION < 2 && n != 0 && n * 16 - first < count) {
        configuration_write(vcpu, n, (uint32_t)value);
    }
}

uint64_t vgic_bits_read(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint32_t first,
                        uint32_t count)
{
    uint32_t block = (uint32_t)offset / 128;
    uint32_t n = (uint32_t)offset % 128 / 4;

    if (block - VGIC_GROUP > VGIC_ACTIVE_CLEAR - VGIC_GROUP) {
        return others_read(vcpu, (uint32_t)offset, size, first, count);
    }
    return 32 * n - first < count ? word_read(vcpu, n, block) : 0;
}

void vgic_bits_write(struct vcpu *vcpu, uint64_t offset, uint32_t size, uint64_t value,
                     uint32_t first, uint32_t count)
{
    uint32_t block = (uint32_t)offset / 128;
    uint32_t n = (uint32_t)offset % 128 / 4;

    if (block - VGIC_GROUP > VGIC_ACTIVE_CLEAR - VGIC_GROUP) {
        others_write(vcpu, (uint32_t)offset, size, value, first, count);
    } else if (32 * n - first < count) {
        vgic_word_write(vcpu, n, block, (uint32_t)value);
    }
}

/* Arm's CoreLink layout, as drivers expect it: architecture revision 3 in PIDR2. In the order of
 * addresses: PIDR4..7, PIDR0..3, CIDR0..3. */
uint32_t vgic_identification(uint64_t offset, uint32_t part)
{
    static const uint8_t ids[12] = {0x44, 0, 0, 0, 0, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1};
    uint32_t n = (uint32_t)(offset - 0xffd0) / 4;

    if (offset < 0xffd0 || offset > 0xfffc) {
        return 0;
    }
    return n == 4 ? part : ids[n];
}
