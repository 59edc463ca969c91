# SPDX-License-Identifier: Apache-2.0
"""The flat table of texts that a comparison is made of, and how values become texts."""

from __future__ import annotations

from enum import Enum

__all__ = ["Aspect", "Table", "text", "words"]

Aspect = tuple[str, str]
"""Area, and what of it."""


class Table(dict[Aspect, str]):
    """Aspects with their values; of things with one name, the second is told as such."""

    def put(self, area: str, what: str, value: object) -> None:
        """Tell one."""
        name, number = what, 1
        while (area, name) in self:
            number += 1
            name = f"{what} ({number})"
        self[area, name] = text(value)


def words(name: str) -> str:
    """A field's name for people."""
    return name.replace("_", " ")


def text(value: object) -> str:
    """A value for people and for JSON."""
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, tuple | list):
        return ", ".join(map(text, value)) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(value)
