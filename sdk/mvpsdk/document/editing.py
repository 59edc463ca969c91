# SPDX-License-Identifier: Apache-2.0
"""Changes keys of a TOML text, and leaves all else as it was written: comments, order, spaces."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.document.places import find_places, statements

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Edit", "edited"]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One key of one file gets a value, or one table of an array goes."""

    file: str
    key: str  # as in `places`: `persona[0].memory`, `on.lab.realtime.memory`, `allow[2]`
    value: str | int | None  # None: the table is removed


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with some keys changed; of two edits of a key, the first counts.

    Raises ValueError if a key is not there, or if anything but these keys would change.
    """
    import tomlkit  # takes longer to import than all the rest

    wanted: dict[str, Edit] = {}
    for edit in edits:
        wanted.setdefault(edit.key, edit)
    document, expected = tomlkit.parse(text), tomllib.loads(text)
    for edit in sorted(wanted.values(), key=_order):
        _apply(expected, edit)
        if edit.value is not None:
            _apply(document, edit)
    result = tomlkit.dumps(document)
    for edit in sorted(wanted.values(), key=_order):
        if edit.value is None:
            result = _without(result, edit.key)
    if tomllib.loads(result) != expected:
        raise ValueError(f"{', '.join(wanted)} can't be changed alone in this text")
    return result


def _order(edit: Edit) -> tuple[bool, int]:
    """What is removed goes last, from the end, so that no number changes its meaning."""
    numbers = re.findall(r"\[(\d+)\]", edit.key)
    return edit.value is None, -int(numbers[-1]) if numbers else 0


def _apply(document: Any, edit: Edit) -> None:  # noqa: ANN401 - plain values, or tomlkit's
    """Change the values in place. Raises ValueError if the key is not there."""
    steps = [name or int(number) for name, number in _STEP.findall(edit.key)]
    tables = [document]
    try:
        for step in steps:
            tables.append(tables[-1][step])
    except (KeyError, IndexError, TypeError):
        raise ValueError(f"there is no {edit.key}") from None
    if edit.value is not None:
        tables[-2][steps[-1]] = edit.value
        return
    del tables[-2][steps[-1]]
    if isinstance(steps[-1], int) and not tables[-2]:
        del tables[-3][steps[-2]]


def _without(text: str, key: str) -> str:
    """Cut a table out, with the comment that stands on its head; what leads the next one stays."""
    line = find_places(text, "")[key].line
    cut = [(start, start + len(statement)) for start, statement in statements(text)]
    first = next(n for n, (start, _) in enumerate(cut) if text.count("\n", 0, start) + 1 == line)
    heads = (n for n in range(first + 1, len(cut)) if text[cut[n][0]] == "[")
    last = next(heads, len(cut)) - 1
    above = cut[first - 1][1] if first else 0  # what ends there may look like a comment, too
    between = text[above : cut[first][0]].splitlines(keepends=True)
    while between and between[-1].startswith("#"):
        between.pop()
    before, after = text[:above] + "".join(between), text[cut[last][1] :].partition("\n")[2]
    if not after.strip():  # it was the last one: no blank lines are left behind
        return before.rstrip("\n") + "\n"
    return before + after.lstrip("\r\n")
