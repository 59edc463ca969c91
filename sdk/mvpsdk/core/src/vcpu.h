/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partitions and their vCPUs: all the state there is, statically allocated.
 */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include <mvp/abi.h>
#include <mvp/pack.h>

#include "flash.h"
#include "part.h"
#include "pl011.h"
#include "pl031.h"
#include "pl061.h"
#include "ptimer.h"
#include "sha256.h"
#include "vgic.h"

/* EL1 registers and FP/SIMD state of a vCPU that is not on the CPU; named in arch/aarch64. */
struct arch_context {
    uint64_t system[32];
    uint64_t fp[66]; /* q0..q31, fpcr, fpsr */
};

enum vcpu_state {
    VCPU_OFF = 0,      /* waits for CPU_ON, or its partition is not running */
    VCPU_LOADING = 1,  /* its partition's images are being placed, at its priority */
    VCPU_READY = 2,    /* can run */
    VCPU_WAITING = 3,  /* in WFI: an interrupt makes it ready */
    VCPU_SUSPENDED = 4 /* an interrupt makes it start at entry */
};

/* The vector's entry stores into the first fields: their offsets are asserted there. */
struct vcpu {
    uint64_t x[31];  /* x0..x30 */
    uint64_t pc;     /* ELR_EL2; valid after a full save only */
    uint64_t pstate; /* SPSR_EL2; likewise */
    uint64_t stack;  /* top of the hypervisor's stack on this vCPU's CPU */
    uint64_t entry;  /* what pc and x0 become when it starts: pc and x[] are not touched before */
    uint64_t argument;
    struct arch_context context;
    struct partition *partition;
    struct cpu *home;        /* the physical CPU that it is pinned to */
    struct vcpu *next;       /* run queue of its home, by priority */
    uint32_t number;         /* within the partition */
    uint32_t state;          /* enum vcpu_state */
    uint32_t fresh;          /* 1: starts from reset at its next turn, at entry */
    uint32_t again;          /* 1: its access is not done, and comes again (flash_write()) */
    uint64_t vtimer_control; /* CNTV_CTL_EL0 and CNTV_CVAL_EL0 while it is off the CPU */
    uint64_t vtimer_compare;
    uint64_t slice_left; /* ticks of its time slice not used */
    struct ptimer ptimer;
    struct vgic_cpu vgic;
};

/* An emulated device window: kind as in enum mvp_region_kind, range of guest addresses. */
struct window {
    uint64_t ipa;
    uint64_t size;
    uint32_t kind;
    uint32_t intid;
};

/* The most that a judged pack has: a GIC's two, PL011, PL031, PL061. */
#define PARTITION_WINDOWS 5

/* Where a partition's images stand on their way from the pack to its RAM (loader.h). */
struct loader {
    uint32_t phase;       /* enum loader_phase */
    uint32_t index;       /* of the region that is scrubbed, or the image that is placed */
    uint64_t done;        /* bytes of it */
    uint64_t home;        /* of the image: physical address */
    struct sha256 digest; /* of the image so far */
#ifndef WITHOUT_DELEGATE
    const uint8_t *source; /* of which the images are: the pack, or its part */
#endif
};

struct partition {
    const struct mvp_partition *config;
    uint32_t index;
    uint32_t state;          /* enum mvp_partition_state */
    uint64_t vttbr;          /* VTTBR_EL2: VMID and stage-2 root */
    uint64_t counter_offset; /* CNTVOFF_EL2 */
    uint32_t vcpu_count;
    uint32_t window_count;
    uint32_t midline; /* 1: its last line on the console is not ended */
    uint32_t zero;
    struct vcpu *vcpus; /* in a row, by number */
    struct window windows[PARTITION_WINDOWS];
    struct loader loader;
    struct vgic vgic;
    struct pl011 uart;
    struct pl031 rtc;
#ifndef WITHOUT_FLASH
    struct flash flash[2]; /* FLASH_BANKS */
#endif
#ifndef WITHOUT_POWER
    struct pl061 gpio;
#endif
#ifndef WITHOUT_DELEGATE
    struct part part; /* where its images are, if the pack has delegated it */
#endif
};

#endif
