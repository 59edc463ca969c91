# SPDX-License-Identifier: Apache-2.0
"""Reads an ELF file's headers with pyelftools, and what it asks of whoever loads it.

Nothing in the file is trusted: what can't be, is reported as a fault rather than raised.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mvpsdk.image.dynamic import Dynamic, read_dynamic
from mvpsdk.image.model import Elf, Segment
from mvpsdk.image.views import MOST_SEGMENTS

if TYPE_CHECKING:
    import mmap

__all__ = ["ARCHITECTURES", "read_elf"]

ARCHITECTURES = {"AARCH64": "arm64", "ARM": "arm", "X86_64": "x86-64", "386": "x86"}
"""Architecture by e_machine."""


@dataclass
class _Reader:
    """What is being found out about one file."""

    data: mmap.mmap
    size: int
    faults: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    dynamic: tuple[int, int] = (0, 0)  # offset and size in the file
    interpreter: str = ""


def read_elf(data: mmap.mmap, size: int) -> tuple[Elf | None, list[str]]:
    """Return an ELF file's facts, or none, and what is wrong with it."""
    reader = _Reader(data, size)
    try:
        elf, headers = _headers(data)
    except Exception as error:  # noqa: BLE001 - hostile files make the parser raise anything
        return None, [f"the ELF headers can't be read: {type(error).__name__}: {error}"]
    for index, header in enumerate(headers):
        _segment(reader, index, header)
    if elf["e_phnum"] > MOST_SEGMENTS:
        reader.faults.append(f"it claims {elf['e_phnum']} program headers; {MOST_SEGMENTS} is most")
    _sections(reader, elf)
    return _facts(reader, elf), reader.faults


def _headers(data: mmap.mmap) -> tuple[Any, list[Any]]:
    """Parse the file header and the program headers; the library has no types for them."""
    from elftools.common.utils import struct_parse
    from elftools.elf.elffile import ELFFile

    elf = ELFFile(data)  # type: ignore[arg-type]  # it reads, seeks and tells: that is all it uses
    offsets = (
        elf["e_phoff"] + number * elf["e_phentsize"]
        for number in range(min(elf["e_phnum"], MOST_SEGMENTS))
    )
    return elf, [struct_parse(elf.structs.Elf_Phdr, elf.stream, offset) for offset in offsets]


def _segment(reader: _Reader, index: int, header: Any) -> None:  # noqa: ANN401 - untyped library
    """Take in one program header."""
    kind, offset, file_size = header["p_type"], header["p_offset"], header["p_filesz"]
    if kind not in ("PT_LOAD", "PT_DYNAMIC", "PT_INTERP"):
        return
    whole = offset + file_size <= reader.size
    if not whole:
        reader.faults.append(
            f"segment {index} ends at {offset + file_size:#x}, the file has {reader.size:#x} bytes"
        )
    elif kind == "PT_INTERP":
        name = reader.data[offset : offset + min(file_size, 255)]
        reader.interpreter = name.split(b"\0")[0].decode("latin-1")
    elif kind == "PT_DYNAMIC":
        reader.dynamic = (offset, file_size)
    if kind == "PT_LOAD":
        digest = _digest(reader.data, offset, file_size) if whole else ""
        reader.segments.append(_load(reader, index, header, digest))


def _digest(data: mmap.mmap, offset: int, size: int) -> str:
    with memoryview(data) as whole, whole[offset : offset + size] as part:
        return hashlib.sha256(part).hexdigest()


def _load(reader: _Reader, index: int, header: Any, digest: str) -> Segment:  # noqa: ANN401
    if header["p_memsz"] < header["p_filesz"]:
        reader.faults.append(
            f"segment {index} has {header['p_filesz']:#x} bytes in the file,"
            f" but takes only {header['p_memsz']:#x} in memory"
        )
    return Segment(
        index=index,
        virtual=header["p_vaddr"],
        physical=header["p_paddr"],
        offset=header["p_offset"],
        file_size=header["p_filesz"],
        memory_size=header["p_memsz"],
        align=header["p_align"],
        readable=bool(header["p_flags"] & 4),
        writable=bool(header["p_flags"] & 2),
        executable=bool(header["p_flags"] & 1),
        sha256=digest,
    )


def _sections(reader: _Reader, elf: Any) -> None:  # noqa: ANN401 - untyped library
    """Look at the section table's end: a file that was cut off has lost it."""
    table = elf["e_shoff"] + elf["e_shnum"] * elf["e_shentsize"]
    if elf["e_shoff"] and table > reader.size:
        reader.faults.append(
            f"the section table ends at {table:#x}, the file has {reader.size:#x} bytes"
        )


def _facts(reader: _Reader, elf: Any) -> Elf:  # noqa: ANN401 - untyped library
    bits: Literal[32, 64] = 64 if elf.elfclass == 64 else 32  # noqa: PLR2004 - ELFCLASS64
    dynamic = Dynamic()
    if bits == 64 and elf.little_endian:  # noqa: PLR2004
        dynamic = read_dynamic(reader.data, reader.dynamic, reader.segments, reader.faults)
    return Elf(
        bits=bits,
        big_endian=not elf.little_endian,
        type=str(elf["e_type"]).removeprefix("ET_"),
        machine=str(elf["e_machine"]).removeprefix("EM_"),
        entry=elf["e_entry"],
        segments=tuple(reader.segments),
        relocations=dynamic.relocations,
        foreign_relocations=dynamic.foreign,
        interpreter=reader.interpreter,
        needed=dynamic.needed,
    )
