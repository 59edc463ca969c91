# SPDX-License-Identifier: Apache-2.0
"""System registers that the hostile persona reaches, of all encodings there are.

Names are op0, op1, CRn, CRm, op2, as assemblers take them: s3_0_c1_c0_0 is SCTLR_EL1. The CPU is
QEMU 7.2's Cortex-A53, which has no HCR_EL2.TIDCP: that would refuse the CPU's own registers.
"""

from __future__ import annotations

import re

__all__ = ["REACHABLE", "REFUSED", "decoded", "trapped"]

READ = 1  # ISS of a trapped access (Arm DDI 0487, D19.2.37): MRS


def _names(text: str) -> frozenset[str]:
    """Expand `s3_0_c1_c0_0-2` to its three names; what stands in brackets is a comment."""
    found = set()
    for word in re.sub(r"\(.*?\)", "", text).split():
        stem, _, last = word.partition("-")
        head, _, first = stem.rpartition("_")
        found |= {f"{head}_{n}" for n in range(int(first), int(last or first) + 1)}
    return frozenset(found)


EL1 = _names("""
s3_0_c0_c0_0 s3_0_c0_c0_5-6 s3_0_c0_c1_0-7 s3_0_c0_c2_0-7 s3_0_c0_c3_0-7 s3_0_c0_c4_0-7
s3_0_c0_c5_0-7 s3_0_c0_c6_0-7 s3_0_c0_c7_0-7 s3_1_c0_c0_0-1 s3_1_c0_c0_7 s3_2_c0_c0_0 s3_3_c0_c0_1
s3_3_c0_c0_7 (identification: the hypervisor's own view, where it can differ)
s3_0_c1_c0_0-2 s3_0_c2_c0_0-2 s3_0_c4_c0_0-1 s3_0_c4_c1_0 s3_0_c4_c2_0 s3_0_c4_c2_2 s3_0_c5_c1_0-1
s3_0_c5_c2_0 s3_0_c6_c0_0 s3_0_c7_c4_0 s3_0_c10_c2_0 s3_0_c10_c3_0 s3_0_c12_c0_0 s3_0_c12_c1_0
s3_0_c13_c0_1 s3_0_c13_c0_4 s3_3_c4_c2_0-1 s3_3_c4_c4_0-1 s3_3_c13_c0_2-3 (its own EL1 and EL0)
s3_0_c4_c6_0 s3_0_c12_c8_0 s3_0_c12_c8_2-4 s3_0_c12_c9_0 s3_0_c12_c11_3 s3_0_c12_c12_0
s3_0_c12_c12_2-7 (the GIC's virtual CPU interface)
s3_0_c14_c1_0 s3_3_c14_c0_0-2 s3_3_c14_c2_0-2 s3_3_c14_c3_0-2 (timers)
s3_1_c11_c0_2-3 s3_1_c15_c0_0 s3_1_c15_c2_0-3 s3_1_c15_c3_0 (the Cortex-A53's own: TIDCP)
""")
DEBUG = _names("""
s2_0_c0_c0_4-7 s2_0_c0_c1_4-7 s2_0_c0_c2_0 s2_0_c0_c2_2 s2_0_c0_c2_4-7 s2_0_c0_c3_4-7 s2_0_c0_c4_4-5
s2_0_c0_c5_4-5 s2_0_c1_c0_0 s2_0_c1_c1_4 s2_0_c1_c3_4 s2_3_c0_c1_0 (all read as zero)
""")
EL0 = _names("s3_3_c0_c0_7 s3_3_c4_c2_0 s3_3_c4_c4_0-1 s3_3_c13_c0_2-3")
INSTRUCTIONS = _names("""
s1_0_c7_c1_0 s1_0_c7_c5_0 s1_3_c7_c5_1 (IC)
s1_0_c7_c6_1-2 s1_0_c7_c10_2 s1_0_c7_c14_2 s1_3_c7_c4_1 s1_3_c7_c10_1 s1_3_c7_c11_1 s1_3_c7_c14_1
(DC) s1_0_c7_c8_0-3 (AT)
s1_0_c8_c3_0-3 s1_0_c8_c3_5 s1_0_c8_c3_7 s1_0_c8_c7_0-3 s1_0_c8_c7_5 s1_0_c8_c7_7 (TLBI)
""")
PMU_READ_WRITE = _names("""
s3_0_c9_c14_1-2 s3_3_c9_c12_0-3 s3_3_c9_c12_5 s3_3_c9_c13_0-2 s3_3_c9_c14_0 s3_3_c9_c14_3
s3_3_c14_c8_0-5 s3_3_c14_c12_0-5 s3_3_c14_c15_7
""")
PMU_READ = _names("s3_3_c9_c12_6-7")
PMU_WRITE = _names("s3_3_c9_c12_4")

REACHABLE = {
    "readable-3.1": EL1,
    "readable-2.1": DEBUG,
    "readable-3.0": EL0,
    "readable-2.0": _names("s2_3_c0_c1_0"),
    "executable-1.1": INSTRUCTIONS,
    "executable-1.0": frozenset[str](),
}
"""By sweep: those that could be read, or executed."""

REFUSED = {
    "read-3.1": frozenset(
        {
            *(f"{name} read" for name in PMU_READ_WRITE | PMU_READ),
            *(f"{name} written" for name in PMU_READ_WRITE | PMU_WRITE),
        }
    ),
    "write-3.1": frozenset[str](),
    "read-2.1": frozenset[str](),
    "write-2.1": frozenset[str](),
    "read-3.0": frozenset({"s3_3_c9_c14_0 read"}),
    "write-3.0": frozenset[str](),
    "read-2.0": frozenset[str](),
    "write-2.0": frozenset[str](),
    "execute-1.1": frozenset[str](),
    "execute-1.0": frozenset[str](),
}
"""By sweep: those that the hypervisor has refused, each with a line in the log.

A sweep's lines come before its first row, that of the reads.
"""


def decoded(text: str) -> frozenset[str]:
    """Return the names in a persona's list: hexadecimal numbers, each followed by a comma."""
    numbers = [int(word, 16) for word in text.split(",") if word]
    return frozenset(_name(n >> 14, n >> 11 & 7, n >> 7 & 15, n >> 3 & 15, n & 7) for n in numbers)


def trapped(syndrome: int) -> str:
    """Return what a trapped access was, by its syndrome."""
    s = syndrome
    name = _name(s >> 20 & 3, s >> 14 & 7, s >> 10 & 15, s >> 1 & 15, s >> 17 & 7)
    return f"{name} {'read' if s & READ else 'written'}"


def _name(op0: int, op1: int, crn: int, crm: int, op2: int) -> str:
    return f"s{op0}_{op1}_c{crn}_c{crm}_{op2}"
