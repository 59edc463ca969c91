# SPDX-License-Identifier: Apache-2.0
"""Layouts of the structs and enums that guest and hypervisor share, as C has them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from mvpsdk.core._library import ffi
from mvpsdk.core.fingerprint import CORE

__all__ = ["ABI_HEADER", "abi_enums", "abi_names", "abi_structs"]

ABI_HEADER = CORE / "include/mvp/abi.h"
"""What a guest includes."""

_DEFINED = re.compile(r"^(struct|enum) (\w+) \{$", re.MULTILINE)


@cache
def abi_names() -> tuple[str, ...]:
    """Return the names of the shared structs and enums, in the order of abi.h."""
    return tuple(name for _, name in _defined())


@cache
def abi_structs() -> dict[str, tuple[int, tuple[tuple[str, int, int, str], ...]]]:
    """Return size and members of abi.h's structs; a member's name, offset, size and type."""
    return {name: _struct(name) for kind, name in _defined() if kind == "struct"}


@cache
def abi_enums() -> dict[str, tuple[int, tuple[tuple[str, int], ...]]]:
    """Return size and values of abi.h's enums, the lowest value first."""
    return {name: _enum(name) for kind, name in _defined() if kind == "enum"}


def _defined() -> list[tuple[str, str]]:
    return _DEFINED.findall(ABI_HEADER.read_text(encoding="utf-8"))


def _struct(name: str) -> tuple[int, tuple[tuple[str, int, int, str], ...]]:
    found = ffi.typeof(f"struct {name}")
    members = (
        (member, field.offset, ffi.sizeof(field.type), _type(name, field))
        for member, field in found.fields
    )
    return ffi.sizeof(found), tuple(members)


def _type(name: str, field: Any) -> str:
    if field.bitsize >= 0:
        raise NotImplementedError(f"struct {name} has a bit field: compilers place it freely")
    return str(field.type.cname)


def _enum(name: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    found = ffi.typeof(f"enum {name}")
    values = sorted((value, word) for value, word in found.elements.items())
    return ffi.sizeof(found), tuple((word, value) for value, word in values)
