# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: PLR2004 - the numbers are the encodings of the Arm ARM
"""Follows constants through a few A64 instructions: what is in w0 where a program makes a call.

Encodings: Arm Architecture Reference Manual for A-profile (DDI 0487), section C4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.image.code_classes import WORD, word_at

if TYPE_CHECKING:
    import mmap

__all__ = ["REACH", "w0_at"]

REACH = 16
"""Instructions before a call that are looked at."""

ZERO = 31
_SAVED = range(19, 29)  # registers that a function leaves as they were (AAPCS64, 6.1.1)


def w0_at(data: bytes | mmap.mmap, offset: int, start: int) -> int | None:
    """Return the 32 bits in w0 before the instruction at an offset; None: they can't be known.

    start: offset of the first instruction that is code. What is found is so for a program that
    comes from above; whoever jumps in between may bring another value.
    """
    known: dict[int, int] = {}  # by register
    for at in range(max(start, offset - REACH * WORD), offset, WORD):
        _step(word_at(data, at), known)
    return known[0] & 0xFFFF_FFFF if 0 in known else None


def _step(word: int, known: dict[int, int]) -> None:
    """Do one instruction to what is known of the registers."""
    group = word >> 25 & 0xF
    if group in (0b1000, 0b1001):  # data processing, immediate
        _put(known, word, _immediate(word, known))
    elif group in (0b0101, 0b1101):  # data processing, register
        _put(known, word, _moved(word, known))
    elif group in (0b1010, 0b1011):
        _branch(word, known)
    elif group & 0b0101 == 0b0100:
        _memory(word, known)
    else:
        known.pop(word & 0x1F, None)


def _put(known: dict[int, int], word: int, value: int | None) -> None:
    """Keep a value in the instruction's destination, or forget what was there."""
    register = word & 0x1F
    if value is None or register == ZERO:
        known.pop(register, None)
    else:
        known[register] = value & (0xFFFF_FFFF_FFFF_FFFF if word >> 31 else 0xFFFF_FFFF)


def _immediate(word: int, known: dict[int, int]) -> int | None:
    """MOVN, MOVZ, MOVK; ADD and SUB; ORR: what they make of a constant (C4.1.92)."""
    kind, base = word >> 23 & 7, word >> 5 & 0x1F
    if kind == 0b101:  # move wide
        return _wide(word, known)
    if kind == 0b010 and not word >> 29 & 1 and base in known:  # add or subtract, flags kept
        amount = (word >> 10 & 0xFFF) << (12 if word >> 22 & 1 else 0)
        return known[base] + (-amount if word >> 30 & 1 else amount)
    if kind == 0b100 and word >> 29 & 3 == 1:  # ORR
        left = 0 if base == ZERO else known.get(base)
        mask = _bit_mask(word >> 22 & 1, word >> 16 & 0x3F, word >> 10 & 0x3F)
        return None if left is None or mask is None else left | mask
    return None


def _wide(word: int, known: dict[int, int]) -> int | None:
    shift = 16 * (word >> 21 & 3)
    value = (word >> 5 & 0xFFFF) << shift
    match word >> 29 & 3:
        case 0b00:
            return ~value
        case 0b10:
            return value
        case 0b11:
            old = known.get(word & 0x1F)
            return None if old is None else old & ~(0xFFFF << shift) | value
    return None


def _bit_mask(n: int, rotate: int, ones: int) -> int | None:
    """Shared pseudocode DecodeBitMasks(): a run of ones, rotated and repeated over 64 bits."""
    length = (n << 6 | ~ones & 0x3F).bit_length() - 1
    if length < 1:
        return None
    size = 1 << length
    run = (1 << (ones & size - 1) + 1) - 1
    turn = rotate & size - 1
    element = (run >> turn | run << size - turn) & (1 << size) - 1
    return sum(element << at for at in range(0, 64, size))


def _moved(word: int, known: dict[int, int]) -> int | None:
    """MOV Xd, Xm: an ORR (shifted register) with the zero register."""
    if word & 0x7FE0_FFE0 != 0x2A00_03E0:
        return None
    source = word >> 16 & 0x1F
    return 0 if source == ZERO else known.get(source)


def _branch(word: int, known: dict[int, int]) -> None:
    """Branches, exceptions and system instructions (C4.1.93)."""
    top = word >> 24
    if word >> 26 == 0b100101 or word & 0xFE60_0000 == 0xD620_0000 or top == 0xD4:
        for register in set(known) - set(_SAVED):  # BL, BLR, SVC, HVC, SMC: a call may change it
            del known[register]
    elif word >> 26 == 0b000101 or top in (0xD6, 0xD7):  # B, BR, RET, ERET: nobody comes this way
        known.clear()
    elif top == 0xD5 and word >> 21 & 1:  # MRS, SYSL
        known.pop(word & 0x1F, None)


def _memory(word: int, known: dict[int, int]) -> None:
    """Loads and stores (C4.1.94): forget all that they can write, but not what a store reads."""
    kind, index = word >> 27 & 7, word >> 10 & 3
    pair, single = kind == 0b101, kind == 0b111
    plain = pair or (single and (word >> 24 & 1 or not word >> 21 & 1 or index == 0b10))
    load = word >> 22 & 1 if pair else word >> 22 & 3
    written = {word >> 5 & 0x1F}  # the base, if it is written back
    if not plain or load:
        written.add(word & 0x1F)
    if not plain or (load and pair):
        written.add(word >> 10 & 0x1F)
    if not plain:
        written.add(word >> 16 & 0x1F)
    for register in written:
        known.pop(register, None)
