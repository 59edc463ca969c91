# SPDX-License-Identifier: Apache-2.0
"""Finds where keys stand in a TOML text that is known to be correct.

The standard parser gives values without positions. A correct text needs no second parser: it is cut
into statements at the line ends that lie outside strings and brackets, and each statement begins
with its key.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from mvpsdk.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["find_places", "nearest", "statements"]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|"
    r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|"
    r"\#[^\n]*|[\[{]|[\]}]|\n|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)
_KEY = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[^="'\n])+""")

_HEADER = re.compile(r"""\[\[?((?:"(?:\\.|[^"\\])*"|'[^']*'|[^\]"'])*)\]""")


def find_places(text: str, file: str) -> dict[str, Place]:
    """Map every key, such as `persona[0].memory`, to where it stands; the empty one to the file.

    Keys inside inline tables and arrays have no place of their own; their owner's serves.
    """
    places = {"": Place(file=file)}
    counts: dict[str, int] = {}
    table = ""
    for start, statement in statements(text):
        place = _place(text, start, file)
        if statement.startswith("[["):
            table = _open_element(_parts(_header(statement)), counts)
        elif statement.startswith("["):
            table = _resolve(_parts(_header(statement)), counts)
        else:
            table_and_key = _join(table, _parts(_KEY.match(statement)[0]))  # type: ignore[index]
            places.setdefault(table_and_key, place)
            continue
        key = table
        while key:  # `[a.b]` may be the first that is seen of `a`
            places.setdefault(key, place)
            key = _around(key)
    return places


def nearest(places: Mapping[str, Place], key: str) -> Place | None:
    """Return the place of a key, or else of the table around it."""
    while key and key not in places:
        key = _around(key)
    return places.get(key) if key else None


def _around(key: str) -> str:
    """Return the table or the array that a key is in."""
    return key[: max(key.rfind("."), key.rfind("["), 0)]


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Cut the text where a line ends outside strings and brackets; yield each with its offset."""
    depth, start = 0, 0
    for token in _TOKEN.finditer(text + "\n"):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        elif token[0] == "\n" and not depth:
            statement = text[start : token.start()]
            inner = statement.lstrip()
            if inner and not inner.startswith("#"):
                yield start + len(statement) - len(inner), inner
            start = token.end()


def _header(statement: str) -> str:
    """Return what stands between the brackets of `[a."b]".c]  # comment`."""
    return _HEADER.match(statement)[1]  # type: ignore[index]


def _parts(key: str) -> list[str]:
    """Split a dotted key, quotes and escapes and all, by having it parsed."""
    value: object = tomllib.loads(f"{key.strip()} = 0")
    parts = []
    while isinstance(value, dict):
        part, value = next(iter(value.items()))
        parts.append(part)
    return parts


def _resolve(parts: list[str], counts: dict[str, int]) -> str:
    """Write a table's path; an array of tables on the way means its last element."""
    path = ""
    for part in parts:
        path = _join(path, [part])
        if path in counts:
            path += f"[{counts[path]}]"
    return path


def _open_element(parts: list[str], counts: dict[str, int]) -> str:
    array = _join(_resolve(parts[:-1], counts), parts[-1:])
    counts[array] = counts.get(array, -1) + 1
    return f"{array}[{counts[array]}]"


def _join(table: str, parts: list[str]) -> str:
    return ".".join(([table] if table else []) + parts)


def _place(text: str, offset: int, file: str) -> Place:
    before = text.rfind("\n", 0, offset)
    return Place(file=file, line=text.count("\n", 0, offset) + 1, column=offset - before)
