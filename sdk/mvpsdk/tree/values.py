# SPDX-License-Identifier: Apache-2.0
"""A board.toml's values by their keys, such as `memory[0].size`, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["TODO", "flatten", "is_below", "nest", "replaced"]

TODO = "TODO"
"""What stands where a value is not known; the same word as in a board.toml."""

TABLES = ("board", "cpu", "memory", "reserved", "interrupt-controller", "timer", "console")
"""Of a board.toml, in the order that people read them; the rest follow."""


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value with its key. A list is one value, unless it is a list of tables."""
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from flatten(value, f"{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, table in enumerate(value):
                yield from flatten(table, f"{key}[{number}].")
        else:
            yield key, value


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Make tables and lists of tables out of values by their keys.

    Tables come as in a board.toml, keys as they are given. A list's members must come in order;
    gaps in their numbers are closed.
    """
    root: dict[str, Any] = {}
    members: dict[str, dict[str, Any]] = {}
    for key in sorted(flat, key=_table):
        *steps, last = key.split(".")
        table, walked = root, ""
        for step in steps:
            walked += f".{step}"
            name, bracket, _ = step.partition("[")
            if not bracket:
                table = table.setdefault(name, {})
            elif walked in members:
                table = members[walked]
            else:
                table.setdefault(name, []).append(members.setdefault(walked, {}))
                table = members[walked]
        table[last] = flat[key]
    return root


def _table(key: str) -> int:
    """Return where a key's table stands among a board.toml's."""
    name = key.partition(".")[0].partition("[")[0]
    return TABLES.index(name) if name in TABLES else len(TABLES)


def replaced(values: Mapping[str, Any], by: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat values with some replaced where they stood; None takes a value away.

    A key may be a table or a list: all below it is replaced.
    """
    added = {key: flatten(nest({key: it})) if it is not None else () for key, it in by.items()}
    made: dict[str, Any] = {}
    for key, value in flatten(values):
        owners = [other for other in by if is_below(key, other)]
        for other in owners:
            made.update(added.pop(other, ()))
        if not owners:
            made[key] = value
    for rest in added.values():
        made.update(rest)
    return made


def is_below(key: str, other: str) -> bool:
    """Tell whether a key is another, or lies inside it."""
    return key == other or key.startswith((f"{other}.", f"{other}["))
