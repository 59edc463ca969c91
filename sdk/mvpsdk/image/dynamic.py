# SPDX-License-Identifier: Apache-2.0
"""The dynamic section of a 64-bit little-endian ELF file: relocations and shared libraries.

Tags as in the System V ABI, "Dynamic Section"; relocations as in Arm IHI 0056.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.units import MIB, describe_size

if TYPE_CHECKING:
    import mmap
    from collections.abc import Sequence

    from mvpsdk.image.model import Segment

__all__ = ["Dynamic", "read_dynamic"]

LARGEST_TABLE = 16 * MIB
"""More relocations than this are not looked at: a kernel of 30 MB has a tenth."""

_R_AARCH64_RELATIVE = 1027
_RELA = struct.Struct("<QQq")  # r_offset, r_info, r_addend
_ENTRY = struct.Struct("<QQ")  # d_tag, d_un
_NULL, _NEEDED, _PLTRELSZ, _STRTAB, _RELA_AT, _RELASZ = 0, 1, 2, 5, 7, 8
_JMPREL, _RELRSZ, _RELR = 23, 35, 36


@dataclass(frozen=True, slots=True)
class Dynamic:
    """What a dynamic section asks for."""

    relocations: int = 0
    foreign: int = 0  # relocations that need a symbol: all but R_AARCH64_RELATIVE
    needed: tuple[str, ...] = ()


def read_dynamic(
    data: mmap.mmap, where: tuple[int, int], segments: Sequence[Segment], faults: list[str]
) -> Dynamic:
    """Read the section at offset and size `where`; add to faults what can't be."""
    offset, size = where
    content = data[offset : offset + min(size, 0x10000) // 16 * 16]
    entries = []
    for tag, value in _ENTRY.iter_unpack(content):
        if tag == _NULL:
            break
        entries.append((tag, value))
    tables = _Tables(data, segments, dict(entries), faults)
    relocations, foreign = tables.relocations()
    names = tuple(tables.string(value) for tag, value in entries if tag == _NEEDED)
    return Dynamic(relocations, foreign, names)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables that a dynamic section points at, by virtual address."""

    data: mmap.mmap
    segments: Sequence[Segment]
    tags: dict[int, int]
    faults: list[str]

    def relocations(self) -> tuple[int, int]:
        """Count all relocations, and those that need a symbol.

        DT_RELR holds relative ones only: a word to relocate (even), or a bitmap of those behind it
        (odd).
        """
        total = foreign = 0
        for table, size in ((_RELA_AT, _RELASZ), (_JMPREL, _PLTRELSZ)):
            content = self._table(table, size)
            for _, info, _ in _RELA.iter_unpack(content[: len(content) // 24 * 24]):
                total += 1
                foreign += (info & 0xFFFFFFFF) != _R_AARCH64_RELATIVE
        content = self._table(_RELR, _RELRSZ)
        for (word,) in struct.iter_unpack("<Q", content[: len(content) // 8 * 8]):
            total += (word >> 1).bit_count() if word & 1 else 1
        return total, foreign

    def string(self, offset: int) -> str:
        """Return a name in the string table, of at most 255 bytes."""
        text = self._at(self.tags.get(_STRTAB, 0) + offset, 255)
        return text.split(b"\0")[0].decode("latin-1")

    def _table(self, table: int, size: int) -> bytes:
        start, length = self.tags.get(table, 0), self.tags.get(size, 0)
        if not length:
            return b""
        if length > LARGEST_TABLE:
            self.faults.append(f"a relocation table claims {describe_size(length)}")
            return b""
        content = self._at(start, length)
        if len(content) < length:
            self.faults.append(f"the relocation table at {start:#x} is in no segment")
        return content

    def _at(self, virtual: int, count: int) -> bytes:
        """Return bytes by their virtual address; fewer where the file has no more of them."""
        for segment in self.segments:
            start = virtual - segment.virtual
            if 0 <= start < segment.file_size:
                count = min(count, segment.file_size - start)
                return self.data[segment.offset + start : segment.offset + start + count]
        return b""
