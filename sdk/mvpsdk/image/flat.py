# SPDX-License-Identifier: Apache-2.0
"""What an image holds as it lies in memory, as short sums: enough to tell two apart, and where."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.units import KIB, MIB

if TYPE_CHECKING:
    import mmap

    from mvpsdk.image.raw import Raw

__all__ = ["BLOCK", "Flat", "first_difference", "read"]

BLOCK = 4 * KIB
"""Bytes of one sum; what lies behind an image's end counts as zero."""

_LARGEST = 128 * MIB
_PARTS = ("kernel", "rom", "realtime", "symbols")
_ALLOC, _NOBITS = 2, "SHT_NOBITS"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flat:
    """An image without what is around it: headers, symbols, debug information."""

    size: int  # bytes
    sums: str  # CRC-32 of each BLOCK, eight hexadecimal digits; empty: it is too large


def read(raw: Raw) -> dict[str, Any]:
    """Return the field of ImageFacts: of a flat file itself, of an ELF file its sections."""
    if raw.part not in _PARTS or raw.format not in ("arm64-image", "elf", "unknown"):
        return {}
    if raw.format != "elf":
        return {"flat": Flat(size=raw.size, sums=_sums(raw.data))}
    try:
        content = _content(raw.data) if raw.found.get("elf") else None
    except Exception:  # noqa: BLE001 - hostile files make the parser raise anything; IMG004 tells
        content = None
    return {} if content is None else {"flat": Flat(size=len(content), sums=_sums(content))}


def _sums(data: bytes | bytearray | mmap.mmap) -> str:
    if len(data) > _LARGEST:
        return ""
    blocks = (bytes(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK))
    return "".join(f"{zlib.crc32(block.ljust(BLOCK, bytes(1))):08x}" for block in blocks)


def _content(data: mmap.mmap) -> bytearray | None:
    """An ELF file as `objcopy -O binary` would write it; None: it has no sections to go by."""
    from elftools.elf.elffile import ELFFile

    stream: Any = data
    file = ELFFile(stream)
    loads = [each for each in file.iter_segments() if each["p_type"] == "PT_LOAD"]
    found = []
    for section in file.iter_sections():
        if section["sh_flags"] & _ALLOC and section["sh_type"] != _NOBITS and section["sh_size"]:
            inside = (
                each["p_paddr"] - each["p_vaddr"]
                for each in loads
                if 0 <= section["sh_addr"] - each["p_vaddr"] < each["p_memsz"]
            )
            found.append((section["sh_addr"] + next(inside, 0), section))
    if not found:
        return None
    start = min(at for at, _ in found)
    end = max(at + section["sh_size"] for at, section in found)
    if end - start > _LARGEST:
        return None
    content = bytearray(end - start)
    for at, section in found:
        held = section.data()
        content[at - start : at - start + len(held)] = held
    return content


def first_difference(one: Flat, other: Flat) -> int | None:
    """Return the offset of the first block that differs; None: there is none.

    One may be longer by zeros.
    """
    empty = f"{zlib.crc32(bytes(BLOCK)):08x}"
    count = max(len(one.sums), len(other.sums)) // 8
    first, second = (each.sums + empty * (count - len(each.sums) // 8) for each in (one, other))
    for at in range(count):
        if first[8 * at : 8 * at + 8] != second[8 * at : 8 * at + 8]:
            return at * BLOCK
    return None
