# SPDX-License-Identifier: Apache-2.0
"""Two sides' structs and enums, member by member."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mvpsdk.abi.model import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mvpsdk.image.layouts import Enum, Member, Struct

__all__ = ["compare_enum", "compare_layouts", "compare_struct"]

_INTEGER = re.compile(r"(u?)int\d+_t|bool|char")


def compare_layouts(
    before: tuple[Iterable[Struct], Iterable[Enum]], after: tuple[Iterable[Struct], Iterable[Enum]]
) -> Iterator[Change]:
    """Yield what differs, structs first; each side is its structs and its enums."""
    yield from _each("struct", before[0], after[0], compare_struct)
    yield from _each("enum", before[1], after[1], compare_enum)


def _each(
    word: str,
    before: Iterable[Any],
    after: Iterable[Any],
    compare: Callable[[Any, Any], Iterator[Change]],
) -> Iterator[Change]:
    old, new = ({each.name: each for each in side} for side in (before, after))
    for name in dict.fromkeys([*old, *new]):
        was, is_ = old.get(name), new.get(name)
        if was and is_:
            yield from compare(was, is_)
        else:
            yield Change(
                kind="broke" if was else "added",
                what=f"{word} {name}",
                aspect="presence",
                before=_bytes(was.size) if was else "",
                after=_bytes(is_.size) if is_ else "",
            )


def compare_struct(before: Struct, after: Struct) -> Iterator[Change]:
    """Yield what differs between two layouts of one struct."""
    what = f"struct {before.name}"
    if before.size != after.size:
        yield _broke(what, "size", _bytes(before.size), _bytes(after.size))
    if before.align != after.align:
        yield _broke(what, "alignment", _align(before.align), _align(after.align))
    new = {member.name: member for member in after.members}
    for was in before.members:
        if is_ := new.pop(was.name, None):
            yield from _member(f"{what}.{was.name}", was, is_)
        else:
            yield Change(
                kind="broke",
                what=f"{what}.{was.name}",
                aspect="presence",
                before=_member_text(was),
                after="",
            )
    for member in new.values():
        yield Change(
            kind="added",
            what=f"{what}.{member.name}",
            aspect="presence",
            before="",
            after=_member_text(member),
        )


def _member(what: str, was: Member, is_: Member) -> Iterator[Change]:
    if (was.offset, was.bit_offset) != (is_.offset, is_.bit_offset):
        yield _broke(what, "place", _place(was), _place(is_))
    if was.bits != is_.bits:
        yield _broke(what, "width", _bits(was), _bits(is_))
    known = was.size and is_.size
    if known and was.size != is_.size:
        number = bool(_INTEGER.fullmatch(was.type) and _INTEGER.fullmatch(is_.type))
        is_enum = was.type == is_.type and was.type.startswith("enum ")
        yield Change(
            kind="broke",
            what=what,
            aspect="type",
            before=f"{was.type} of {_bytes(was.size)}",
            after=f"{is_.type} of {_bytes(is_.size)}",
            is_width=number or is_enum,
        )
    elif was.type != is_.type and "?" not in (was.type, is_.type):
        yield _broke(what, "type", was.type, is_.type)


def compare_enum(before: Enum, after: Enum) -> Iterator[Change]:
    """Yield what differs between two versions of one enum. A new value breaks nothing."""
    what = f"enum {before.name}"
    if before.size != after.size:
        yield Change(
            kind="broke",
            what=what,
            aspect="size",
            before=_bytes(before.size),
            after=_bytes(after.size),
            is_width=True,
        )
    old, new = dict(before.values), dict(after.values)
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(
                kind="broke" if name in old else "added",
                what=f"{what}.{name}",
                aspect="value",
                before=str(old.get(name, "")),
                after=str(new.get(name, "")),
            )


def _broke(what: str, aspect: str, before: str, after: str) -> Change:
    return Change(kind="broke", what=what, aspect=aspect, before=before, after=after)


def _bytes(count: int) -> str:
    return f"{count} byte" if count == 1 else f"{count} bytes"


def _align(count: int) -> str:
    return f"of {_bytes(count)}" if count else "its members'"


def _bits(member: Member) -> str:
    return f"{member.bits} bits" if member.bits else "a whole member"


def _place(member: Member) -> str:
    bit = f" bit {member.bit_offset}" if member.bits else ""
    return f"byte {member.offset}{bit}"


def _member_text(member: Member) -> str:
    return f"{member.type} at {_place(member)}"
