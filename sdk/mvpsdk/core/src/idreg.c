/* SPDX-License-Identifier: Apache-2.0 */
#include "idreg.h"

#define INDEX(crm, op2) ((crm) << 3 | (op2))
#define ID_PFR1 INDEX(1U, 1U)
#define ID_DFR0 INDEX(1U, 2U)
#define ID_AA64PFR0 INDEX(4U, 0U)
#define ID_AA64DFR0 INDEX(5U, 0U)
#define ID_AA64MMFR0 INDEX(7U, 0U)

/* Debug as small as the architecture allows: version 8.0, two breakpoints and two watchpoints. */
#define DEBUG_V8 0x6
#define DFR0_MINIMAL 0x00101006

#define PFR0_EL1_AARCH64 0x10 /* EL1 runs AArch64 only */
#define PFR0_GIC_SHIFT 24
#define PFR0_CSV2_SHIFT 56
#define PFR1_GIC_SHIFT 28
#define PARANGE_40_BITS 2 /* the most that stage-2 takes */

/* What a guest may see of each register, as a mask of the CPU's own value, by INDEX(); fields that
 * are not kept read as "not there", reserved registers as zero. */
static const uint64_t visible[64] = {
    /* AArch32, for programs at EL0. Hidden: AMU and RAS; EL2, EL3 and the GIC; debug. */
    [INDEX(1, 0)] = 0x0f0fffff, /* ID_PFR0 */
    [INDEX(1, 1)] = 0x000f0f0f, /* ID_PFR1 */
    [INDEX(1, 4)] = 0xffffffff, /* ID_MMFR0 .. ID_MMFR3 */
    [INDEX(1, 5)] = 0xffffffff,
    [INDEX(1, 6)] = 0xffffffff,
    [INDEX(1, 7)] = 0xffffffff,
    [INDEX(2, 0)] = 0xffffffff, /* ID_ISAR0 .. ID_ISAR5, ID_MMFR4, ID_ISAR6 */
    [INDEX(2, 1)] = 0xffffffff,
    [INDEX(2, 2)] = 0xffffffff,
    [INDEX(2, 3)] = 0xffffffff,
    [INDEX(2, 4)] = 0xffffffff,
    [INDEX(2, 5)] = 0xffffffff,
    [INDEX(2, 6)] = 0xffffffff,
    [INDEX(2, 7)] = 0xffffffff,
    [INDEX(3, 0)] = 0xffffffff, /* MVFR0 .. MVFR2 */
    [INDEX(3, 1)] = 0xffffffff,
    [INDEX(3, 2)] = 0xffffffff,
    [INDEX(3, 4)] = 0x000000ff, /* ID_PFR2: CSV3, SSBS */
    [INDEX(3, 6)] = 0x0000000f, /* ID_MMFR5: ETS */

    /* ID_AA64PFR0: EL0, FP, AdvSIMD, DIT, CSV2 (at most 1: no SCXTNUM kept), CSV3. Hidden: EL2,
     * EL3, RAS, SVE, SEL2, MPAM, AMU, RME. */
    [ID_AA64PFR0] = 0xff0f000000ff000f,
    [INDEX(4, 1)] = 0x00000000000000ff, /* ID_AA64PFR1: BTI, SSBS. Hidden: MTE, SME, NMI, ... */

    /* ID_AA64ISAR0: all but TME. ISAR1: not PAuth (its keys are not switched), XS, LS64. ISAR2:
     * RPRES, BC, CLRBHB; not WFxT, PAuth, MOPS. */
    [INDEX(6, 0)] = 0xfffffffff0ffffff,
    [INDEX(6, 1)] = 0x00ffffff00fff00f,
    [INDEX(6, 2)] = 0x00000000f0f000f0,

    /* ID_AA64MMFR0: not secure memory, stage-2 granules, FGT, ECV. MMFR1: HAFDBS, HPDS, PAN, ETS,
     * AFP, nTLBPA; not VMIDs, VHE, LORegions, XNX, TWED, HCX, CMOW. MMFR2: not IESB, NV, FWB, EVT.
     */
    [ID_AA64MMFR0] = 0x0000f000ffff0fff,
    [INDEX(7, 1)] = 0x000ff0f000f0f00f,
    [INDEX(7, 2)] = 0xf0fff0fff0ff0fff,
};

static uint64_t at_most(uint64_t value, uint32_t shift, uint64_t limit)
{
    uint64_t field = value >> shift & 15;

    return field > limit ? (value & ~(15ULL << shift)) | limit << shift : value;
}

uint64_t idreg_view(uint32_t crm, uint32_t op2, uint64_t real, uint32_t vgic)
{
    uint64_t gic = vgic == 3 ? 1 : 0; /* the CPU interface's system registers are there */
    uint64_t value = real & visible[INDEX(crm & 7, op2 & 7)];

    switch (INDEX(crm & 7, op2 & 7)) {
    case ID_PFR1:
        return value | gic << PFR1_GIC_SHIFT;
    case ID_DFR0:
        return (real & 15) < DEBUG_V8 ? real & 15 : DEBUG_V8;
    case ID_AA64PFR0:
        value = at_most(value, PFR0_CSV2_SHIFT, 1);
        return value | PFR0_EL1_AARCH64 | gic << PFR0_GIC_SHIFT;
    case ID_AA64DFR0:
        return DFR0_MINIMAL;
    case ID_AA64MMFR0:
        return at_most(value, 0, PARANGE_40_BITS);
    default:
        return value;
    }
}

static uint64_t lower(uint64_t a, uint64_t b, uint32_t shift)
{
    uint64_t signed_a = (a >> shift & 15) ^ 8;
    uint64_t signed_b = (b >> shift & 15) ^ 8;

    return ((signed_a < signed_b ? signed_a : signed_b) ^ 8) << shift;
}

void idreg_common(uint64_t *ids, const uint64_t *other)
{
    for (uint32_t n = 0; n < 64; n++) {
        uint64_t both = 0;

        for (uint32_t shift = 0; ids[n] != other[n] && shift < 64; shift += 4) {
            both |= lower(ids[n], other[n], shift);
        }
        ids[n] = ids[n] != other[n] ? both : ids[n];
    }
}
