# SPDX-License-Identifier: Apache-2.0
"""The text of a new board.toml: each fact with the node that it came from and how sure it is."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from mvpsdk.board import gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board import Remark
    from mvpsdk.tree import Fact, Survey

__all__ = ["board_text"]

WIDTH = 100
ADDRESSES = (
    "base",
    "clock",
    "distributor",
    "redistributor",
    "cpu-interface",
    "hypervisor-interface",
    "virtual-interface",
)
"""Keys whose numbers are addresses, and read best in hexadecimal."""
HEXADECIMAL = ("affinities", "release-addresses", "stream-ids")
SHOWN_REMARKS = 12
"""Of one table; the README has all."""


def board_text(survey: Survey, name: str, vendor: str = "") -> str:
    """Return the board.toml of a survey. The same survey gives the same text."""
    values = survey.board_values(name, vendor)
    lines = list(_head(survey))
    for table, inner in values.items():
        lines += _remarks(survey, table)
        if isinstance(inner, list):
            for number, member in enumerate(inner):
                lines += _table(survey, f"[[{table}]]", f"{table}[{number}]", member)
        else:
            lines += _table(survey, f"[{table}]", table, inner)
    loose = {remark.key.partition("[")[0].partition(".")[0] for remark in survey.remarks}
    for table in sorted(loose - values.keys()):
        lines += _remarks(survey, table)
    return "\n".join(lines).rstrip() + "\n"


def _head(survey: Survey) -> Iterator[str]:
    model = f", {_plain(survey.model)}" if survey.model else ""
    source = "the live tree" if survey.live else "the vendor's tree"
    origin = f"{source} {survey.path.name}" if survey.digest else "what a person gave"
    yield from _comment(f"Made by `mvpsdk new-board` from {origin}{model}. Not run on hardware.")
    yield "# Behind each fact: where it came from, and how sure it is (certain, likely, guess)."
    yield ""


def _table(survey: Survey, header: str, prefix: str, values: dict[str, Any]) -> Iterator[str]:
    yield header
    lines = [(f"{key} = {_value(key, value)}", f"{prefix}.{key}") for key, value in values.items()]
    width = min(max(len(line) for line, _ in lines), 44)
    told = None
    for line, key in lines:
        missing = gap(key) if line.endswith('"TODO"') else None
        if missing and missing != told:  # base and size of a bank are found out together
            yield from _comment(f"TODO: {missing.what}. To find it out: {missing.how}.")
        told = missing
        fact = survey.facts.get(key)
        origin = _origin(fact, known=missing is None) if fact else ""
        whole = f"{line.ljust(width)}  # {origin}"
        if len(whole) > WIDTH:
            yield from _comment(origin)
        yield whole if len(whole) <= WIDTH and origin else line
    yield ""


def _origin(fact: Fact, *, known: bool) -> str:
    """Say where a fact came from: `/memory@40000000 (likely: boot loaders may correct it)`."""
    node, note = _plain(fact.node), _plain(fact.note)
    if not node or not known:
        return ": ".join(filter(None, [node, note])) or "not known"
    return f"{node} ({fact.confidence}{': ' * bool(note)}{note})"


def _remarks(survey: Survey, table: str) -> Iterator[str]:
    found = [remark for remark in survey.remarks if _is_of(remark, table)]
    for remark in found[:SHOWN_REMARKS]:
        place = f" [{_plain(remark.place.node)}]" if remark.place and remark.place.node else ""
        yield from _comment(f"{remark.rule} {remark.kind}: {_plain(remark.message)}{place}")
    if len(found) > SHOWN_REMARKS:
        yield f"# … and {len(found) - SHOWN_REMARKS} more remarks: see README.md"


def _is_of(remark: Remark, table: str) -> bool:
    return remark.key.partition("[")[0].partition(".")[0] == table


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain(text: str) -> str:
    """Return a text on one line, as a comment may have it: trees hold any characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _value(key: str, value: Any) -> str:  # noqa: ANN401 - what TOML has
    """Write a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _address(value) if key in ADDRESSES else str(value)
    if isinstance(value, list):
        inner = (hex(it) if key in HEXADECIMAL else _value(key, it) for it in value)
        return f"[{', '.join(inner)}]"
    return json.dumps(value)  # a basic string of TOML has JSON's escapes, and its form is ASCII


def _address(value: int) -> str:
    """Write an address in groups of four digits: `0x0900_0000`."""
    digits = f"{value:08x}"
    groups = [digits[max(at - 4, 0) : at] for at in range(len(digits), 0, -4)]
    return "0x" + "_".join(reversed(groups))
