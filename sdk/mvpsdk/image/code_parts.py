# SPDX-License-Identifier: Apache-2.0
"""Where an image's instructions are: all of a raw one; of an ELF file its executable sections.

In these, the mapping symbols `$x` and `$d` tell code from the data between it (ELF for the Arm
64-bit Architecture, AAELF64, section 5.5.5). Sections and symbols are read by their forms in the
System V ABI; nothing in the file is trusted.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

    from mvpsdk.image.model import Elf

__all__ = ["Part", "elf_parts"]

_HEADER = struct.Struct("<40xQ10xHHH")  # e_shoff, e_shentsize, e_shnum, e_shstrndx
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_PROGBITS, _SYMTAB, _EXECUTABLE = 1, 2, 4  # SHT_PROGBITS, SHT_SYMTAB, SHF_EXECINSTR
_MOST_SECTIONS = 4096
_MOST_SYMBOLS = 1 << 20
_MOST_NAMES = 1 << 26  # bytes
_REL = "REL"  # the addresses of an object file's symbols are offsets in their sections


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A piece of a file that is executed."""

    offset: int  # in the file
    size: int  # bytes
    address: int | None  # of its first byte, as it is linked; None: the file doesn't say


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int


def elf_parts(data: bytes | mmap.mmap, elf: Elf) -> tuple[list[Part], bool]:
    """Return a 64-bit ELF file's parts that are executed, and whether that is exactly the code.

    It is, if the file has sections and mapping symbols; else segments are all that is known. A file
    whose parts lie over each other is looked at as a whole, once.
    """
    parts, exact = _parts(data, elf)
    if sum(part.size for part in parts) > len(data):
        return [Part(offset=0, size=len(data), address=None)], False
    return parts, exact


def _parts(data: bytes | mmap.mmap, elf: Elf) -> tuple[list[Part], bool]:
    sections = _sections(data)
    text = {
        number: section
        for number, section in enumerate(sections)
        if section.kind == _PROGBITS and section.flags & _EXECUTABLE and section.size
    }
    marks = _marks(data, sections, text, relative=elf.type == _REL)
    if not text or not all(marks.get(number) for number in text):
        return [part for part in _segments(elf) if part.offset + part.size <= len(data)], False
    return [
        part for number, section in text.items() for part in _code_of(section, marks[number])
    ], True


def _segments(elf: Elf) -> Iterator[Part]:
    for segment in elf.segments:
        if segment.executable:
            yield Part(offset=segment.offset, size=segment.file_size, address=segment.virtual)


def _sections(data: bytes | mmap.mmap) -> list[_Section]:
    """Read the section table; an empty list, if it is not all there."""
    if len(data) < _HEADER.size:
        return []
    start, entry, count, _ = _HEADER.unpack(data[: _HEADER.size])
    end = start + entry * count
    if entry != _SECTION.size or count > _MOST_SECTIONS or not start or end > len(data):
        return []
    found = [
        _Section(kind=one[1], flags=one[2], address=one[3], offset=one[4], size=one[5], link=one[6])
        for one in _SECTION.iter_unpack(data[start:end])
    ]
    whole = (each.kind not in (_PROGBITS, _SYMTAB) or _inside(data, each) for each in found)
    return found if all(whole) else []


def _inside(data: bytes | mmap.mmap, section: _Section) -> bool:
    return section.offset + section.size <= len(data)


def _marks(
    data: bytes | mmap.mmap,
    sections: list[_Section],
    text: dict[int, _Section],
    *,
    relative: bool,
) -> dict[int, list[tuple[int, bool]]]:
    """By section, where code ($x) or data ($d) begins: offset in the section, and whether code."""
    found: dict[int, list[tuple[int, bool]]] = {}
    tables = [table for table in sections if table.kind == _SYMTAB]
    for table in tables[:1]:  # there is no second one (gABI, "Sections")
        if table.link >= len(sections) or table.size > _MOST_SYMBOLS * _SYMBOL.size:
            continue
        names = sections[table.link]
        size = min(names.size, _MOST_NAMES)
        marks = _mapping_names(data[names.offset : names.offset + size])
        symbols = data[table.offset : table.offset + table.size - table.size % _SYMBOL.size]
        for name, info, _, section, value, _ in _SYMBOL.iter_unpack(symbols):
            if not info and name in marks and section in text:
                base = 0 if relative else text[section].address
                found.setdefault(section, []).append((value - base, marks[name]))
    return {section: sorted(marks) for section, marks in found.items()}


def _mapping_names(names: bytes) -> dict[int, bool]:
    """By offset in a table of names: `$x` and `$x.…` are true, `$d` and `$d.…` false."""
    found = {}
    at = names.find(b"$")
    while at >= 0:
        if names[at + 1 : at + 2] in (b"x", b"d") and names[at + 2 : at + 3] in (b"\0", b"."):
            found[at] = names[at + 1 : at + 2] == b"x"
        at = names.find(b"$", at + 1)
    return found


def _code_of(section: _Section, marks: list[tuple[int, bool]]) -> Iterator[Part]:
    """Yield the code of a section: what comes before the first mark is taken as such, too."""
    start, code = 0, True
    for at, becomes in [*marks, (section.size, not code)]:
        end = min(max(at, 0), section.size)
        if becomes == code and end < section.size:
            continue
        if code and start < end:
            yield Part(
                offset=section.offset + start, size=end - start, address=section.address + start
            )
        start, code = end, becomes
