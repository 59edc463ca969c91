# SPDX-License-Identifier: Apache-2.0
"""The size report: how many bytes of what, and which source they came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.build.elf import Elf, Kind

__all__ = ["LINKER", "Sizes", "by_source", "total"]

LINKER = "(linker)"
"""Stands among the sources for what none of them has given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """Bytes by what they are."""

    text: int = 0  # instructions
    rodata: int = 0  # constants
    data: int = 0  # variables with a value
    bss: int = 0  # variables that start as zero: in memory, not in the file

    def add(self, kind: Kind, size: int) -> Sizes:
        """Return these sizes with some bytes more of one kind."""
        return replace(self, **{kind: getattr(self, kind) + size})

    @property
    def file(self) -> int:
        """Bytes that the binary carries."""
        return self.text + self.rodata + self.data

    @property
    def memory(self) -> int:
        """Bytes that it takes at run time, padding apart."""
        return self.file + self.bss


def total(elf: Elf) -> Sizes:
    """Add up a program's sections."""
    sizes = Sizes()
    for section in elf.sections:
        sizes = sizes.add(section.kind, section.size)
    return sizes


def by_source(elf: Elf, linker_map: str) -> dict[str, Sizes]:
    """Return the sizes by source file, from GNU ld's or LLD's map; names in alphabetical order.

    Each byte counts once: where GNU ld has merged strings, it says of the first source that all are
    its own, and of the others what they had before. What no source has given stands under
    "(linker)": padding, tables, stacks, the strings that LLD has merged. So it all adds up.
    """
    found: dict[str, Sizes] = {}
    rest = total(elf)
    for section in elf.sections:
        end = section.address + section.size
        inside = [row for row in _rows(linker_map) if section.address <= row[0] < end and row[1]]
        inside.sort(key=lambda row: row[0])  # rows of one address stay in the map's order
        for (address, size, source), (limit, *_) in pairwise([*inside, (end, 0, "")]):
            own = min(size, limit - address)
            found[source] = found.get(source, Sizes()).add(section.kind, own)
            rest = rest.add(section.kind, -own)
    return dict(sorted({**found, LINKER: rest}.items()))


# A row is section, address, size, object; a long section name stands on a line of its own.
_GNU = re.compile(
    r"^ \.(?!debug|comment)\S+\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) objects/(\S.*)\.o$", re.MULTILINE
)
# A row is address, load address, size, alignment, object:(section).
_LLD = re.compile(
    r"^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ +objects/(\S.*)\.o:\(\.(?!debug|comment).*\)$",
    re.MULTILINE,
)
_GNU_START = "Linker script and memory map"  # before it stands what was thrown away


def _rows(linker_map: str) -> Iterator[tuple[int, int, str]]:
    """Address, size and source of each piece that the linker placed."""
    _, gnu, placed = linker_map.partition(_GNU_START)
    pattern, text = (_GNU, placed) if gnu else (_LLD, linker_map)
    for match in pattern.finditer(text):
        yield int(match[1], 16), int(match[2], 16), match[3]
