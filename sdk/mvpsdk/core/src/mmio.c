/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's load or store at an emulated device, as a data abort tells it. */
#include <stddef.h>

#include <mvp/platform.h>

#include "arch.h"
#include "flash.h"
#include "machine.h"
#include "optional.h"
#include "timer.h"
#include "trace.h"
#include "trap.h"

/* ISS of a data abort (Arm DDI 0487, D19): what the instruction was about to do. */
#define ISS_ISV_UP 7     /* shift that makes ISV, bit 24, the sign: the fields below are valid */
#define ISS_SAS_SHIFT 22 /* access size: 1 << SAS bytes */
#define ISS_SAS 0x00c00000
#define ISS_WORD 0x00800000
#define ISS_SSE 0x00200000 /* sign-extend a load */
#define ISS_SRT_SHIFT 16   /* register; 31: the zero register */
#define ISS_SF 0x00008000  /* 64-bit register */
#define ISS_WNR 0x40
#define ISS_FSC_CLASS 0x3c  /* fault status without its level */
#define ISS_TRANSLATION 0x4 /* HPFAR_EL2 tells the address of no other kind of fault here */
#define ISS_PERMISSION 0xc
#define ISS_CACHE 0x100 /* cache maintenance */

/* x18..x29: C gives them back as it found them (AAPCS64, 6.1.1). */
#define FIRST_KEPT 18
#define KEPT 12

/* Those that a partition lacks have size 0. */
static const struct window *window_at(const struct partition *partition, uint64_t ipa)
{
    const struct window *end = &partition->windows[PARTITION_WINDOWS];

    for (const struct window *window = partition->windows; window != end; window++) {
        if (ipa - window->ipa < window->size) {
            return window;
        }
    }
    return NULL;
}

/* The clock is the board's, one for all: a partition that starts late is not late. */
static uint64_t seconds(void)
{
    return arch_time() / arch_time_frequency() + machine.time_of_day;
}

static __attribute__((noinline)) uint64_t clock_read(struct vcpu *vcpu, uint64_t offset)
{
    return pl031_read(vcpu, offset, seconds());
}

static __attribute__((noinline)) void clock_write(struct vcpu *vcpu, uint64_t offset,
                                                  uint64_t value)
{
    pl031_write(vcpu, offset, value, seconds());
    timer_program(vcpu->home);
}

static uint64_t read(struct vcpu *vcpu, uint32_t kind, uint64_t offset, uint32_t size)
{
    if (__builtin_expect(kind == MVP_REGION_GICD ? 1 : 0, 1) !=
        0) { /* no detour for the usual one */
        return vgic_distributor_read(vcpu, offset, size);
    }
    if (FEATURE_SOFT_GIC != 0 && kind == MVP_REGION_GICC) { /* and next to usual */
        return gicc2_read(vcpu, offset);
    }
    switch (kind) {
    case MVP_REGION_GICR:
        return vgic_redistributor_read(vcpu, offset, size);
#if FEATURE_VGIC2
    case MVP_REGION_GICD2:
        return vgic_distributor2_read(vcpu, offset, size);
#endif
    case MVP_REGION_PL011:
        return pl011_read(vcpu, offset);
#if FEATURE_POWER
    case MVP_REGION_PL061:
        return pl061_read(vcpu, offset);
#endif
    default:
        return FEATURE_RTC != 0 ? clock_read(vcpu, offset) : 0;
    }
}

static void write(struct vcpu *vcpu, uint32_t kind, uint64_t offset, uint32_t size, uint64_t value)
{
    if (FEATURE_SOFT_GIC != 0 && kind == MVP_REGION_GICC) {
        gicc2_write(vcpu, offset, value);
        return;
    }
    switch (kind) {
    case MVP_REGION_GICD:
        vgic_distributor_write(vcpu, offset, size, value);
        break;
    case MVP_REGION_GICR:
        vgic_redistributor_write(vcpu, offset, size, value);
        break;
#if FEATURE_VGIC2
    case MVP_REGION_GICD2:
        vgic_distributor2_write(vcpu, offset, size, value);
        break;
#endif
    case MVP_REGION_PL011:
        pl011_write(vcpu, offset, value);
        break;
#if FEATURE_POWER
    case MVP_REGION_PL061:
        pl061_write(vcpu, offset, value);
        break;
#endif
    default:
        if (FEATURE_RTC != 0) {
            clock_write(vcpu, offset, value);
        }
        break;
    }
}

/* HPFAR_EL2: bits 43:4 are IPA 51:12, all others 0. */
uint64_t trap_ipa(uint64_t address, uint64_t hpfar)
{
    return hpfar << 8 | (address & 0xfff);
}

uint32_t trap_outcome(const struct vcpu *vcpu, uint32_t reg)
{
    if (vcpu->home->resched != 0) {
        return TRAP_RESCHED;
    }
    return reg - FIRST_KEPT < KEPT ? TRAP_RELOAD : TRAP_SERVED;
}

static uint32_t bits_of(uint64_t syndrome)
{
    return 8U << (syndrome >> ISS_SAS_SHIFT & 3);
}

static uint32_t register_of(uint64_t syndrome)
{
    return (uint32_t)(syndrome >> ISS_SRT_SHIFT) & 31;
}

/* The bits of a value that an access has. */
static uint64_t narrow(uint64_t value, uint32_t bits)
{
    return value & ~0ULL >> ((0 - bits) & 63);
}

static uint64_t extend(uint64_t value, uint64_t syndrome)
{
    uint64_t sign = 1ULL << (bits_of(syndrome) - 1);

    if ((syndrome & ISS_SSE) == 0) {
        return value;
    }
    value = (value ^ sign) - sign;
    return (syndrome & ISS_SF) != 0 ? value : value & 0xffffffff;
}

static __attribute__((noinline)) uint32_t loaded_other(struct vcpu *vcpu, uint64_t syndrome,
                                                       uint64_t value)
{
    uint32_t reg = register_of(syndrome);

    if (reg != 31) {
        vcpu->x[reg] = extend(narrow(value, bits_of(syndrome)), syndrome);
    }
    return trap_outcome(vcpu, reg);
}

/* A load's value reaches its register: mostly 32 bits, zero-extended. */
static __attribute__((noinline)) uint32_t loaded(struct vcpu *vcpu, uint64_t syndrome,
                                                 uint64_t value)
{
    uint32_t reg = register_of(syndrome);

    if ((syndrome & (ISS_SAS | ISS_SSE)) != ISS_WORD) {
        return loaded_other(vcpu, syndrome, value);
    }
    if (reg != 31) {
        vcpu->x[reg] = (uint32_t)value;
    }
    return trap_outcome(vcpu, reg);
}

static uint64_t to_store(const struct vcpu *vcpu, uint64_t syndrome)
{
    uint32_t reg = register_of(syndrome);

    return reg == 31 ? 0 : narrow(vcpu->x[reg], bits_of(syndrome));
}

/* Bit 7, a byte's sign: the access was the guest's own table walk. */
static bool is_described(uint64_t syndrome)
{
    return (int32_t)(syndrome << ISS_ISV_UP) < 0 && (int8_t)syndrome >= 0;
}

static bool is_translation(uint64_t syndrome)
{
    return (syndrome & ISS_FSC_CLASS) == ISS_TRANSLATION;
}

#if FEATURE_FLASH
/* A bank that is mapped is read-only: what is written there has no permission. Caches need not be
 * told of a bank that is not mapped: it is never written through them. */
static uint32_t flash_access(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t ipa)
{
    struct partition *partition = vcpu->partition;
    bool is_denied = (syndrome & ISS_FSC_CLASS) == ISS_PERMISSION;
    uint64_t at = is_denied ? arch_guest_address(address) : ipa;
    struct flash *bank = flash_at(partition, at);
    uint32_t size = bits_of(syndrome) / 8;

    if (bank == NULL || !(is_denied || is_translation(syndrome))) {
        return TRAP_REFUSED;
    }
    if ((syndrome & ISS_CACHE) != 0) {
        return TRAP_SERVED;
    }
    if (!is_described(syndrome)) {
        return TRAP_REFUSED;
    }
    TRACE(TRACE_SYNC, vcpu, syndrome);
    at %= MVP_FLASH_SIZE;
    if ((syndrome & ISS_WNR) == 0) {
        return loaded(vcpu, syndrome, flash_read(bank, at, size));
    }
    if (flash_write(partition, bank, at, size, to_store(vcpu, syndrome))) {
        return vcpu->home->resched;
    }
    vcpu->again = 1;
    return TRAP_REFUSED;
}
#endif

uint32_t trap_data(struct vcpu *vcpu, uint64_t syndrome, uint64_t address, uint64_t hpfar)
{
    uint64_t ipa = trap_ipa(address, hpfar);
    const struct window *window = window_at(vcpu->partition, ipa);
    uint32_t size = 1U << (syndrome >> ISS_SAS_SHIFT & 3);

    if (window == NULL || !(is_described(syndrome) && is_translation(syndrome))) {
#if FEATURE_FLASH
        return flash_access(vcpu, syndrome, address, ipa);
#else
        return TRAP_REFUSED;
#endif
    }
    TRACE(TRACE_SYNC, vcpu, syndrome);
    ipa -= window->ipa;
    if ((syndrome & ISS_WNR) == 0) {
        return loaded(vcpu, syndrome, read(vcpu, window->kind, ipa, size));
    }
    write(vcpu, window->kind, ipa, size, to_store(vcpu, syndrome));
    return vcpu->home->resched;
}
