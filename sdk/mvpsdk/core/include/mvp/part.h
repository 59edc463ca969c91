/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A persona's part: its images in a file of their own, signed by whom the pack has delegated it to
 * (struct mvp_delegate). Little-endian, whole 4 KiB pages:
 *
 *     header, 2 KiB | signature over it, 2 KiB | images, each on the next page, zeros between
 *
 * The header says the length of everything and the digest of each image, so the signature covers
 * them all. Every field is untrusted until mvp_part_check() has said MVP_OK. Padding is zero.
 */
#ifndef MVP_PART_H
#define MVP_PART_H

#include <mvp/pack.h>
#include <mvp/reason.h>

#define MVP_PART_MAGIC 0x545241502d50564d /* "MVP-PART" */
#define MVP_PART_MAJOR 1
#define MVP_PART_MINOR 0
#define MVP_PART_SIGNED 2048 /* bytes of the header: what the signature is over */
#define MVP_PART_HEAD 4096   /* of header and signature */
#define MVP_PART_IMAGES 8    /* at most */
#define MVP_PART_RSA_SHA256 1

/* For whom the images were laid out. The board is not in it: what a guest sees is the same on all
 * of them. */
struct mvp_part_guest {
    uint8_t persona[16]; /* its name, NUL padded */
    uint64_t ram;        /* IPA of its RAM: the first region that it has */
    uint64_t ram_size;   /* bytes */
    uint32_t vcpus;
    uint32_t vgic;    /* version of its GIC, as its device tree says */
    uint64_t devices; /* bit n: it has the emulated device of region kind 16 + n; no GIC's */
};

struct mvp_part_header {
    uint64_t magic;
    uint16_t major;       /* another: refused */
    uint16_t minor;       /* a later: refused, since its fields would be padding here */
    uint32_t header_size; /* bytes of this struct */
    uint64_t total_size;  /* bytes of the whole part, multiple of 4096 */
    uint16_t abi_major;   /* guest ABI that its persona was made for */
    uint16_t abi_minor;
    uint32_t image_count;
    uint64_t features;       /* hypervisor features that it relies on (MVP_FEATURE_*) */
    uint64_t rollback_index; /* of this persona, its vendor's own */
    uint16_t pack_major;     /* the pack's format that the image table is of */
    uint16_t pack_minor;
    uint32_t signature_size; /* bytes of the signature: those of the key's modulus */
    uint64_t entry;          /* IPA */
    uint64_t dtb;            /* IPA; 0: none */
    struct mvp_part_guest guest;
    struct mvp_image images[8]; /* offsets are from the part's start; partition is 0 */
    uint64_t zero[137];
};

struct mvp_part_signature {
    uint32_t algorithm; /* MVP_PART_RSA_SHA256: RSASSA-PKCS1-v1_5, SHA-256 (RFC 8017, 8.2) */
    uint32_t zero;
    uint8_t key[32];    /* SHA-256 of the public key (SPKI, DER) */
    uint8_t value[512]; /* signature_size bytes, big-endian as RSA has it */
    uint64_t zeros[187];
};

/* The first page of a part. */
struct mvp_part {
    struct mvp_part_header header;
    struct mvp_part_signature signature;
};

/* Judges the part in [data, data + available), 8-byte aligned, as the hypervisor does before it
 * starts the persona; images' digests are not checked. delegate: whose key counts. pack: judged
 * MVP_OK, and partition is the persona's index there; NULL: whether it fits a pack is not asked.
 * Returns verdict->reason. A verdict's table is MVP_TABLE_IMAGE or that of no table. */
uint32_t mvp_part_check(const void *data, uint64_t available, const struct mvp_delegate *delegate,
                        const void *pack, uint32_t partition, struct mvp_verdict *verdict);

/* What a part for this partition of a judged pack must have been laid out for. */
void mvp_part_guest(const void *pack, uint32_t partition, struct mvp_part_guest *guest);

/* Where the pack has the delegation of a partition; NULL: its images are in the pack. */
const struct mvp_delegate *mvp_pack_delegate(const void *pack, uint32_t partition);

#endif
