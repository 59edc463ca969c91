# SPDX-License-Identifier: Apache-2.0
"""Two ranges of addresses that collide, drawn to scale, one below the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.units import Pa, Range, describe_size
from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint import Finding

__all__ = ["picture"]

WIDTH = 52  # characters inside the drawing
LABEL = 24  # characters of a name
_RANGE = re.compile(r"\[0x([0-9a-f]+)\.\.0x([0-9a-f]+)\)")


def picture(finding: Finding) -> Iterator[str]:
    """The lines of the drawing; none, unless both parties are ranges and fit on one scale."""
    drawn = [(party.name, found) for party in finding.parties if (found := _range(party.value))]
    if len(drawn) != len(finding.parties) or len(drawn) < 2:  # noqa: PLR2004 - a pair collides
        return
    base = min(each.base for _, each in drawn)
    end = max(each.end for _, each in drawn)
    if end - base > WIDTH * sum(each.size for _, each in drawn):
        return  # so far apart that a drawing would show nothing
    names = [_short(name) for name, _ in drawn]
    indent = max(map(len, names)) + 4
    first, last = f"{base:#x}", f"{end:#x}"
    yield " " * indent + first + last.rjust(WIDTH + 2 - len(first))
    for name, (_, each) in zip(names, drawn, strict=True):
        yield f"  {name.ljust(indent - 4)}  |{_bar(each, base, end, '#')}|  {_size(each)}"
    if common := _common([each for _, each in drawn]):
        bar = _bar(common, base, end, "^")
        yield render.style(f"  {'both'.ljust(indent - 4)}  |{bar}|  {_size(common)}", "bold")


def _range(text: str) -> Range[Pa] | None:
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    base, end = int(found[1], 16), int(found[2], 16)
    return Range(Pa(base), end - base) if end > base else None


def _common(ranges: list[Range[Pa]]) -> Range[Pa] | None:
    """What is in all of them; None if nothing is."""
    base, end = max(each.base for each in ranges), min(each.end for each in ranges)
    return Range(base, end - base) if base < end else None


def _bar(each: Range[Pa], base: int, end: int, mark: str) -> str:
    """A range in its place, at least one character wide."""
    start = min((each.base - base) * WIDTH // (end - base), WIDTH - 1)
    stop = max(-(-(each.end - base) * WIDTH // (end - base)), start + 1)
    return "".join(mark if start <= column < stop else "." for column in range(WIDTH))


def _size(each: Range[Pa]) -> str:
    return describe_size(each.size)


def _short(name: str) -> str:
    return name if len(name) <= LABEL else f"{name[: LABEL - 3]}..."
