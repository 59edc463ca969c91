/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reason codes: why the hypervisor refuses a pack, stops at boot, or stops a partition.
 *
 * One list for the host and the board. A code is never renumbered and never reused; the lint
 * rules (lint/rules) name the code that they speak for.
 */
#ifndef MVP_REASON_H
#define MVP_REASON_H

#include <stdint.h>

enum mvp_reason {
    MVP_OK = 0,

    /* Entry: the boot loader's side of the contract. */
    MVP_ENTRY_NOT_EL2 = 1,    /* CurrentEL is not EL2 */
    MVP_ENTRY_NO_FDT = 2,     /* x0 does not point at a flattened device tree */
    MVP_ENTRY_NO_INITRD = 3,  /* /chosen has no linux,initrd-start and -end */
    MVP_ENTRY_HOME_CLASH = 4, /* neither hypervisor nor pack can move home without the other */
    MVP_ENTRY_FDT_BAD = 5,    /* the device tree's structure is damaged */

    /* The pack as a file. */
    MVP_PACK_NOT_FOUND = 16,   /* no pack magic inside the initrd range */
    MVP_PACK_TRUNCATED = 17,   /* fewer bytes there than the header says */
    MVP_PACK_FORMAT = 18,      /* format major version, or header size, is not ours */
    MVP_PACK_CHECKSUM = 19,    /* header, configuration and tables do not add up */
    MVP_PACK_FINGERPRINT = 20, /* made for other core sources than the hypervisor's */
    MVP_PACK_TABLE = 21,       /* a table lies outside the metadata, is misaligned or too long */
    MVP_PACK_ABI = 22,         /* the pack needs another guest ABI */
    MVP_PACK_FEATURE = 23,     /* the pack needs a feature bit that this build lacks */

    /* The configuration's values. */
    MVP_CONFIG_BOARD = 32,     /* board facts out of range or not supported by this build */
    MVP_CONFIG_PARTITION = 33, /* partition: kind, counts, names or flags out of range */
    MVP_CONFIG_VCPU = 34,      /* vCPU: pinned to a CPU that the board lacks, or not its own */
    MVP_CONFIG_REGION = 35,    /* region: kind, attributes or owner out of range */
    MVP_CONFIG_INTERRUPT = 36, /* interrupt: out of range, given twice, or the hypervisor's own */
    MVP_CONFIG_CHANNEL = 37,   /* channel: its ends do not exist */
    MVP_CONFIG_IMAGE = 38,     /* image: kind, owner or file range out of range */
    MVP_CONFIG_ENTRY = 39,     /* entry or device tree address outside the partition's RAM */
    MVP_CONFIG_SMMU = 40,      /* SMMU: registers, interrupts, streams or their owners */
    MVP_CONFIG_DELEGATE = 41,  /* delegated persona: its key, or what it has in the pack itself */

    /* Memory proofs: MEM rules. */
    MVP_MEM_HYPERVISOR = 48,  /* a partition's memory covers the hypervisor or the pack */
    MVP_MEM_OVERLAP = 49,     /* two owners of one physical page */
    MVP_MEM_OUTSIDE_RAM = 50, /* memory that no RAM bank holds */
    MVP_MEM_ALIGN = 51,       /* base or size is not a multiple of 4 KiB */
    MVP_MEM_RESERVED = 52,    /* a partition's memory covers reserved memory */
    MVP_MEM_IPA_OVERLAP = 53, /* two things at one guest address */
    MVP_MEM_IPA_RANGE = 54,   /* a guest address beyond the stage-2 input range */
    MVP_MEM_IMAGE = 55,       /* an image does not fit its RAM, or two images share bytes */
    MVP_MEM_DEVICE = 56,      /* a device window over RAM, the GIC or the hypervisor's console */
    MVP_MEM_TABLES = 57,      /* the stage-2 tables do not fit their pool */
    MVP_MEM_WRAP = 58,        /* base + size wraps, or passes the end of physical addresses */

    /* At run time. */
    MVP_RUN_IMAGE_DIGEST = 64, /* an image's SHA-256 is not the one in the pack */
    MVP_RUN_NO_GIC = 65,       /* the CPU or board has no GIC that this build drives */
    MVP_RUN_STAGE2_FAULT = 66, /* a guest touched an address that nobody gave it */
    MVP_RUN_NO_SYNDROME = 67,  /* a device access that the CPU does not describe (ISV = 0) */
    MVP_RUN_TRAP = 68,         /* an instruction that the platform does not offer */
    MVP_RUN_PANIC = 69,        /* an exception in the hypervisor itself */
    MVP_RUN_SERROR = 70,       /* an asynchronous external abort */
    MVP_RUN_WINDOW = 71,       /* the binary outgrew its 2 MiB window or was linked wrongly */
    MVP_RUN_CONSOLE = 72,      /* this build has another console driver than the pack names */
    MVP_RUN_STACK = 73,        /* the hypervisor's stack ran into the page below it */
    MVP_RUN_CPU = 74,          /* a CPU of the board did not start */
    MVP_RUN_SMMU = 75,         /* the SMMU lacks what holds DMA back, or did not answer */
    MVP_RUN_DMA = 76,          /* a device wanted memory that its partition can't reach */

    /* A persona's part. */
    MVP_PART_NOT_FOUND = 80, /* no part's magic at the persona's home */
    MVP_PART_FORMAT = 81,    /* format, lengths or padding of the part are not as they must be */
    MVP_PART_SIZE = 82,      /* the part is larger than the room that it has */
    MVP_PART_KEY = 83,       /* the part is signed by another key than the delegated one */
    MVP_PART_SIGNATURE = 84, /* the signature is not the delegated key's over this header */
    MVP_PART_PERSONA = 85,   /* the part is another persona's */
    MVP_PART_GUEST = 86,     /* the part was made for other memory, CPUs or devices */
    MVP_PART_ABI = 87,       /* the part needs another guest ABI */
    MVP_PART_FEATURE = 88,   /* the part needs a feature bit that this build lacks */
    MVP_PART_ROLLBACK = 89,  /* the part is older than what may still start */
    MVP_PART_IMAGE = 90,     /* an image of the part: kind, place, or what is entered there */
    MVP_PART_DIGEST = 91     /* an image's SHA-256 is not the one in the part */
};

/* Where a refusal points: table and index as in pack.h, and the two values that collide. */
struct mvp_verdict {
    uint32_t reason;      /* enum mvp_reason */
    uint32_t table;       /* enum mvp_table_id of the entry at fault */
    uint32_t index;       /* its index */
    uint32_t other_table; /* of the entry it collides with */
    uint32_t other_index; /* its index; 0xffffffff: none */
    uint32_t zero;
    uint64_t value; /* the value found */
    uint64_t bound; /* the value it collides with */
};

#endif
