# SPDX-License-Identifier: Apache-2.0
"""Damages flattened device trees and TOML texts, for tests of what bad input gets.

Hypothesis draws a damage as plain numbers and words; these functions apply it. A flattened tree is
laid out as in the Devicetree Specification 0.4, chapter 5.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

Bytes = bytearray
Damage = tuple[str, int, int]
"""What is done, where (it is taken modulo the length), and a value."""

HEADER_WORDS = 10
BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9
TOKENS = (BEGIN_NODE, END_NODE, PROP, NOP, END, 0, 5)

words = st.sampled_from(
    (
        *(0, 1, 2, 3, 4, 5, 8, 9, 13, 31, 32, 0x7F, 0xFF, 0x1000, 0xFFFF, 0x10000, 0x7FFFFFFF),
        *(0x80000000, 0xC4000003, 0xD00DFEED, 0xFFFFF000, 0xFFFFFFFC, 0xFFFFFFFF),
    )
) | st.integers(0, 2**32 - 1)
places = st.integers(0, 1 << 20)
tree_damages = st.lists(
    st.tuples(
        st.sampled_from(["cell"] * 12 + ["bit", "word", "header", "token", "length"])
        | st.sampled_from(["cell"] * 6 + ["cut", "copy", "nest", "name"]),
        places,
        words,
    ),
    min_size=1,
    max_size=3,
)
"""Most change a cell of a property, which leaves a tree; the others may leave none."""


def damaged(data: bytes, damages: list[Damage]) -> bytes:
    """Return a tree's bytes with some damage."""
    blob = bytearray(data)
    for what, place, value in damages:
        if len(blob) >= HEADER_WORDS * 4:
            _TREE[what](blob, place, value)
    return bytes(blob)


def _bit(blob: Bytes, place: int, value: int) -> None:
    blob[place % len(blob)] ^= 1 << value % 8


def _cell(blob: Bytes, place: int, value: int) -> None:
    """Change a word of a property's value."""
    found = [
        at
        for at in range(HEADER_WORDS * 4, len(blob) - 15, 4)
        if blob[at : at + 4] == b"\0\0\0\3" and blob[at + 4 : at + 6] == b"\0\0"
    ]
    if found:
        at = found[place % len(found)]
        cells = max(1, struct.unpack_from(">I", blob, at + 4)[0] // 4)
        _word(blob, (at + 12) // 4 + place // len(found) % cells, value)


def _word(blob: Bytes, place: int, value: int) -> None:
    at = place % (len(blob) // 4) * 4
    blob[at : at + 4] = struct.pack(">I", value)


def _header(blob: Bytes, place: int, value: int) -> None:
    _word(blob, place % HEADER_WORDS, value)


def _token(blob: Bytes, place: int, value: int) -> None:
    """Make a token of the structure another one."""
    found = [
        at
        for at in range(HEADER_WORDS * 4, len(blob) - 3, 4)
        if blob[at : at + 3] == b"\0\0\0" and blob[at + 3] in TOKENS[:5]
    ]
    if found:
        _word(blob, found[place % len(found)] // 4, TOKENS[value % len(TOKENS)])


def _length(blob: Bytes, place: int, value: int) -> None:
    """Change the length of a property, a little or at all."""
    found = [
        at for at in range(HEADER_WORDS * 4, len(blob) - 7, 4) if blob[at : at + 4] == b"\0\0\0\3"
    ]
    if found:
        at = found[place % len(found)] + 4
        near = (struct.unpack_from(">I", blob, at)[0] + value % 17 - 8) % 2**32
        _word(blob, at // 4, near if value % 2 else value)


def _cut(blob: Bytes, place: int, value: int) -> None:
    """End the file early; or drop some words out of its middle."""
    at = place % len(blob) // 4 * 4
    del blob[at : at + 4 * (value % 16) if value % 2 else len(blob)]


def _copy(blob: Bytes, place: int, value: int) -> None:
    """Write a piece over another place: nodes twice, names torn apart."""
    at, to = place % len(blob) // 4 * 4, value % len(blob) // 4 * 4
    piece = blob[at : at + 64]
    blob[to : to + len(piece)] = piece


def _nest(blob: Bytes, place: int, value: int) -> None:
    """Begin up to 2000 nodes where one begins."""
    at = blob.find(struct.pack(">II", BEGIN_NODE, 0), place % 256)
    if at >= 0:
        blob[at:at] = struct.pack(">II", BEGIN_NODE, 0x61000000) * (value % 2000)


def _name(blob: Bytes, place: int, value: int) -> None:
    """Write a byte into the file's last part, where the names of properties are."""
    at = len(blob) - 1 - place % min(512, len(blob))
    blob[at] = value % 256


_TREE: dict[str, Callable[[Bytes, int, int], None]] = {
    "bit": _bit,
    "cell": _cell,
    "word": _word,
    "header": _header,
    "token": _token,
    "length": _length,
    "cut": _cut,
    "copy": _copy,
    "nest": _nest,
    "name": _name,
}

# ---- TOML ----

VALUES = (
    *('""', '"TODO"', '"none"', '"../.."', '"a\\u0000b"', '"💥"', f'"{"x" * 5000}"', "''"),
    *(
        "0",
        "1",
        "-1",
        "31",
        "32",
        "255",
        "0xffffffffffffffff",
        "18446744073709551616",
        "4294967296",
    ),
    *("1.5", "-0.0", "nan", "inf", "1e400", "true", "false", "1979-05-27", "07:32:00"),
    *('"1 GiB"', '"-1 MiB"', '"1e9 GiB"', '"16777216 TiB"', '"0x1000"', '"1 GiB" # x'),
    *("[]", "[1]", "[[]]", '["a", 1]', "{}", "{ a = 1 }", "[{}]", "[" * 200 + "]" * 200),
)
GARBAGE = ("", "=", '"', '"""', "\\", "[", "{", "\x00", "\ud800", "a.b.c = 1", "[a", "# \u2028")
texts = st.sampled_from(VALUES * 5 + GARBAGE)
toml_damages = st.lists(
    st.tuples(
        st.sampled_from(["value"] * 6 + ["drop", "move", "key"])
        | st.sampled_from(["value"] * 3 + ["drop", "move", "twice", "insert", "cut", "table"]),
        places,
        texts,
    ),
    min_size=1,
    max_size=2,
)


def rewritten(text: str, damages: list[tuple[str, int, str]]) -> str:
    """Return a TOML text with some damage."""
    lines = text.splitlines()
    for what, place, value in damages:
        if lines:
            _TOML[what](lines, place % len(lines), value)
    return "\n".join(lines) + "\n"


def _value(lines: list[str], at: int, value: str) -> None:
    """Give a key another value: the next line that has one."""
    for number in (*range(at, len(lines)), *range(at)):
        key, equals, _ = lines[number].partition("=")
        if equals:
            lines[number] = f"{key}= {value}"
            return


def _key(lines: list[str], at: int, value: str) -> None:
    """Misspell a key, or call it something else."""
    key, equals, rest = lines[at].partition("=")
    half = len(key) // 2
    lines[at] = (f"{key[:half]}{key[half + 1 :]}" if len(value) % 2 else value) + equals + rest


def _drop(lines: list[str], at: int, _value: str) -> None:
    del lines[at]


def _twice(lines: list[str], at: int, _value: str) -> None:
    lines.insert(at, lines[at])


def _move(lines: list[str], at: int, value: str) -> None:
    lines.insert(len(value) * 7 % len(lines), lines.pop(at))


def _insert(lines: list[str], at: int, value: str) -> None:
    lines.insert(at, value)


def _end(lines: list[str], at: int, value: str) -> None:
    """End the text in the middle of a line."""
    lines[at] = lines[at][: len(value)]
    del lines[at + 1 :]


def _table(lines: list[str], at: int, value: str) -> None:
    """Begin a table, or a list of tables, of the name of another."""
    heads = [line for line in lines if line.startswith("[")] or ["[a]"]
    head = heads[at % len(heads)]
    lines.insert(at, head if len(value) % 2 else f"[{head.strip('[]')}]")


_TOML: dict[str, Callable[[list[str], int, str], None]] = {
    "value": _value,
    "key": _key,
    "drop": _drop,
    "twice": _twice,
    "move": _move,
    "insert": _insert,
    "cut": _end,
    "table": _table,
}
