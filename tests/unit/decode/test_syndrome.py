# SPDX-License-Identifier: Apache-2.0
"""Syndromes in words, held to values that were worked out by hand from Arm DDI 0487, D19.2."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.decode import syndrome
from mvpsdk.decode.syndrome import exception_class

CASES = {
    0x96000047: "data abort from EL2, translation fault, level 3, write",
    0x96000005: "data abort from EL2, translation fault, level 1, read",
    0x9600004F: "data abort from EL2, permission fault, level 3, write",
    0x96000010: "data abort from EL2, external abort, read",
    0x96000061: "data abort from EL2, alignment fault, write",
    0x96000410: "data abort from EL2, external abort, read, FAR is not valid",
    0x93C08047: "data abort from a lower exception level, translation fault, level 3, write,"
    " 64 bits, register x0",
    0x921F0007: "data abort from a lower exception level, translation fault, level 3, read",
    0x93DF0007: "data abort from a lower exception level, translation fault, level 3, read,"
    " 64 bits, register xzr",
    0x92000147: "data abort from a lower exception level, translation fault, level 3, write,"
    " by a cache or address translation instruction",
    0x920000C7: "data abort from a lower exception level, translation fault, level 3, write,"
    " on a stage-2 lookup of a stage-1 table",
    0x8600000F: "instruction abort from EL2, permission fault, level 3",
    0x82000006: "instruction abort from a lower exception level, translation fault, level 2",
    0x86000014: "instruction abort from EL2, external abort on a table walk, level 0",
    0x86000012: "instruction abort from EL2, fault status 0x12, which Arm has not assigned",
    0x8A000000: "misaligned PC",
    0x9A000000: "misaligned SP",
    0x02000000: "unknown reason (an instruction that does not exist here)",
    0x3A000000: "illegal execution state",
    0x5A001234: "HVC, immediate 0x1234",
    0x5E000000: "SMC, immediate 0x0",
    0xF2000800: "BRK, immediate 0x800",
    0x07E00001: "trapped WFI or WFE, WFE",
    0x07E00000: "trapped WFI or WFE, WFI",
    0x6232DD01: "trapped system register or instruction, MRS x8, S3_3_C7_C0_1 (of EL1 or EL0)",
    0xBE000011: "SError, uncontainable",
    0xBE000C11: "SError, recoverable",
    0xBE000000: "SError, of no described kind",
    0xBF000123: "SError, as the CPU's maker defines it: 0x123",
    0xA8000000: "exception class 0x2a, which Arm has not assigned",
}


@pytest.mark.parametrize("esr", CASES)
def test_known_syndromes_have_their_words(esr: int) -> None:
    """Class, fault, direction, width and register."""
    assert syndrome(esr, "EL2") == CASES[esr]


def register(op0: int, op1: int, crn: int, crm: int, op2: int) -> int:
    """The syndrome of `MRS x0, S<op0>_<op1>_C<crn>_C<crm>_<op2>`."""
    return 0x62000001 | op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | crm << 1


@pytest.mark.parametrize(
    ("encoding", "group"),
    [
        ((3, 3, 9, 12, 0), "performance monitors"),  # PMCR_EL0
        ((3, 3, 14, 8, 0), "performance monitors"),  # PMEVCNTR0_EL0
        ((3, 4, 1, 1, 0), "of EL2"),  # HCR_EL2
        ((3, 6, 1, 1, 0), "of EL3"),  # SCR_EL3
        ((2, 0, 0, 2, 2), "debug or trace"),  # MDSCR_EL1
        ((3, 1, 15, 2, 1), "defined by the CPU's maker"),  # CPUECTLR_EL1 of a Cortex-A53
        ((3, 0, 12, 12, 0), "interrupt controller"),  # ICC_IAR1_EL1
        ((3, 3, 14, 0, 1), "timers"),  # CNTPCT_EL0
        ((1, 0, 7, 14, 2), "a cache, TLB or address translation instruction"),  # DC CISW
    ],
)
def test_a_trapped_register_is_named_and_placed(encoding: tuple[int, ...], group: str) -> None:
    """By its encoding, as assemblers take it, and by what it belongs to."""
    op0, op1, crn, crm, op2 = encoding
    words = syndrome(register(op0, op1, crn, crm, op2))
    assert words.endswith(f"MRS x0, S{op0}_{op1}_C{crn}_C{crm}_{op2} ({group})")


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_any_value_has_words(esr: int) -> None:
    """Whatever a damaged line holds."""
    assert syndrome(esr)
    assert 0 <= exception_class(esr) < 64
