# SPDX-License-Identifier: Apache-2.0
"""BTF made by hand, and what a damaged file has instead."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.image import btf
from mvpsdk.image.layouts import Enum, Layouts, Member, Struct, find_layouts

NAMES = ("mvp_pair", "mvp_state", "mvp_alias")
STRINGS = b"\0u64\0word\0mvp_pair\0first\0second\0mvp_state\0OFF\0BAD\0mvp_alias\0"


def at(name: str) -> int:
    """Where a name stands among the strings."""
    return STRINGS.index(b"\0" + name.encode() + b"\0") + 1


def row(name: str, kind: int, count: int, size: int, *more: int, flag: int = 0) -> bytes:
    """One type, and the numbers behind it."""
    head = (at(name) if name else 0, flag << 31 | kind << 24 | count, size)
    return struct.pack(f"<{3 + len(more)}I", *head, *more)


TYPES = b"".join(
    [
        row("u64", 1, 0, 8, 64),  # 1: an integer
        row("", 3, 0, 0, 1, 1, 4),  # 2: four of them
        row("mvp_pair", 4, 2, 40, at("first"), 1, 0, at("second"), 2, 64),  # 3
        row("mvp_state", 6, 2, 1, at("OFF"), 0, at("BAD"), 0xFFFFFFFF),  # 4
        row("", 4, 1, 8, at("word"), 1, 5 << 24 | 3, flag=1),  # 5: a bit field
        row("mvp_alias", 8, 0, 5),  # 6: its name
    ]
)
HEADER = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(TYPES), len(TYPES), len(STRINGS))
BTF = HEADER + TYPES + STRINGS


def test_structs_and_enums_are_read() -> None:
    """An array's size is its elements'; a nameless struct has the name of its typedef."""
    assert btf.find_layouts(b"\x9f\xeb" + BTF, NAMES) == Layouts(
        source="btf",
        structs=(
            Struct(
                name="mvp_pair",
                size=40,
                members=(
                    Member(name="first", offset=0, size=8, type="uint64_t"),
                    Member(name="second", offset=8, size=32, type="uint64_t[4]"),
                ),
            ),
            Struct(
                name="mvp_alias",
                size=8,
                members=(
                    Member(name="word", offset=0, size=8, type="uint64_t", bit_offset=3, bits=5),
                ),
            ),
        ),
        enums=(Enum(name="mvp_state", size=1, values=(("OFF", 0), ("BAD", -1))),),
    )


def test_other_names_are_not_read() -> None:
    """There is BTF, and nothing of ours in it; without BTF there is nothing at all."""
    assert find_layouts(BTF, is_elf=False) == Layouts(source="btf")
    assert find_layouts(BTF[1:], is_elf=False) is None


@given(st.data())
def test_a_damaged_file_gives_less_and_never_an_error(data: st.DataObject) -> None:
    """Whatever stands in any word of it, and wherever it ends."""
    words = bytearray(BTF)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) - 4))
        words[place : place + 4] = struct.pack("<I", data.draw(st.integers(0, 0xFFFFFFFF)))
    found = btf.find_layouts(bytes(words[: data.draw(st.integers(0, len(words)))]), NAMES)
    assert found is None or found.source == "btf"


def test_a_loop_of_types_ends() -> None:
    """A typedef of itself, an array of itself: their size can't be told."""
    loops = [row("u64", 8, 0, 1), row("", 3, 0, 0, 2, 2, 4)]
    types = b"".join([*loops, row("mvp_pair", 4, 2, 8, at("first"), 1, 0, at("second"), 2, 64)])
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(STRINGS))
    found = btf.find_layouts(head + types + STRINGS, NAMES)
    assert found
    (pair,) = found.structs
    assert [member.size for member in pair.members] == [0, 0]


def test_structs_that_hold_each_other_many_times_end() -> None:
    """What a hostile file could nest without end is cut off."""
    inside = [0, 1, 0] * 200
    types = row("", 4, 200, 8, *inside) + row("mvp_pair", 4, 1, 8, 0, 1, 0)
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(STRINGS))
    found = btf.find_layouts(head + types + STRINGS, NAMES)
    assert found
    (pair,) = found.structs
    assert len(pair.members) <= 1 << 14
