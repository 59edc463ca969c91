/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pack: what the hypervisor reads at boot. One flat little-endian file of whole 4 KiB pages:
 *
 *     header | configuration and image tables ("metadata")  | images, each on a page of its own
 *
 * Every field is untrusted until mvp_pack_check() has said MVP_OK. All padding is named and zero.
 * Tables carry their own stride, so that a later minor version may make an entry longer.
 */
#ifndef MVP_PACK_H
#define MVP_PACK_H

#include <stdint.h>

#define MVP_PACK_MAGIC 0x4b4341502d50564d /* "MVP-PACK" */
#define MVP_PACK_MAJOR 1
#define MVP_PACK_MINOR 0
#define MVP_PACK_ALIGN 4096
#define MVP_META_MAX 65536       /* header and tables together, bytes */
#define MVP_WINDOW_SIZE 0x200000 /* the hypervisor's own memory, 2 MiB aligned */
#define MVP_NONE 0xffffffff

/* Most entries that this build accepts, by table. */
#define MVP_MAX_BOARDS 1
#define MVP_MAX_MEMORY 64
#define MVP_MAX_PARTITIONS 4
#define MVP_MAX_VCPUS 8
#define MVP_MAX_CPUS 8 /* physical CPUs that partitions may be on: the board's first */
#define MVP_MAX_REGIONS 64
#define MVP_MAX_INTERRUPTS 64
#define MVP_MAX_CHANNELS 0
#define MVP_MAX_IMAGES 32
#define MVP_MAX_SMMUS 1
#define MVP_MAX_STREAMS 16 /* of one SMMU that partitions have */
#define MVP_INTIDS 1024

enum mvp_table_id {
    MVP_TABLE_BOARD = 0,
    MVP_TABLE_MEMORY = 1,
    MVP_TABLE_PARTITION = 2,
    MVP_TABLE_VCPU = 3,
    MVP_TABLE_REGION = 4,
    MVP_TABLE_INTERRUPT = 5,
    MVP_TABLE_CHANNEL = 6,
    MVP_TABLE_IMAGE = 7,
    MVP_TABLE_SMMU = 8,
    MVP_TABLE_COUNT = 9
};

struct mvp_table {
    uint32_t offset; /* from the pack's start, bytes, multiple of 8 */
    uint32_t count;
    uint32_t stride; /* bytes from entry to entry, multiple of 8 */
    uint32_t zero;
};

struct mvp_pack_header {
    uint64_t magic;
    uint16_t major;       /* another major: refused */
    uint16_t minor;       /* a later minor only adds */
    uint32_t header_size; /* bytes of this struct: 256 */
    uint64_t checksum;    /* mvp_checksum over the metadata with this field zero */
    uint64_t meta_size;   /* bytes of header and tables, multiple of 8 */
    uint64_t total_size;  /* bytes of the whole pack, multiple of 4096 */
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t flags;             /* MVP_PACK_FLAG_* */
    uint64_t features;          /* hypervisor features that the pack relies on (MVP_FEATURE_*) */
    uint8_t fingerprint[32];    /* SHA-256 of the core's portable sources */
    struct mvp_table tables[9]; /* by enum mvp_table_id */
    uint32_t default_persona;   /* partition index; MVP_NONE: none */
    uint32_t menu_ms;           /* how long the boot menu waits, milliseconds; 0: no menu */
    uint64_t rollback_index;
    uint64_t zero;
};

#define MVP_PACK_FLAG_CONCURRENT 0x1 /* all personas resident; else one at a time */

#define MVP_CONSOLE_SPAN 0x100 /* bytes of registers that a console driver may touch */

enum mvp_bring_up { MVP_BRING_UP_NONE = 0, MVP_BRING_UP_PSCI_SMC = 1, MVP_BRING_UP_SPIN_TABLE = 2 };

/* The board's facts. Addresses are physical. */
struct mvp_board {
    uint8_t name[32];       /* printable, NUL padded */
    uint8_t compatible[64]; /* of the device tree's root */
    uint64_t window;        /* home of the hypervisor: MVP_WINDOW_SIZE bytes */
    uint64_t pack_home;     /* home of the pack, 4 KiB aligned */
    uint64_t gicd_base;
    uint64_t gicd_size;
    uint64_t gicr_base; /* GICv3: redistributors; GICv2: CPU interface */
    uint64_t gicr_size;
    uint64_t gich_base; /* GICv2 only */
    uint64_t gich_size;
    uint64_t gicv_base; /* GICv2 only */
    uint64_t gicv_size;
    uint64_t console_base; /* the pages that its registers lie in */
    uint64_t console_size;
    uint64_t console_register;  /* the first register, a multiple of 4 */
    uint8_t console_driver[16]; /* core/drivers/console_<driver>.c, NUL padded; "none": mute */
    uint32_t console_shift;     /* registers stand 1 << shift bytes apart, if that can differ */
    uint32_t console_width;     /* bytes of one access: 1, 2 or 4; mute: 0, as all of these */
    uint32_t console_irq;       /* INTID */
    uint32_t gic_version;       /* 2 or 3 */
    uint32_t maintenance_irq;   /* INTID of a PPI, as are the next three */
    uint32_t virtual_irq;
    uint32_t physical_irq;
    uint32_t hypervisor_irq;
    uint32_t cpu_count;
    uint32_t bring_up; /* enum mvp_bring_up */
    /* Of each CPU, the boot CPU first; 0 behind the last. MVP_MAX_CPUS of them. */
    uint64_t cpu_affinity[8]; /* MPIDR_EL1's affinity fields: bits 39:32 and 23:0 */
    uint64_t cpu_release[8];  /* where it waits for its entry, in a spin table; 0: by bring_up */
};

enum mvp_memory_kind { MVP_MEMORY_RAM = 1, MVP_MEMORY_RESERVED = 2 };

/* RAM banks and memory that nobody may have. */
struct mvp_memory {
    uint64_t base;
    uint64_t size;
    uint32_t kind;  /* enum mvp_memory_kind */
    uint32_t board; /* index */
    uint8_t name[16];
};

enum mvp_partition_kind { MVP_REALTIME = 1, MVP_PERSONA = 2 };
enum mvp_restart { MVP_RESTART_NEVER = 0, MVP_RESTART_ON_CRASH = 1, MVP_RESTART_ALWAYS = 2 };
enum mvp_entry_protocol { MVP_ENTRY_LINUX = 1 }; /* x0 = device tree, x1..x3 = 0, EL1h, MMU off */

struct mvp_partition {
    uint8_t name[16];   /* printable, NUL padded, unique */
    uint32_t kind;      /* enum mvp_partition_kind */
    uint32_t priority;  /* 0 is highest; equals share by time slice */
    uint32_t restart;   /* enum mvp_restart */
    uint32_t vgic;      /* the board's gic_version, or 2 */
    uint32_t protocol;  /* enum mvp_entry_protocol */
    uint32_t slice_us;  /* time slice among equals, microseconds; 0: the default */
    uint64_t entry;     /* IPA */
    uint64_t dtb;       /* IPA; 0: none */
    uint16_t abi_major; /* of the image's note; 0: it carries none */
    uint16_t abi_minor;
    uint32_t flags;    /* must be 0 */
    uint64_t features; /* that the image's note needs */
    uint64_t delegate; /* offset in the metadata of its struct mvp_delegate, bytes; 0: none */
    uint64_t zero;
};

#define MVP_RSA_WORDS 64 /* of 64 bits that a modulus has at most: 4096 bits */

/*
 * Of a persona whose images come in a part of its own (mvp/part.h), signed by somebody else: by
 * whose key, and where the boot loader puts it. It has no images here, no entry, and asks for
 * nothing. Numbers have their least significant word first, and zeros behind their last one.
 */
struct mvp_delegate {
    uint64_t home;           /* physical: nobody's RAM */
    uint64_t room;           /* bytes there */
    uint64_t rollback_index; /* of a part, at least */
    uint32_t words;          /* of the modulus: 32 to 64 */
    uint32_t zero;
    uint8_t key[32];      /* SHA-256 of the public key (SPKI, DER) */
    uint64_t modulus[64]; /* the public exponent is 65537 */
    uint64_t square[64];  /* 2 to the power of 128 * words, modulo the modulus */
};

struct mvp_vcpu {
    uint32_t partition; /* index */
    uint32_t number;    /* within the partition, from 0 */
    uint32_t cpu;       /* the physical CPU that it is pinned to */
    uint32_t zero;
};

/* What a partition finds at its addresses. Kinds below 16 are mapped by stage-2; kinds from 16 on
 * are emulated: unmapped, and each access is served by the hypervisor. */
enum mvp_region_kind {
    MVP_REGION_RAM = 1,
    MVP_REGION_DEVICE = 2,
    MVP_REGION_CHANNEL = 3,
    MVP_REGION_GICV = 4, /* a page of the board's GICV: the CPU interface of a vGICv2 */
    MVP_REGION_GICD = 16,
    MVP_REGION_GICR = 17,
    MVP_REGION_PL011 = 18,
    MVP_REGION_PL031 = 19,
    MVP_REGION_GICD2 = 20, /* the distributor of a vGICv2; GICD and GICR are a vGICv3's */
    MVP_REGION_GICC = 21,  /* its CPU interface in software, where the board has no GICV */
    MVP_REGION_FLASH = 22, /* a bank of NOR flash: mapped, too, while it is read as memory */
    MVP_REGION_PL061 = 23
};

#define MVP_REGION_WRITE 0x1
#define MVP_REGION_EXECUTE 0x2

struct mvp_region {
    uint64_t ipa;
    uint64_t pa;        /* 0 for an emulated one; flash: RAM that holds what is in it */
    uint64_t size;      /* flash: of that RAM; as guest addresses it has MVP_FLASH_SIZE */
    uint32_t kind;      /* enum mvp_region_kind */
    uint32_t flags;     /* MVP_REGION_* */
    uint32_t partition; /* index */
    uint32_t intid;     /* of an emulated device, in the partition's vGIC; else 0 */
};

#define MVP_INTERRUPT_EDGE 0x1

/* A physical interrupt that a partition owns. */
struct mvp_interrupt {
    uint32_t physical;  /* INTID, SPIs only: 32..1019 */
    uint32_t intid;     /* in the partition's vGIC */
    uint32_t partition; /* index */
    uint32_t flags;     /* MVP_INTERRUPT_EDGE */
};

/* Shared memory between two partitions, with a doorbell each way. Room only: no build offers it. */
struct mvp_channel {
    uint8_t name[16];
    uint32_t region[2];   /* region index of each end */
    uint32_t doorbell[2]; /* INTID at each end */
    uint64_t size;
    uint64_t zero;
};

#define MVP_SMMU_SIZE 0x20000 /* its registers: two pages of 64 KiB (Arm IHI 0070, 6.1) */
#define MVP_SMMU_STREAMS 256  /* streams are numbered below this in what the hypervisor keeps */

/* An SMMUv3: it holds the DMA of devices to what their partition can reach. No row: the board has
 * none that the hypervisor drives. */
struct mvp_smmu {
    uint64_t base; /* of its registers, physical */
    uint64_t size;
    uint32_t event_irq; /* INTID of an SPI, edge-triggered: a transfer has been refused */
    uint32_t error_irq; /* the same: it has failed itself. May be the same INTID */
    uint32_t stream_count;
    uint32_t zero;
    /* Of each stream, MVP_MAX_STREAMS of them; 0 behind the last. */
    uint32_t stream[16];    /* StreamID: by which the SMMU knows a device */
    uint32_t partition[16]; /* index: whose the device is */
};

enum mvp_image_kind {
    MVP_IMAGE_KERNEL = 1,
    MVP_IMAGE_RAMDISK = 2,
    MVP_IMAGE_DTB = 3,
    MVP_IMAGE_SEGMENT = 4, /* of a realtime firmware's ELF */
    MVP_IMAGE_FLASH = 5    /* what a bank of flash holds at first */
};

struct mvp_image {
    uint8_t name[32];   /* printable, NUL padded, unique */
    uint64_t offset;    /* in the pack, multiple of 4096 */
    uint64_t size;      /* bytes in the pack */
    uint64_t load;      /* IPA */
    uint64_t memory;    /* bytes taken at run time, from load; at least size */
    uint32_t kind;      /* enum mvp_image_kind */
    uint32_t partition; /* index */
    uint8_t digest[32]; /* SHA-256 of the size bytes */
};

#endif
