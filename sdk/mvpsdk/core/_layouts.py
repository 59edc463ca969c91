# SPDX-License-Identifier: Apache-2.0
"""Layouts of the structs and enums that guest and hypervisor share, as C has them.

The types here describe any image's layouts too, whichever debug information told of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from mvpsdk.core._library import ffi
from mvpsdk.core.fingerprint import CORE

__all__ = ["ABI_HEADER", "Enum", "Member", "Struct", "abi_enums", "abi_names", "abi_structs"]

ABI_HEADER = CORE / "include/mvp/abi.h"
"""What a guest includes."""

_DEFINED = re.compile(r"^(struct|enum) (\w+) \{$", re.MULTILINE)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Enum:
    """An enumerated type."""

    name: str
    size: int  # bytes
    values: tuple[tuple[str, int], ...]  # in the order of the header


@cache
def abi_names() -> tuple[str, ...]:
    """Return the names of the shared structs and enums, in the order of abi.h."""
    return tuple(name for _, name in _DEFINED.findall(ABI_HEADER.read_text(encoding="utf-8")))


@cache
def abi_structs() -> tuple[Struct, ...]:
    """Return the structs of abi.h as this build of the core lays them out."""
    return tuple(_struct(name) for name in _kind("struct"))


@cache
def abi_enums() -> tuple[Enum, ...]:
    """Return the enums of abi.h."""
    return tuple(_enum(name) for name in _kind("enum"))


def _kind(kind: str) -> list[str]:
    text = ABI_HEADER.read_text(encoding="utf-8")
    return [name for found, name in _DEFINED.findall(text) if found == kind]


def _struct(name: str) -> Struct:
    found = ffi.typeof(f"struct {name}")
    members = (
        Member(name=member, offset=field.offset, size=ffi.sizeof(field.type), type=_type(field))
        for member, field in found.fields
    )
    return Struct(name=name, size=ffi.sizeof(found), members=tuple(members))


def _type(field: Any) -> str:
    if field.bitsize >= 0:
        raise NotImplementedError("abi.h has no bit fields")
    return str(field.type.cname)


def _enum(name: str) -> Enum:
    found = ffi.typeof(f"enum {name}")
    values = sorted((value, word) for value, word in found.elements.items())
    return Enum(
        name=name,
        size=ffi.sizeof(found),
        values=tuple((word, value) for value, word in values),
    )
