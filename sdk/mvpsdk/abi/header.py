# SPDX-License-Identifier: Apache-2.0
"""Reads the numbers of a header such as mvp/abi.h; its structs a compiler must lay out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.abi.model import Abi, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mvpsdk.image.layouts import Enum, Struct

__all__ = ["abi_of", "names_in"]

_NUMBER = re.compile(
    r"^#define (MVP_\w+)[ \t]+(-?(?:0x[0-9a-fA-F]+|\d+))(?:[uUlL]*)[ \t]*(?:/\*(.*?)\*/[ \t]*)?$",
    re.MULTILINE | re.DOTALL,
)
_DEFINED = re.compile(
    r"\b(?:struct|union|enum)\s+(?:__attribute__\s*\(\(.*?\)\)\s*)?(mvp_\w+)\s*\{"
)
_ALL = "MVP_FEATURES"  # no feature, but the sum of those that there are


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of the structs and enums that a header defines."""
    return tuple(dict.fromkeys(_DEFINED.findall(text)))


def abi_of(
    text: str,
    structs: Iterable[Struct],
    enums: Iterable[Enum],
    since: Mapping[str, str] | None = None,
) -> Abi:
    """Return what a header says, with the layouts that a compiler gave it.

    since: versions that brought a call, by name; of all others it is this header's own.
    """
    rows = [(name, int(value, 0), comment) for name, value, comment in _NUMBER.findall(text)]
    numbers = {name: value for name, value, _ in rows}
    major, minor = numbers.get("MVP_ABI_MAJOR", 0), numbers.get("MVP_ABI_MINOR", 0)
    calls = tuple(
        Call(
            name=name,
            id=value,
            since=(since or {}).get(name, f"{major}.{minor}"),
            arguments=" ".join(comment.split()),
        )
        for name, value, comment in rows
        if name.startswith("MVP_CALL_")
    )
    told = {"MVP_ABI_MAJOR", "MVP_ABI_MINOR", _ALL, *(call.name for call in calls)}
    others = [(name, value) for name, value, _ in rows if name not in told]
    return Abi(
        major=major,
        minor=minor,
        calls=calls,
        features=tuple(row for row in others if row[0].startswith("MVP_FEATURE_")),
        constants=tuple(row for row in others if not row[0].startswith("MVP_FEATURE_")),
        structs=tuple(structs),
        enums=tuple(enums),
    )
