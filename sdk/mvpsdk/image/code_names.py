# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: PLR2004 - the numbers are the encodings of the Arm ARM
"""Names of what A64 instructions encode: system registers, and atomic instructions.

Names and numbers: Arm Architecture Reference Manual for A-profile (DDI 0487), chapter D24; those of
the GIC: Arm IHI 0069, chapter 12; of atomic instructions: DDI 0487, C4.1.94.
"""

from __future__ import annotations

__all__ = ["atomic_name", "register_name"]

_EL2 = (
    "VPIDR 0,0,0 VMPIDR 0,0,5 SCTLR 1,0,0 ACTLR 1,0,1 HCR 1,1,0 MDCR 1,1,1 CPTR 1,1,2 HSTR 1,1,3"
    " HACR 1,1,7 TTBR0 2,0,0 TTBR1 2,0,1 TCR 2,0,2 VTTBR 2,1,0 VTCR 2,1,2 SPSR 4,0,0 ELR 4,0,1"
    " AFSR0 5,1,0 AFSR1 5,1,1 ESR 5,2,0 FAR 6,0,0 HPFAR 6,0,4 MAIR 10,2,0 AMAIR 10,3,0 VBAR 12,0,0"
    " RVBAR 12,0,1 RMR 12,0,2 ICC_SRE 12,9,5 ICH_HCR 12,11,0 ICH_VTR 12,11,1 ICH_MISR 12,11,2"
    " ICH_EISR 12,11,3 ICH_ELRSR 12,11,5 ICH_VMCR 12,11,7 CONTEXTIDR 13,0,1 TPIDR 13,0,2"
    " CNTVOFF 14,0,3 CNTHCTL 14,1,0 CNTHP_TVAL 14,2,0 CNTHP_CTL 14,2,1 CNTHP_CVAL 14,2,2"
    " CNTHV_TVAL 14,3,0 CNTHV_CTL 14,3,1 CNTHV_CVAL 14,3,2"
)
_EL3 = (
    "SCTLR 1,0,0 ACTLR 1,0,1 SCR 1,1,0 SDER32 1,1,1 CPTR 1,1,2 MDCR 1,3,1 TTBR0 2,0,0 TCR 2,0,2"
    " SPSR 4,0,0 ELR 4,0,1 AFSR0 5,1,0 AFSR1 5,1,1 ESR 5,2,0 FAR 6,0,0 MAIR 10,2,0 AMAIR 10,3,0"
    " VBAR 12,0,0 RVBAR 12,0,1 RMR 12,0,2 ICC_CTLR 12,12,4 ICC_SRE 12,12,5 ICC_IGRPEN1 12,12,7"
    " TPIDR 13,0,2"
)
_EL1 = (
    "ICC_IAR0 12,8,0 ICC_EOIR0 12,8,1 ICC_HPPIR0 12,8,2 ICC_BPR0 12,8,3"
    " ICC_AP0R0 12,8,4 ICC_AP1R0 12,9,0 ICC_DIR 12,11,1 ICC_RPR 12,11,3 ICC_SGI1R 12,11,5"
    " ICC_ASGI1R 12,11,6 ICC_SGI0R 12,11,7 ICC_IAR1 12,12,0 ICC_EOIR1 12,12,1 ICC_HPPIR1 12,12,2"
    " ICC_BPR1 12,12,3 ICC_CTLR 12,12,4 ICC_SRE 12,12,5 ICC_IGRPEN0 12,12,6 ICC_IGRPEN1 12,12,7"
    " ID_AA64PFR0 0,4,0 ID_AA64PFR1 0,4,1 ID_AA64ZFR0 0,4,4 ID_AA64SMFR0 0,4,5 ID_AA64DFR0 0,5,0"
    " ID_AA64ISAR0 0,6,0 ID_AA64ISAR1 0,6,1 ID_AA64ISAR2 0,6,2 ID_AA64MMFR0 0,7,0"
    " ID_AA64MMFR1 0,7,1 ID_AA64MMFR2 0,7,2"
)
_EL0 = (
    "CNTP_TVAL 14,2,0 CNTP_CTL 14,2,1 CNTP_CVAL 14,2,2"
    " CNTV_TVAL 14,3,0 CNTV_CTL 14,3,1 CNTV_CVAL 14,3,2"
)
"""Of each exception level, its registers with op0 = 3: name without suffix, CRn, CRm and op2."""

_LEVELS = {0: ("EL1", _EL1), 3: ("EL0", _EL0), 4: ("EL2", _EL2), 6: ("EL3", _EL3)}
_OTHERS = {(4, 4, 1, 0): "SP_EL1", (6, 4, 1, 0): "SP_EL2"}
"""Registers that are reached from one level above the one that they are named after."""

_OPERATIONS = ("ADD", "CLR", "EOR", "SET", "SMAX", "SMIN", "UMAX", "UMIN")


def _names() -> dict[tuple[int, int, int, int], str]:
    found = dict(_OTHERS)
    for op1, (level, text) in _LEVELS.items():
        words = text.split()
        for name, numbers in zip(words[::2], words[1::2], strict=True):
            crn, crm, op2 = map(int, numbers.split(","))
            found[op1, crn, crm, op2] = f"{name}_{level}"
    found.update({(4, 12, 12 + n // 8, n % 8): f"ICH_LR{n}_EL2" for n in range(16)})
    return found


_NAMES = _names()


def register_name(word: int, *, generic: bool) -> str:
    """Return the name of the register that an MSR or MRS reaches.

    generic: name one without a name here by its numbers, `S3_4_C15_C0_0`; else it is "".
    """
    op1, crn, crm, op2 = word >> 16 & 7, word >> 12 & 0xF, word >> 8 & 0xF, word >> 5 & 7
    op0 = 2 + (word >> 19 & 1)
    name = _NAMES.get((op1, crn, crm, op2), "") if op0 == 3 else ""
    return name or (f"S{op0}_{op1}_C{crn}_C{crm}_{op2}" if generic else "")


def atomic_name(word: int) -> str:
    """Return the mnemonic of an instruction of FEAT_LSE: `LDADDAL`, `CAS`."""
    size = ("B", "H", "", "")[word >> 30]
    if word >> 24 & 0x3F == 0b001000:  # compare and swap
        order = ("", "L", "A", "AL")[(word >> 22 & 1) << 1 | word >> 15 & 1]
        return f"CAS{order}{size}" if word >> 23 & 1 else f"CASP{order}"
    order = ("", "L", "A", "AL")[word >> 22 & 3]
    swaps = word >> 15 & 1
    return f"SWP{order}{size}" if swaps else f"LD{_OPERATIONS[word >> 12 & 7]}{order}{size}"
