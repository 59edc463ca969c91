/* SPDX-License-Identifier: Apache-2.0 */
#include "part.h"

#include <stddef.h>

#include <mvp/abi.h>

#include "bytes.h"
#include "judge.h"

#define COPY_STEP 512 /* bytes */
#define ZERO_STEP 64  /* words */
#define PAGE MVP_PACK_ALIGN

_Static_assert(sizeof(struct mvp_part_guest) == 48, "guest");
_Static_assert(sizeof(struct mvp_part_header) == MVP_PART_SIGNED, "header");
_Static_assert(sizeof(struct mvp_part) == MVP_PART_HEAD, "first page");
_Static_assert(sizeof(((struct mvp_part_header *)0)->images) / sizeof(struct mvp_image) ==
                   MVP_PART_IMAGES,
               "images");

/* The devices that a guest's images may count on, by region kind less 16. */
static const uint64_t devices =
    1U << (MVP_REGION_PL011 - MVP_REGION_GICD) | 1U << (MVP_REGION_PL031 - MVP_REGION_GICD) |
    1U << (MVP_REGION_FLASH - MVP_REGION_GICD) | 1U << (MVP_REGION_PL061 - MVP_REGION_GICD);

static void next_phase(struct part *part)
{
    part->phase++;
    part->at = 0;
}

static bool refuse(struct part *part, uint32_t reason, uint64_t value, uint64_t bound)
{
    part->verdict = (struct mvp_verdict){.reason = reason,
                                         .table = MVP_TABLE_COUNT,
                                         .index = MVP_NONE,
                                         .other_table = MVP_TABLE_COUNT,
                                         .other_index = MVP_NONE,
                                         .value = value,
                                         .bound = bound};
    return false;
}

/* What rules are held against: an entry of the part. In place: EL2's stack has no room for two. */
static void begin_judging(struct judge *judge, struct part *part, const void *entry)
{
    bytes_zero(judge, sizeof *judge);
    judge->header = part->pack;
    judge->entry = entry;
    judge->other = part->delegate;
    judge->known = &judge->facts;
    judge->verdict = &part->verdict;
    judge->table = MVP_TABLE_COUNT;
    judge->other_table = MVP_TABLE_COUNT;
    judge->facts.index = MVP_NONE;
    judge->facts.other_index = MVP_NONE;
}

static const struct mvp_partition *partition_of(const struct part *part)
{
    return mvp_pack_entry(part->pack, MVP_TABLE_PARTITION, part->partition);
}

static uint32_t rows(const void *pack, uint32_t table)
{
    return ((const struct mvp_pack_header *)pack)->tables[table].count;
}

static bool copy(struct part *part)
{
    uint32_t done = part->at++ * COPY_STEP;

    if (part->available < MVP_PART_HEAD) {
        return refuse(part, MVP_PART_NOT_FOUND, part->available, MVP_PART_HEAD);
    }
    bytes_copy((uint8_t *)&part->copy + done, part->home + done, COPY_STEP);
    if (done + COPY_STEP == MVP_PART_HEAD) {
        next_phase(part);
    }
    return true;
}

static bool extent_is_good(struct part *part)
{
    const struct mvp_part_header *header = &part->copy.header;
    const struct mvp_part_signature *signature = &part->copy.signature;
    struct judge judge;
    uint32_t size = 8 * part->delegate->words;

    begin_judging(&judge, part, header);
    judge.facts.available = part->available;
    if (header->magic != MVP_PART_MAGIC) {
        return refuse(part, MVP_PART_NOT_FOUND, header->magic, MVP_PART_MAGIC);
    }
    if (!judge_rules(&judge, rules_part)) {
        return false;
    }
    if (signature->algorithm != MVP_PART_RSA_SHA256 || signature->zero != 0) {
        return refuse(part, MVP_PART_FORMAT, signature->algorithm, MVP_PART_RSA_SHA256);
    }
    if (!bytes_equal(signature->key, part->delegate->key, sizeof signature->key)) {
        return refuse(part, MVP_PART_KEY, signature->key[0], part->delegate->key[0]);
    }
    next_phase(part);
    return header->signature_size == size ||
           refuse(part, MVP_PART_FORMAT, header->signature_size, size);
}

/* Behind the header's last image, and behind the signature, up to the end of each. */
static bool is_padding(const struct part *part, uint64_t at)
{
    const struct mvp_part_header *header = &part->copy.header;
    uint64_t images = offsetof(struct mvp_part_header, images);
    uint64_t value = MVP_PART_SIGNED + offsetof(struct mvp_part_signature, value);

    return at < MVP_PART_SIGNED ? at >= images + header->image_count * sizeof(struct mvp_image)
                                : at >= value + header->signature_size;
}

static bool padding_is_zero(struct part *part)
{
    const uint64_t *words = (const void *)&part->copy;
    uint32_t first = part->at++ * ZERO_STEP;

    for (uint32_t i = first; i < first + ZERO_STEP; i++) {
        if (words[i] != 0 && is_padding(part, 8 * (uint64_t)i)) {
            return refuse(part, MVP_PART_FORMAT, words[i], 8 * (uint64_t)i);
        }
    }
    if (8 * (first + ZERO_STEP) == MVP_PART_HEAD) {
        next_phase(part);
        sha256_init(&part->hash);
    }
    return true;
}

static bool hash(struct part *part)
{
    if (sha256_step(&part->hash, &part->copy.header, MVP_PART_SIGNED)) {
        next_phase(part);
    }
    return true;
}

static bool power(struct part *part)
{
    const struct mvp_part_signature *signature = &part->copy.signature;

    if (part->at++ == 0) {
        return rsa_begin(&part->rsa, part->delegate, (const void *)signature->value) ||
               refuse(part, MVP_PART_SIGNATURE, signature->value[0], 0);
    }
    if (rsa_step(&part->rsa)) {
        next_phase(part);
    }
    return true;
}

void mvp_part_guest(const void *pack, uint32_t partition, struct mvp_part_guest *guest)
{
    const struct mvp_partition *p = mvp_pack_entry(pack, MVP_TABLE_PARTITION, partition);

    bytes_zero(guest, sizeof *guest);
    bytes_copy(guest->persona, p->name, sizeof guest->persona);
    guest->vgic = p->vgic;
    for (uint32_t i = 0; i < rows(pack, MVP_TABLE_VCPU); i++) {
        const struct mvp_vcpu *vcpu = mvp_pack_entry(pack, MVP_TABLE_VCPU, i);

        guest->vcpus += vcpu->partition == partition ? 1 : 0;
    }
    for (uint32_t i = 0; i < rows(pack, MVP_TABLE_REGION); i++) {
        const struct mvp_region *r = mvp_pack_entry(pack, MVP_TABLE_REGION, i);

        if (r->partition == partition && r->kind == MVP_REGION_RAM && guest->ram_size == 0) {
            guest->ram = r->ipa;
            guest->ram_size = r->size;
        } else if (r->partition == partition && r->kind >= MVP_REGION_GICD) {
            guest->devices |= (1U << (r->kind - MVP_REGION_GICD)) & devices;
        }
    }
}

static bool suits_pack(struct part *part)
{
    const struct mvp_part_guest *found = &part->copy.header.guest;
    struct mvp_part_guest wanted;

    mvp_part_guest(part->pack, part->partition, &wanted);
    if (!bytes_equal(found->persona, wanted.persona, sizeof wanted.persona)) {
        return refuse(part, MVP_PART_PERSONA, found->persona[0], wanted.persona[0]);
    }
    return bytes_equal(found, &wanted, sizeof wanted) ||
           refuse(part, MVP_PART_GUEST, found->ram_size, wanted.ram_size);
}

static bool is_vouched(struct part *part)
{
    struct judge judge;

    begin_judging(&judge, part, &part->copy.header);
    judge.facts.features =
        part->pack == NULL ? MVP_FEATURES : judge_features(partition_of(part)->vgic);
    if (!rsa_vouches(&part->rsa, &part->hash)) {
        return refuse(part, MVP_PART_SIGNATURE, part->copy.signature.value[0], 0);
    }
    part->end = MVP_PART_HEAD;
    next_phase(part);
    return (part->pack == NULL || suits_pack(part)) && judge_rules(&judge, rules_part_needs);
}

/* The flags of the RAM or flash of the persona that holds this range of guest addresses; MVP_NONE:
 * none does. Without a pack, all addresses that a guest can have are such RAM. */
static uint32_t flags_of(const struct part *part, uint64_t ipa, uint64_t size)
{
    uint32_t count = part->pack == NULL ? 0 : rows(part->pack, MVP_TABLE_REGION);

    for (uint32_t i = 0; i < count; i++) {
        const struct mvp_region *r = mvp_pack_entry(part->pack, MVP_TABLE_REGION, i);

        if (r->partition == part->partition &&
            (r->kind == MVP_REGION_RAM || r->kind == MVP_REGION_FLASH) &&
            range_holds(r->ipa, r->size, ipa, size)) {
            return r->flags;
        }
    }
    return part->pack == NULL && range_holds(0, JUDGE_END, ipa, size) ? MVP_REGION_EXECUTE
                                                                      : MVP_NONE;
}

static bool image_is_good(struct part *part)
{
    const struct mvp_image *image = &part->copy.header.images[part->at];
    struct judge judge;

    begin_judging(&judge, part, image);
    judge.table = MVP_TABLE_IMAGE;
    judge.facts.index = part->at;
    judge.facts.size = part->end; /* where it must begin: no byte between images is nobody's */
    judge.facts.available = part->copy.header.total_size - part->end;
    if (!judge_rules(&judge, rules_part_image)) {
        return false;
    }
    if (flags_of(part, image->load, image->memory) == MVP_NONE) {
        return judge_refuse(&judge, MVP_PART_IMAGE, image->load, image->memory);
    }
    for (uint32_t i = 0; i < part->at; i++) {
        const struct mvp_image *other = &part->copy.header.images[i];

        if (range_overlaps(image->load, image->memory, other->load, other->memory)) {
            return judge_refuse(&judge, MVP_PART_IMAGE, image->load, other->load);
        }
    }
    part->end += (image->size + PAGE - 1) / PAGE * PAGE;
    part->phase = PART_GAP;
    return true;
}

static bool gap_is_zero(struct part *part)
{
    const struct mvp_image *image = &part->copy.header.images[part->at];

    for (uint64_t i = image->offset + image->size; i % 8 != 0; i++) {
        if (part->home[i] != 0) {
            return refuse(part, MVP_PART_FORMAT, part->home[i], i);
        }
    }
    for (uint64_t i = (image->offset + image->size + 7) / 8; i < part->end / 8; i++) {
        if (((const uint64_t *)(const void *)part->home)[i] != 0) {
            return refuse(part, MVP_PART_FORMAT, 8 * i, 0);
        }
    }
    part->at++;
    part->phase = part->at == part->copy.header.image_count ? PART_ENTRY : PART_IMAGE;
    return true;
}

/* What is entered is an instruction of an image, in memory that may be executed. */
static bool is_loaded(const struct part *part, uint64_t entry)
{
    uint32_t flags = flags_of(part, entry, 4);
    bool found = false;

    for (uint32_t i = 0; i < part->copy.header.image_count; i++) {
        const struct mvp_image *image = &part->copy.header.images[i];

        found = found || range_holds(image->load, image->memory, entry, 4);
    }
    return found && entry % 4 == 0 && flags != MVP_NONE && (flags & MVP_REGION_EXECUTE) != 0;
}

static bool entry_is_good(struct part *part)
{
    struct mvp_part_header *header = &part->copy.header;

    if (part->end != header->total_size) {
        return refuse(part, MVP_PART_FORMAT, header->total_size, part->end);
    }
    if (!is_loaded(part, header->entry)) {
        return refuse(part, MVP_PART_IMAGE, header->entry, 4);
    }
    if (header->dtb % 8 != 0 || (header->dtb != 0 && flags_of(part, header->dtb, 8) == MVP_NONE)) {
        return refuse(part, MVP_PART_IMAGE, header->dtb, 8);
    }
    for (uint32_t i = 0; i < header->image_count; i++) {
        header->images[i].partition = part->partition;
    }
    next_phase(part);
    return true;
}

void part_begin(struct part *part, const void *home, uint64_t available,
                const struct mvp_delegate *delegate)
{
    part->home = home;
    part->available = available;
    part->delegate = delegate;
    part->phase = PART_COPY;
    part->at = 0;
    (void)refuse(part, MVP_OK, 0, 0);
}

bool part_step(struct part *part)
{
    bool good = true;

    switch (part->phase) {
    case PART_COPY:
        good = copy(part);
        break;
    case PART_EXTENT:
        good = extent_is_good(part);
        break;
    case PART_PADDING:
        good = padding_is_zero(part);
        break;
    case PART_HASH:
        good = hash(part);
        break;
    case PART_POWER:
        good = power(part);
        break;
    case PART_VOUCHED:
        good = is_vouched(part);
        break;
    case PART_IMAGE:
        good = image_is_good(part);
        break;
    case PART_GAP:
        good = gap_is_zero(part);
        break;
    default:
        good = entry_is_good(part);
        break;
    }
    if (!good) {
        part->phase = PART_REFUSED;
    }
    return part->phase >= PART_GOOD;
}

uint32_t mvp_part_check(const void *data, uint64_t available, const struct mvp_delegate *delegate,
                        const void *pack, uint32_t partition, struct mvp_verdict *verdict)
{
    struct part part;

    part.pack = pack;
    part.partition = partition;
    part_begin(&part, data, available, delegate);
    while (!part_step(&part)) {
    }
    *verdict = part.verdict;
    return verdict->reason;
}
