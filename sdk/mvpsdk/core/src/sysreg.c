/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's access to a system register that traps. */
#include "arch.h"
#include "idreg.h"
#include "machine.h"
#include "ptimer.h"
#include "timer.h"
#include "trace.h"
#include "trap.h"

/* ISS of a trapped MSR, MRS or system instruction (Arm DDI 0487, D19). */
#define ISS_READ 1
#define ISS_RT 0x3e0
#define ISS_RT_SHIFT 5
#define ISS_CRM(iss) (((iss) >> 1) & 15)

/* The register's name: Op0 in 21:20, Op2 in 19:17, Op1 in 16:14, CRn in 13:10, CRm in 4:1. */
#define ISS_NAME 0x3ffc1e
#define NAME(op0, op1, crn, crm, op2) \
    ((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)

#define ICC_SGI1R NAME(3, 0, 12, 11, 5)
/* The whole ESR_EL2 of a write to it, of any register: class 0x18, and IL, as always in A64. */
#define SYNDROME_SGI1R (0x62000000U | ICC_SGI1R | ISS_RT)
#define ICC_ASGI1R NAME(3, 0, 12, 11, 6)
#define ICC_SGI0R NAME(3, 0, 12, 11, 7)
#define ICC_SRE NAME(3, 0, 12, 12, 5)
#define SRE_ALWAYS 7 /* system registers, no bypass: as if nothing else were built in */
#define CNTP_TVAL NAME(3, 3, 14, 2, 0)
#define CNTP_CTL NAME(3, 3, 14, 2, 1)
#define CNTP_CVAL NAME(3, 3, 14, 2, 2)
#define ACTLR NAME(3, 0, 1, 0, 1)

static bool is_id_register(uint32_t name)
{
    return (name & NAME(3, 7, 15, 0, 0)) == NAME(3, 0, 0, 0, 0) && ISS_CRM(name) <= 7;
}

/* Op0 = 2: the debug registers. They read as zero and ignore writes: debug is kept from guests,
 * but an OS resets these at start without asking. */
static bool is_debug_register(uint32_t name)
{
    return name >> 20 == 2;
}

static uint64_t id_register(const struct vcpu *vcpu, uint32_t name)
{
    uint32_t crm = ISS_CRM(name);
    uint32_t op2 = (name >> 17) & 7;

    return idreg_view(crm, op2, machine.idregs[crm << 3 | op2], vcpu->partition->config->vgic);
}

/* A GICv2's CPU interface is a page of memory. */
static bool has_gic_registers(const struct vcpu *vcpu)
{
    return FEATURE_VGIC2 == 0 || vcpu->vgic.by_sender == 0;
}

static void physical_timer(struct vcpu *vcpu, uint32_t reg, bool write, uint64_t *value)
{
    if (!write) {
        *value = ptimer_read(vcpu, reg, arch_time());
        return;
    }
    ptimer_write(vcpu, reg, *value, arch_time());
    timer_program(vcpu->home);
}

/* True: served. */
static __attribute__((noinline)) bool serve(struct vcpu *vcpu, uint32_t name, bool write,
                                            uint64_t *value)
{
    switch (name) {
    case ICC_ASGI1R: /* the other security state's, and group 0: no guest has them */
    case ICC_SGI0R:
        return write && has_gic_registers(vcpu);
    case ICC_SRE: /* one for all partitions, where the CPU lets it be switched at all */
        *value = SRE_ALWAYS;
        return has_gic_registers(vcpu);
    case CNTP_CTL:
        physical_timer(vcpu, PTIMER_CTL, write, value);
        return true;
    case CNTP_CVAL:
        physical_timer(vcpu, PTIMER_CVAL, write, value);
        return true;
    case CNTP_TVAL:
        physical_timer(vcpu, PTIMER_TVAL, write, value);
        return true;
    case ACTLR:
        return true;
    default:
        break;
    }
    if (is_id_register(name) && !write) {
        *value = id_register(vcpu, name);
        return true;
    }
    return is_debug_register(name);
}

static uint64_t to_write(const struct vcpu *vcpu, uint64_t syndrome)
{
    uint64_t reg = syndrome >> ISS_RT_SHIFT & 31;

    return reg == 31 ? 0 : vcpu->x[reg];
}

static __attribute__((noinline)) uint32_t others(struct vcpu *vcpu, uint64_t syndrome)
{
    uint32_t reg = (uint32_t)(syndrome >> ISS_RT_SHIFT) & 31;
    bool write = (syndrome & ISS_READ) == 0;
    uint64_t value = write ? to_write(vcpu, syndrome) : 0;

    if (!serve(vcpu, (uint32_t)syndrome & ISS_NAME, write, &value)) {
        return TRAP_REFUSED;
    }
    if (!write && reg != 31) {
        vcpu->x[reg] = value;
    }
    return trap_outcome(vcpu, reg);
}

/* First what an OS does all the time: SGIs. */
uint32_t trap_register(struct vcpu *vcpu, uint64_t syndrome)
{
    TRACE(TRACE_SYNC, vcpu, syndrome); /* what is refused comes again, by trap_sync() */
    if (((uint32_t)syndrome | ISS_RT) != SYNDROME_SGI1R) {
        return others(vcpu, syndrome);
    }
    return vgic_sgi(vcpu, to_write(vcpu, syndrome));
}
