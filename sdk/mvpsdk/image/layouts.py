# SPDX-License-Identifier: Apache-2.0
"""Layouts of the shared structs and enums, as an image's own debug information has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mvpsdk.core.facade import abi_names

if TYPE_CHECKING:
    import mmap
    from collections.abc import Collection

    from mvpsdk.image.raw import Raw

__all__ = ["Enum", "Layouts", "Member", "Struct", "find_layouts", "read"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One member of a struct."""

    name: str
    offset: int  # bytes from the struct's start; of a bit field, those of its first bit
    size: int  # bytes; 0: it can't be told
    type: str  # `uint64_t`, `uint8_t[32]`, `enum mvp_x`, `struct mvp_x`, `pointer`
    bit_offset: int = 0  # of a bit field, inside its first byte
    bits: int = 0  # of a bit field; 0: it is none


@dataclass(frozen=True, kw_only=True, slots=True)
class Struct:
    """A struct or a union."""

    name: str
    size: int  # bytes
    members: tuple[Member, ...]
    align: int = 0  # bytes that its declaration asks for; 0: none, or nobody says


@dataclass(frozen=True, kw_only=True, slots=True)
class Enum:
    """An enumerated type."""

    name: str
    size: int  # bytes
    values: tuple[tuple[str, int], ...]  # in the order of the header


@dataclass(frozen=True, kw_only=True, slots=True)
class Layouts:
    """What debug information says of the structs and enums that were asked for.

    One that no source file uses is not there. One that two source files see differently is there
    once for each way.
    """

    source: Literal["btf", "dwarf"]
    structs: tuple[Struct, ...] = ()
    enums: tuple[Enum, ...] = ()
    damage: str = ""  # why it can't be read; empty: it can


def read(raw: Raw) -> dict[str, Any]:
    """Return the field of ImageFacts."""
    if raw.format not in ("arm64-image", "elf", "pe", "unknown"):
        return {}
    return {"layouts": find_layouts(raw.data, is_elf=raw.format == "elf")}


def find_layouts(
    data: bytes | mmap.mmap, *, is_elf: bool, names: Collection[str] | None = None
) -> Layouts | None:
    """Return what debug information says, DWARF before BTF; None: there is neither.

    names: the structs and enums to look for; by default those of abi.h.
    """
    from mvpsdk.image import btf, dwarf

    wanted = frozenset(abi_names() if names is None else names)
    if is_elf and (found := dwarf.read_layouts(data, wanted)):
        return found
    return btf.find_layouts(data, wanted)
