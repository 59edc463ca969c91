# SPDX-License-Identifier: Apache-2.0
"""A board.toml's values by their keys, such as `memory[0].size`, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["TODO", "flatten", "nest"]

TODO = "TODO"
"""What stands where a value is not known; the same word as in a board.toml."""


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
    """Make tables and lists of tables out of values by their keys, in the keys' order.

    A list's members must come in order; gaps in their numbers are closed.
    """
    root: dict[str, Any] = {}
    members: dict[str, dict[str, Any]] = {}
    for key, value in flat.items():
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
        table[last] = value
    return root
