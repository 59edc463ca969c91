# SPDX-License-Identifier: Apache-2.0
"""What the rules of the guest ABI decide by: a note, and BTF of the shared structs."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mvpsdk import abi
from mvpsdk.core import facade

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvpsdk.image.layouts import Enum, Struct

__all__ = ["btf_of", "note_of"]

_NEEDS = {"role": 1, "psci_conduits": 1, "features": 1, "calls": 0xE, "vgic_versions": 12}
_INTEGERS = {"uint8_t": 1, "uint16_t": 2, "uint32_t": 4, "uint64_t": 8}


def note_of(changes: Mapping[str, Any]) -> bytes:
    """The note of firmware on the runtime library, with some fields of another value."""
    fields = {key.replace("-", "_"): value for key, value in changes.items()}
    if "layouts" in fields:
        fields["layouts"] = bytes.fromhex(fields["layouts"])
    return facade.note_write(replace(abi.offered(3, ()), **{**_NEEDS, **fields}))


def btf_of(changes: Mapping[str, Any]) -> bytes:
    """BTF of abi.h as it would be with some changes.

    `offsets` moves members of struct mvp_abi_note, `types` gives them another integer, `drop`
    leaves one out; `enum-size` and `values` are of enum mvp_partition_state.
    """
    (note,), (state,) = abi.own_structs(), abi.own_enums()
    moved, types = changes.get("offsets", {}), changes.get("types", {})
    members = tuple(
        replace(
            member,
            offset=moved.get(member.name, member.offset),
            type=types.get(member.name, member.type),
        )
        for member in note.members
        if member.name != changes.get("drop")
    )
    values = tuple((name, changes.get("values", {}).get(name, n)) for name, n in state.values)
    size = changes.get("enum-size", state.size)
    writer = _Btf()
    writer.struct(replace(note, members=members))
    writer.enum(replace(state, size=size, values=values))
    return writer.bytes()


class _Btf:
    """Types and strings, as Linux's Documentation/bpf/btf.rst has them."""

    def __init__(self) -> None:
        self.types = b""
        self.strings = b"\0"
        self.count = 0
        self.known: dict[str, int] = {}

    def struct(self, what: Struct) -> None:
        """A struct of integers and arrays of them."""
        rows = [(self._text(m.name), self._type(m.type), 8 * m.offset) for m in what.members]
        self._add(what.name, 4, len(rows), what.size, *(word for row in rows for word in row))

    def enum(self, what: Enum) -> None:
        """An enum."""
        rows = [(self._text(name), value) for name, value in what.values]
        self._add(what.name, 6, len(rows), what.size, *(word for row in rows for word in row))

    def bytes(self) -> bytes:
        """The header, then both."""
        sizes = (0, len(self.types), len(self.types), len(self.strings))
        return struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, *sizes) + self.types + self.strings

    def _type(self, name: str) -> int:
        if name not in self.known:
            element, _, count = name.partition("[")
            if count:
                inner = (self._type(element), self._type(element), int(count[:-1]))
                self.known[name] = self._add("", 3, 0, 0, *inner)
            else:
                size = _INTEGERS[element]
                self.known[name] = self._add(element, 1, 0, size, 8 * size)
        return self.known[name]

    def _add(self, name: str, kind: int, count: int, size: int, *more: int) -> int:
        head = (self._text(name), kind << 24 | count, size)
        self.types += struct.pack(f"<{3 + len(more)}I", *head, *more)
        self.count += 1
        return self.count

    def _text(self, name: str) -> int:
        at = len(self.strings)
        self.strings += name.encode() + b"\0"
        return at if name else 0
