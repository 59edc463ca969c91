# SPDX-License-Identifier: Apache-2.0
"""BTF, the type information that stripped kernels and modules carry (Linux Documentation/bpf/btf).

Only the structs and enums that are asked for are read; where none of their names stands among the
strings, nothing is. Every offset is checked: a damaged file gives less, never an error.
"""

from __future__ import annotations

import re
import struct
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.image.layouts import Enum, Layouts, Member, Struct
from mvpsdk.image.searching import matches

if TYPE_CHECKING:
    import mmap
    from collections.abc import Collection, Iterator

__all__ = ["Btf", "find", "find_layouts", "layouts"]

_HEADER = struct.Struct("<HBBIIIII")
_MAGIC = re.compile(re.escape(b"\x9f\xeb\x01\x00\x18\x00\x00\x00\x00\x00\x00\x00"))
_TYPE = struct.Struct("<III")  # name, info, size or type
_LARGEST = 64 << 20
_MOST_TYPES = 1 << 21
_MOST_STEPS = 1 << 14
_NESTED = 4  # nameless structs, one inside the other
_DEEPEST = 24  # typedefs, qualifiers and arrays, one inside the other

_INT, _PTR, _ARRAY, _STRUCT, _UNION, _ENUM = 1, 2, 3, 4, 5, 6
_TYPEDEF, _VOLATILE, _CONST, _RESTRICT = 8, 9, 10, 11
_FLOAT, _TYPE_TAG, _ENUM64 = 16, 18, 19
_THROUGH = {_TYPEDEF, _VOLATILE, _CONST, _RESTRICT, _TYPE_TAG}
_FIXED = {_INT: 4, _ARRAY: 12, 14: 4, 17: 4}  # bytes behind a type, VAR and DECL_TAG among them
_EACH = {_STRUCT: 12, _UNION: 12, _ENUM: 8, 13: 8, 15: 12, _ENUM64: 12}  # for each of its entries
_WORDS = {_STRUCT: "struct", _UNION: "struct", _ENUM: "enum", _ENUM64: "enum"}
_SIGNED, _BOOL = 1, 4  # an integer's encoding
_POINTER = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Btf:
    """One set of types; a module's goes on where its kernel's ends."""

    types: bytes
    strings: bytes
    base: Btf | None = None

    def text(self, offset: int) -> str:
        """Return a string by its offset; empty if there is none."""
        start = len(self.base.strings) if self.base else 0
        if self.base and offset < start:
            return self.base.text(offset)
        end = self.strings.find(b"\0", offset - start)
        return self.strings[offset - start : max(end, 0)].decode("ascii", "replace")


def find(data: bytes | mmap.mmap, base: Btf | None = None) -> Btf | None:
    """Return the first set of types in an image, wherever it lies."""
    for match in matches(_MAGIC, data, _HEADER.size):
        start = match.start()
        if start + _HEADER.size > len(data):
            return None
        *_, type_size, text_start, text_size = _HEADER.unpack(data[start : start + _HEADER.size])
        types = start + _HEADER.size
        strings = types + text_start
        if text_start != type_size or max(type_size, text_size) > _LARGEST:
            continue
        if text_size and strings + text_size <= len(data):
            return Btf(
                types=bytes(data[types : types + type_size]),
                strings=bytes(data[strings : strings + text_size]),
                base=base,
            )
    return None


def find_layouts(data: bytes | mmap.mmap, names: Collection[str]) -> Layouts | None:
    """Return the structs and enums of these names that an image's BTF has; None: no BTF."""
    found = find(data)
    return layouts(found, names) if found else None


def layouts(btf: Btf, names: Collection[str]) -> Layouts:
    """Return the structs and enums of these names."""
    if not any(b"%b\0" % name.encode() in btf.strings for name in names):
        return Layouts(source="btf")
    reader = _Reader(btf)
    structs, enums = [], []
    for identity in reader.own():
        name, kind, count, flag, size, at = reader.type(identity)
        if kind == _TYPEDEF and name in names:  # of a struct or an enum without a name
            tag, kind, count, flag, size, at = reader.type(size)
            kind = 0 if tag else kind
        if name not in names:
            continue
        if kind in (_STRUCT, _UNION):
            structs.append(
                Struct(name=name, size=size, members=tuple(reader.members(at, count, flag=flag)))
            )
        elif kind in (_ENUM, _ENUM64):
            values = tuple(reader.values(kind, at, count, flag=flag))
            enums.append(Enum(name=name, size=size, values=values))
    return Layouts(source="btf", structs=tuple(structs), enums=tuple(enums))


class _Reader:
    """Finds types by their number."""

    def __init__(self, btf: Btf) -> None:
        self.btf = btf
        self.base: _Reader | None = _Reader(btf.base) if btf.base else None
        self.first: int = self.base.end if self.base else 1
        self.steps = 0
        self.places: array[int] = array("I", _places(btf.types))

    @property
    def end(self) -> int:
        """The number behind the last type of this set."""
        return self.first + len(self.places)

    def own(self) -> range:
        """The numbers of the types of this set."""
        return range(self.first, self.end)

    def type(self, identity: int) -> tuple[str, int, int, bool, int, int]:
        """Name, kind, entries, flag, size (or the type meant), and where its entries stand."""
        if self.base and identity < self.first:
            return self.base.type(identity)
        index = identity - self.first
        if not 0 <= index < len(self.places):
            return "", 0, 0, False, 0, 0
        at = self.places[index]
        name, info, size = _TYPE.unpack_from(self.btf.types, at)
        kind = info >> 24 & 31
        return self.btf.text(name), kind, info & 0xFFFF, bool(info >> 31), size, at + _TYPE.size

    def members(self, at: int, count: int, *, flag: bool, depth: int = 0) -> Iterator[Member]:
        """The members of a struct of this set; those of a nameless one stand in its stead."""
        for index in range(count):
            self.steps += 1
            if self.steps > _MOST_STEPS:  # nameless structs, each inside the other many times
                return
            name, identity, place = _TYPE.unpack_from(self.btf.types, at + 12 * index)
            bits = place >> 24 if flag else 0
            first = place & 0xFFFFFF if flag else place
            text = self.btf.text(name)
            if not text and identity >= self.first and depth < _NESTED:
                yield from self._inside(identity, first // 8, depth)
                continue
            word, size = self.name(identity)
            yield Member(
                name=text,
                offset=first // 8,
                size=size,
                type=word,
                bit_offset=first % 8 if bits else 0,
                bits=bits,
            )

    def _inside(self, identity: int, offset: int, depth: int) -> Iterator[Member]:
        _, kind, count, flag, _, at = self.type(identity)
        if kind in (_STRUCT, _UNION):
            for member in self.members(at, count, flag=flag, depth=depth + 1):
                yield Member(
                    name=member.name,
                    offset=offset + member.offset,
                    size=member.size,
                    type=member.type,
                    bit_offset=member.bit_offset,
                    bits=member.bits,
                )

    def values(self, kind: int, at: int, count: int, *, flag: bool) -> Iterator[tuple[str, int]]:
        """The enumerators of an enum of this set; flag: they are signed."""
        for index in range(count):
            if kind == _ENUM64:
                name, low, high = _TYPE.unpack_from(self.btf.types, at + 12 * index)
                value, width = high << 32 | low, 64
            else:
                name, value = struct.unpack_from("<II", self.btf.types, at + 8 * index)
                width = 32
            is_negative = (flag or kind == _ENUM) and value >> (width - 1)
            yield self.btf.text(name), value - (1 << width) if is_negative else value

    def name(self, identity: int, depth: int = 0) -> tuple[str, int]:
        """What a type is called, typedefs and qualifiers apart, and its size in bytes."""
        tag, kind, _, _, size, at = self.type(identity)
        if depth > _DEEPEST:
            return "?", 0
        if kind in _THROUGH:
            word, bytes_ = self.name(size, depth + 1)
            return (f"{word} {tag}" if word in {"struct", "enum"} and tag else word), bytes_
        if kind == _ARRAY:
            return self._array(identity, depth)
        if kind == _INT:
            return self._integer(identity, tag, size, at), size
        if kind in _WORDS:
            return f"{_WORDS[kind]} {tag}".strip(), size
        plain = {_PTR: ("pointer", _POINTER), _FLOAT: (f"float{8 * size}", size)}
        return plain.get(kind, ("?", 0))

    def _integer(self, identity: int, tag: str, size: int, at: int) -> str:
        if self.base and identity < self.first:
            return self.base._integer(identity, tag, size, at)  # noqa: SLF001 - the same class
        (encoding,) = struct.unpack_from("<I", self.btf.types, at)
        encoding = encoding >> 24 & 15
        if tag == "char" or encoding & _BOOL:
            return "bool" if encoding & _BOOL else "char"
        return f"{'' if encoding & _SIGNED else 'u'}int{8 * size}_t"

    def _array(self, identity: int, depth: int) -> tuple[str, int]:
        if self.base and identity < self.first:
            return self.base._array(identity, depth)  # noqa: SLF001 - the same class
        *_, at = self.type(identity)
        element, _, count = _TYPE.unpack_from(self.btf.types, at)
        word, size = self.name(element, depth + 1)
        head, bracket, rest = word.partition("[")
        return f"{head}[{count}]{bracket}{rest}", count * size


def _places(types: bytes) -> Iterator[int]:
    """Where each type begins, up to the first that can't be."""
    at, count = 0, 0
    while at + _TYPE.size <= len(types) and count < _MOST_TYPES:
        (info,) = struct.unpack_from("<I", types, at + 4)
        kind = info >> 24 & 31
        size = _TYPE.size + _FIXED.get(kind, 0) + _EACH.get(kind, 0) * (info & 0xFFFF)
        if not 1 <= kind <= _ENUM64 or at + size > len(types):
            return
        yield at
        at, count = at + size, count + 1
