# SPDX-License-Identifier: Apache-2.0
"""One number for the layouts of all shared structs: what the ABI note of an image carries."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mvpsdk.image.layouts import Enum, Struct

__all__ = ["layouts_digest"]


def layouts_digest(structs: Iterable[Struct], enums: Iterable[Enum]) -> bytes:
    """Return the SHA-256 over names, places, sizes, types and values; 32 bytes.

    It stands for one set of layouts, no more: a later version that only adds has another one. Who
    finds an unlike one looks up whose it is, and compares member by member.
    """
    lines = sorted([*_structs(structs), *_enums(enums)])
    return hashlib.sha256("".join(lines).encode()).digest()


def _structs(structs: Iterable[Struct]) -> Iterator[str]:
    for each in structs:
        rows = (
            f" {m.offset} {m.size} {m.bit_offset} {m.bits} {m.type} {m.name}" for m in each.members
        )
        yield "\n".join([f"struct {each.name} {each.size}", *rows, ""])


def _enums(enums: Iterable[Enum]) -> Iterator[str]:
    for each in enums:
        rows = (f" {value} {name}" for name, value in each.values)
        yield "\n".join([f"enum {each.name} {each.size}", *rows, ""])
