# SPDX-License-Identifier: Apache-2.0
"""The few facts that the build needs of an ELF file which it has just linked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

__all__ = ["Elf", "Kind", "Section", "read"]

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
class Elf:
    """A linked program."""

    binary: bytes  # as it lies in memory from address 0; what follows is zero
    memory_size: int  # bytes from address 0, with zeroed data
    sections: tuple[Section, ...]
    relocations: tuple[int, ...]  # type of each dynamic relocation


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
