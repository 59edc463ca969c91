/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest ABI, version 1.0: MVP calls, their results, and the note that an image carries.
 *
 * Calls are SMCCC 1.2 fast calls (Arm DEN0028) by HVC (or SMC, trapped) in the vendor-specific
 * hypervisor range. Linux images carry internal ids of another hypervisor at 0xc60000xx, so ours
 * start far above; a guest probes the UID first. x0 = id, x1.. = arguments, x0.. = results.
 */
#ifndef MVP_ABI_H
#define MVP_ABI_H

#include <stdint.h>

#define MVP_ABI_MAJOR 1
#define MVP_ABI_MINOR 0

/* SMCCC vendor-specific hypervisor service: standard queries. */
#define MVP_CALL_COUNT 0x8600ff00
#define MVP_CALL_UID 0x8600ff01
#define MVP_CALL_REVISION 0x8600ff03

/* UID 6d767073-646b-4d56-8950-000000000001, as SMCCC returns it in w0..w3. */
#define MVP_UID_0 0x7370766d
#define MVP_UID_1 0x564d6b64
#define MVP_UID_2 0x00005089
#define MVP_UID_3 0x01000000

/* MVP calls, 64-bit convention. */
#define MVP_CALL_FEATURES 0xc6008000        /* -> x0 = feature bits, x1 = ABI major << 16 | minor */
#define MVP_CALL_CONSOLE_WRITE 0xc6008001   /* x1 = IPA, x2 = bytes <= 256 -> x0 = bytes taken */
#define MVP_CALL_PARTITION_INFO 0xc6008002  /* -> x0 = own index, x1 = partitions, x2 = kind */
#define MVP_CALL_PARTITION_STATE 0xc6008003 /* x1 = index (realtime only) -> x0 = state */
#define MVP_CALL_TIME_OF_DAY 0xc6008004     /* x1 = seconds since 1970 (realtime only) -> x0 */
#define MVP_CALL_TRACE_MARK 0xc6008005      /* x1 = value: a line in the log */
#define MVP_CALL_PINS 0xc6008006 /* x1 = index, x2 = its PL061's inputs (realtime only) */

#define MVP_SUCCESS 0
#define MVP_NOT_SUPPORTED -1
#define MVP_INVALID -2
#define MVP_DENIED -3

/* Longest console write, in bytes. */
#define MVP_CONSOLE_WRITE_MAX 256

/* Feature bits that a hypervisor build offers and an image may need. */
#define MVP_FEATURE_CONSOLE 0x1
#define MVP_FEATURE_VGIC3 0x2
#define MVP_FEATURE_PL011 0x4
#define MVP_FEATURE_PL031 0x8
#define MVP_FEATURE_PHYSICAL_TIMER 0x10
#define MVP_FEATURE_VGIC2 0x20
#define MVP_FEATURE_POWER 0x40
#define MVP_FEATURE_FLASH 0x80
#define MVP_FEATURE_SMP 0x100
#define MVP_FEATURE_MENU 0x200
#define MVP_FEATURE_SMMU 0x400
#define MVP_FEATURES 0x7ff /* all there are; of the two vGICs, a board offers its own version */

/* The ABI note: one block in an allocated section, 8-byte aligned, so that it survives objcopy
 * and can be found in a raw image by its magic. It is also the descriptor of an ELF note with
 * owner "MVP" and type 1. Little-endian. The layout is fixed for ABI major 1. */
#define MVP_NOTE_TYPE 1
#define MVP_NOTE_MAGIC 0x010049424150564d /* "MVPABI" 0 1 */
#define MVP_NOTE_CONDUIT_HVC 1
#define MVP_NOTE_CONDUIT_SMC 2
#define MVP_NOTE_ROLE_GUEST 1
#define MVP_NOTE_ROLE_HYPERVISOR 2

struct mvp_abi_note {
    uint64_t magic;
    uint16_t size;         /* bytes of this block: 96 */
    uint8_t role;          /* guest needs, or hypervisor offers */
    uint8_t psci_conduits; /* bit 0 HVC, bit 1 SMC */
    uint16_t abi_major;
    uint16_t abi_minor;     /* guest: the smallest that will do; hypervisor: its own */
    uint64_t features;      /* bits needed or offered */
    uint64_t calls;         /* bit n: call 0xc6008000 + n */
    uint32_t vgic_versions; /* bit n: version n accepted or offered */
    uint32_t page_sizes;    /* bit 0 4 KiB, bit 1 16 KiB, bit 2 64 KiB used by the image */
    uint64_t linked_ipa;    /* address that the image is linked at; all ones: any */
    uint8_t layouts[32];    /* SHA-256 over the shared structs' layouts */
    uint32_t reserved[2];
    uint32_t zero;
    uint32_t checksum; /* mvp_checksum over the block with this field zero, low 32 bits */
};

/* Partition states, as MVP_CALL_PARTITION_STATE returns them. */
enum mvp_partition_state {
    MVP_PARTITION_OFF = 0,
    MVP_PARTITION_LOADING = 1,
    MVP_PARTITION_RUNNING = 2,
    MVP_PARTITION_STOPPED = 3, /* by its own PSCI call */
    MVP_PARTITION_CRASHED = 4,
    MVP_PARTITION_SUSPENDED = 5 /* SYSTEM_SUSPEND: an interrupt of a device resumes it */
};

#endif
