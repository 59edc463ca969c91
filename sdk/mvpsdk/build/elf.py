# SPDX-License-Identifier: Apache-2.0
"""The few facts that the build needs of an ELF file which it has just linked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from elftools.elf.elffile import ELFFile

__all__ = ["Code", "Elf", "Kind", "Section", "read"]

Kind = Literal["text", "rodata", "data", "bss"]

_WRITE, _ALLOC, _EXECUTE = 1, 2, 4  # SHF_* (System V gABI, chapter 4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section that takes memory."""

    name: str
    kind: Kind
    address: int
    size: int  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A run of instructions inside one function."""

    function: str  # "?" if no symbol stands before it
    address: int
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Elf:
    """A linked program."""

    binary: bytes  # as it lies in memory from address 0; what follows is zero
    memory_size: int  # bytes from address 0, with zeroed data
    sections: tuple[Section, ...]
    relocations: tuple[int, ...]  # type of each dynamic relocation
    code: tuple[Code, ...] = ()  # all that may be executed, data between instructions left out


def read(data: bytes) -> Elf:
    """Read a program that the linker made for address 0."""
    from elftools.elf.elffile import ELFFile  # slow to import
    from elftools.elf.relocation import RelocationSection

    file = ELFFile(io.BytesIO(data))
    loads = [segment for segment in file.iter_segments() if segment["p_type"] == "PT_LOAD"]
    return Elf(
        binary=_flat([(load["p_vaddr"], load.data()) for load in loads]),
        memory_size=max((load["p_vaddr"] + load["p_memsz"] for load in loads), default=0),
        sections=tuple(
            Section(
                name=section.name,
                kind=_kind(section["sh_flags"], section["sh_type"]),
                address=section["sh_addr"],
                size=section["sh_size"],
            )
            for section in file.iter_sections()
            if section["sh_flags"] & _ALLOC and section["sh_size"]
        ),
        relocations=tuple(
            relocation["r_info_type"]
            for section in file.iter_sections()
            if isinstance(section, RelocationSection)
            for relocation in section.iter_relocations()
        ),
        code=tuple(_code(file)),
    )


def _flat(loads: list[tuple[int, bytes]]) -> bytes:
    image = bytearray(max((address + len(data) for address, data in loads), default=0))
    for address, data in loads:
        image[address : address + len(data)] = data
    return bytes(image)


def _kind(flags: int, kind: str) -> Kind:
    if kind == "SHT_NOBITS":
        return "bss"
    if flags & _EXECUTE:
        return "text"
    return "data" if flags & _WRITE else "rodata"


def _code(file: ELFFile) -> Iterator[Code]:
    """Cut executable sections at their symbols.

    "$x" and "$d", dots and more behind them allowed, begin instructions and data (Arm IHI 0056,
    section 5.5.3); what stands before any of them counts as instructions. Other symbols of code
    name functions, local labels of assembly among them.
    """
    from elftools.elf.sections import SymbolTableSection

    table = file.get_section_by_name(".symtab")
    symbols = list(table.iter_symbols()) if isinstance(table, SymbolTableSection) else []
    for index, section in enumerate(file.iter_sections()):
        if section["sh_flags"] & _EXECUTE and section["sh_type"] != "SHT_NOBITS":
            inside = (each for each in symbols if each["st_shndx"] == index)
            yield from _pieces(section["sh_addr"], section.data(), inside)


def _pieces(start: int, data: bytes, symbols: Iterable[Any]) -> Iterator[Code]:
    marks = [(each["st_value"], each.name) for each in symbols if _marks(each)]
    marks.sort(key=lambda mark: (mark[0], not mark[1].startswith("$")))
    place, function, is_code = start, "?", True
    for address, name in [*marks, (start + len(data), "")]:
        if is_code and address > place:
            piece = data[place - start : address - start]
            yield Code(function=function, address=place, data=piece)
        place = address
        if name.startswith(("$x", "$d")):
            is_code = name.startswith("$x")
        else:
            function = name


def _marks(symbol: Any) -> bool:  # noqa: ANN401 - pyelftools has no types
    """Whether something begins at a symbol: not a section, a file, or a variable in code."""
    return bool(symbol.name) and symbol["st_info"]["type"] in {"STT_NOTYPE", "STT_FUNC"}
