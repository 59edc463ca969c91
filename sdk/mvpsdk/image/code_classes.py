# SPDX-License-Identifier: Apache-2.0
"""Finds classes of A64 instructions in bytes: eight classes at once, without a loop over words.

Whether a word belongs to a class is decided byte by byte: each of its four bytes is looked up in a
table of the classes that it may belong to, and the four answers are ANDed. Both are done for a
whole window at a time, by bytes.translate() and by integers as long as the window.

Encodings: Arm Architecture Reference Manual for A-profile (DDI 0487), chapter C4, A64 Instruction
Set Encoding; registers' numbers from chapter D24, AArch64 System Register Descriptions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mvpsdk.units import MIB

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

__all__ = ["EXTENSIONS", "SYSTEM", "WORD", "Class", "hits", "word_at"]

WORD = 4
"""Bytes of an instruction."""

_WINDOW = 4 * MIB
_HIT = re.compile(rb"[^\0]")


@dataclass(frozen=True, slots=True)
class Class:
    """Words that have the same bits where the mask has ones."""

    name: str
    mask: int
    value: int


SYSTEM = (
    Class("call", 0xFFE0_001E, 0xD400_0002),  # C4.1.93 exception generation: HVC, SMC
    Class("above", 0xFFD5_0000, 0xD514_0000),  # MSR, MRS: op1 is 4 or 6, so of EL2 or EL3
    Class("current-el", 0xFFFF_FFE0, 0xD538_4240),  # MRS Xt, CurrentEL: S3_0_C4_C2_2
    Class("gic", 0xFFDF_F800, 0xD518_C800),  # MSR, MRS of S3_0_C12_C8 to C15: ICC_*_EL1
    Class("unmask", 0xFFFF_F2FF, 0xD503_42FF),  # MSR DAIFClr, #n with bit 1: takes interrupts
    Class("timer", 0xFFDF_FE00, 0xD51B_E200),  # S3_3_C14_C2: CNTP_*_EL0; C3: CNTV_*_EL0
    Class("set-way", 0xFFFF_F3E0, 0xD508_7240),  # SYS #0, C7, C2/6/10/14, #2: DC ISW, CSW, CISW
    Class("id", 0xFFFF_FC00, 0xD538_0400),  # MRS of S3_0_C0_C4 to C7: ID_AA64*_EL1
)
"""What tells how a program deals with the machine around it (C4.1.93, system instructions)."""

EXTENSIONS = (
    (
        Class("FEAT_LSE", 0x3F20_8C00, 0x3820_0000),  # atomic memory operations: LDADD, …
        Class("FEAT_LSE", 0x3F20_FC00, 0x3820_8000),  # of the same: SWP
        Class("FEAT_LSE", 0x3FA0_7C00, 0x08A0_7C00),  # compare and swap: CAS
        Class("FEAT_LSE", 0xBFA0_7C00, 0x0820_7C00),  # compare and swap pair: CASP
        Class("FEAT_CRC32", 0x7FE0_E000, 0x1AC0_4000),  # data-processing (2 source)
        Class("FEAT_LRCPC", 0x3FE0_FC00, 0x38A0_C000),  # LDAPR
        Class("FEAT_LRCPC2", 0x3F20_0C00, 0x1900_0000),  # LDAPUR, STLUR
        Class("FEAT_DotProd", 0x9FE0_FC00, 0x0E80_9400),  # SDOT, UDOT of vectors
    ),
    (
        Class("FEAT_PAuth", 0xFE1F_F800, 0xD61F_0800),  # RETAA, BRAA, BLRAA, ERETAA, …
        Class("FEAT_PAuth", 0xFFFF_8000, 0xDAC1_0000),  # PACIA Xd, Xn and its like
        Class("FEAT_PAuth", 0xFFE0_FC00, 0x9AC0_3000),  # PACGA
        Class("FEAT_PAuth", 0xFF20_0400, 0xF820_0400),  # LDRAA, LDRAB
        Class("FEAT_SVE", 0x1E00_0000, 0x0400_0000),  # C4.1.1: op1, bits 28 to 25, is 2
        Class("FEAT_SME", 0x9E00_0000, 0x8000_0000),  # C4.1.1: op0 is 1 and op1 is 0
        Class("FEAT_FP16", 0xFFE0_0C00, 0x1EE0_0800),  # FADD Hd, … (2 source), type 3
        Class("FEAT_FP16", 0x9F60_C400, 0x0E40_0400),  # vectors of the same, three operands
    ),
)
"""What a core of ARMv8.0 does not have, in the spaces that are not hints (C4.1.1 and following)."""


def word_at(data: bytes | mmap.mmap, offset: int) -> int:
    """Return the little-endian word at an offset: instructions are so on every A64 core."""
    return int.from_bytes(data[offset : offset + WORD], "little")


@cache
def _tables(classes: tuple[Class, ...]) -> tuple[bytes, ...]:
    """For each byte of a word, by its value: one bit for each class that it may belong to."""
    return tuple(
        bytes(
            sum(
                1 << bit
                for bit, each in enumerate(classes)
                if not (byte ^ each.value >> shift) & each.mask >> shift & 0xFF
            )
            for byte in range(256)
        )
        for shift in (0, 8, 16, 24)
    )


def hits(
    data: bytes | mmap.mmap, start: int, size: int, classes: tuple[Class, ...]
) -> Iterator[tuple[int, Class]]:
    """Yield the offset of each word of a part of the data that belongs to a class, and which.

    start: offset of the first word. classes: at most eight; of two that fit, the first is meant.
    """
    tables = _tables(classes)
    end = start + size - size % WORD
    for low in range(start, end, _WINDOW):
        window = data[low : min(low + _WINDOW, end)]
        found = -1
        for byte, table in enumerate(tables):
            plane = window[byte::WORD].translate(table)
            found &= int.from_bytes(plane, "little")
        marks = found.to_bytes(len(window) // WORD, "little")
        for match in _HIT.finditer(marks):
            bits = marks[match.start()]
            which = classes[(bits & -bits).bit_length() - 1]
            yield low + match.start() * WORD, which
