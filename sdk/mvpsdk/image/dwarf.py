# SPDX-License-Identifier: Apache-2.0
"""DWARF, where it speaks of the structs and enums that are asked for (DWARF 5, sections 5 and 7).

The whole tree of a kernel takes minutes. Here only those units are opened in whose bytes one of the
names is referred to, and of those only what stands at the top.
"""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from mvpsdk.image.dwarf_types import is_complete, members, name_of, number, values
from mvpsdk.image.layouts import Enum, Layouts, Struct

if TYPE_CHECKING:
    import mmap
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["read_layouts"]

_MOST_UNITS = 1024
_MOST_PLACES = 1 << 16
_LONG = 0xFFFF_FFFF  # a 64-bit length follows
_TYPES = {"DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_enumeration_type"}


def read_layouts(data: bytes | mmap.mmap, names: Collection[str]) -> Layouts | None:
    """Return the structs and enums of these names that an ELF file's DWARF has; None: no DWARF."""
    from elftools.common.exceptions import DWARFError, ELFError
    from elftools.elf.elffile import ELFFile

    damaged = (
        *(DWARFError, ELFError, ArithmeticError, AssertionError, AttributeError),
        *(LookupError, RecursionError, TypeError, ValueError, struct.error, EOFError),
    )
    try:
        stream: Any = io.BytesIO(data) if isinstance(data, bytes) else data
        file = ELFFile(stream)
        if not file.has_dwarf_info(strict=True):
            return None
        is_linked = file["e_type"] != "ET_REL"
        info = file.get_dwarf_info(relocate_dwarf_sections=not is_linked, follow_links=False)
        units = _units(info, names) if is_linked else list(info.iter_CUs())
        return _gather(units[:_MOST_UNITS], names)
    except damaged as error:
        return Layouts(source="dwarf", damage=f"{type(error).__name__}: {error}".rstrip(": "))


def _gather(units: Iterable[Any], names: Collection[str]) -> Layouts:
    structs: dict[Struct, None] = {}
    enums: dict[Enum, None] = {}
    for unit in units:
        for name, die in _wanted(unit, names):
            size = number(die, "DW_AT_byte_size")
            if die.tag == "DW_TAG_enumeration_type":
                enums[Enum(name=name, size=size, values=tuple(values(die)))] = None
            else:
                found = Struct(
                    name=name,
                    size=size,
                    members=tuple(members(die)),
                    align=number(die, "DW_AT_alignment"),
                )
                structs[found] = None
    return Layouts(source="dwarf", structs=tuple(structs), enums=tuple(enums))


def _wanted(unit: Any, names: Collection[str]) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """The structs and enums of a unit that have one of these names, or a typedef of it."""
    for die in unit.get_top_DIE().iter_children():
        name = name_of(die)
        if name not in names:
            continue
        if die.tag == "DW_TAG_typedef" and "DW_AT_type" in die.attributes:
            die = die.get_DIE_from_attribute("DW_AT_type")  # noqa: PLW2901 - the nameless type
            if name_of(die):
                continue
        if die.tag in _TYPES and is_complete(die):
            yield name, die


def _units(info: Any, names: Collection[str]) -> list[Any]:  # noqa: ANN401 - pyelftools
    """The units that refer to one of these names, by its place among the strings."""
    if info.debug_info_sec is None:
        return []
    body = _bytes(info.debug_info_sec)
    offsets = [at for name in names for at in _all(_bytes(info.debug_str_sec), name)]
    places = [at for offset in offsets for at in _find(body, struct.pack("<I", offset))]
    places += [at for name in names for at in _all(body, name)]  # it may stand in line
    starts = list(_starts(body))
    picked = {starts[bisect_right(starts, at) - 1] for at in places if starts and at >= starts[0]}
    units = [info.get_CU_at(start) for start in sorted(picked)]
    if indices := info.debug_str_offsets_sec:
        table = _bytes(indices)
        rows = {at for offset in offsets for at in _find(table, struct.pack("<I", offset))}
        if rows:
            units += [u for u in info.iter_CUs() if u.cu_offset not in picked and _has(u, rows)]
    return units


def _has(unit: Any, rows: Collection[int]) -> bool:  # noqa: ANN401 - pyelftools
    """Whether one of these rows of .debug_str_offsets is in the unit's part of it."""
    base = number(unit.get_top_DIE(), "DW_AT_str_offsets_base")
    size = 0
    if base >= 8:  # noqa: PLR2004 - length, version and padding stand before it
        stream = unit.dwarfinfo.debug_str_offsets_sec.stream
        stream.seek(base - 8)
        (size,) = struct.unpack("<I", stream.read(4))
    return any(base <= row < base + size for row in rows)


def _bytes(section: Any) -> bytes:  # noqa: ANN401 - pyelftools
    if section is None:
        return b""
    section.stream.seek(0)
    return bytes(section.stream.read())


def _all(text: bytes, name: str) -> Iterator[int]:
    """Where a name stands among strings; it may be the tail of a longer one."""
    return _find(text, name.encode() + b"\0")


def _find(data: bytes, what: bytes) -> Iterator[int]:
    at = data.find(what)
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        yield at
        at = data.find(what, at + 1)


def _starts(body: bytes) -> Iterator[int]:
    """Where each unit begins."""
    at = 0
    while at + 12 <= len(body):
        yield at
        (size,) = struct.unpack_from("<I", body, at)
        long = size == _LONG
        size = struct.unpack_from("<Q", body, at + 4)[0] + 12 if long else size + 4
        at += size
