# SPDX-License-Identifier: Apache-2.0
"""Addresses, sizes, durations and half-open ranges, and how people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, NewType, TypeVar

__all__ = [
    "BLOCK",
    "GIB",
    "KIB",
    "MIB",
    "PAGE",
    "Ipa",
    "Pa",
    "Range",
    "align_down",
    "align_up",
    "describe_size",
    "format_size",
    "parse_duration",
    "parse_size",
]

Pa = NewType("Pa", int)
"""A physical address: what the board's bus sees."""

Ipa = NewType("Ipa", int)
"""An intermediate physical address: what a partition takes for physical."""

Address = TypeVar("Address", bound=int)

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
PAGE = 4 * KIB
"""The smallest thing that stage-2 translation maps (4 KiB granule)."""
BLOCK = 2 * MIB
"""What one level-2 entry maps (4 KiB granule)."""

_SIZE_UNITS = {"B": 1, "KiB": KIB, "MiB": MIB, "GiB": GIB, "TiB": 1 << 40}
_DECIMAL_UNITS = {"KB": "KiB", "MB": "MiB", "GB": "GiB", "TB": "TiB", "K": "KiB", "M": "MiB"}
_DURATION_UNITS = {"ms": 1, "s": 1000, "min": 60_000}
_QUANTITY = re.compile(r"([0-9]+) *([A-Za-z]*)")


@dataclass(frozen=True, slots=True, order=True)
class Range(Generic[Address]):
    """A half-open range of addresses, `[base, base + size)`, in bytes."""

    base: Address
    size: int

    @property
    def end(self) -> int:
        """First address that is no longer inside."""
        return self.base + self.size

    def overlaps(self, other: Range[Address]) -> bool:
        """Tell whether the two have a byte in common; empty ranges have none."""
        return max(self.base, other.base) < min(self.end, other.end)

    def contains(self, other: Range[Address]) -> bool:
        """Tell whether all of the other lies inside this one."""
        return self.base <= other.base and other.end <= self.end

    def __str__(self) -> str:
        """Format as `[0x40000000..0x48000000)`."""
        return f"[{self.base:#x}..{self.end:#x})"


def align_up(value: int, alignment: int) -> int:
    """Round up to a multiple of alignment."""
    return -(-value // alignment) * alignment


def align_down(value: int, alignment: int) -> int:
    """Round down to a multiple of alignment."""
    return value // alignment * alignment


def parse_size(text: str) -> int:
    """Read a size such as `8 MiB` and return it in bytes.

    Raises ValueError if it is no whole number with one of B, KiB, MiB, GiB, TiB.
    """
    return _quantity(text, _SIZE_UNITS, "size", "8 MiB")


def parse_duration(text: str) -> int:
    """Read a duration such as `3 s` and return it in milliseconds.

    Raises ValueError if it is no whole number with one of ms, s, min.
    """
    return _quantity(text, _DURATION_UNITS, "duration", "3 s")


def _quantity(text: str, units: dict[str, int], what: str, example: str) -> int:
    match = _QUANTITY.fullmatch(text.strip())
    if match and match[2] in units:
        return int(match[1]) * units[match[2]]
    unit = _DECIMAL_UNITS.get(match[2].upper()) if match and what == "size" else None
    if match and unit:
        raise ValueError(f'"{text}" is no {what}; did you mean "{match[1]} {unit}"?')
    known = ", ".join(units)
    raise ValueError(f'"{text}" is no {what}; write a number and one of {known}: "{example}"')


def format_size(size: int) -> str:
    """Write a size exactly, in the largest unit that leaves a whole number: `32832 KiB`."""
    for unit, factor in reversed(_SIZE_UNITS.items()):
        if size and size % factor == 0:
            return f"{size // factor} {unit}"
    return f"{size} B"


def describe_size(size: int) -> str:
    """Write a size for people, rounded to a tenth: `32.1 MiB`."""
    for unit, factor in reversed(_SIZE_UNITS.items()):
        if abs(size) >= factor:
            return f"{size / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"
