# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's own lines out of a console log, however it was captured.

Taken are the raw bytes of a UART, what `mvpsdk run` printed (`--format jsonl`, too), and captures
whose tool put the time before each line. A guest can't be mistaken for the hypervisor: whatever it
prints stands behind its own prefix (core/src/console.h). Memory is bounded whatever the log holds.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Said", "physical_lines", "said"]

LIMIT = 4096
"""Bytes of a line that are looked at: the hypervisor's longest has some 120."""

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_OTHERS = re.compile(r"\[(?!mvp\] )[a-z][a-z0-9-]*(?:\] |\+ )")
_OURS = re.compile(r"^(?:[^\[].*?|[\[\]\d:.,TZ+/ -]*)\[mvp\] (.*)$")
_CUT = re.compile(r"^m?v?p?\] ((?:stop|panic|trace|wild|dma|not offered|partition|hypervisor) .*)$")


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the hypervisor's: where it stands in the log, from 1, and what it says."""

    number: int
    text: str


def physical_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a log that comes in pieces, each cut to LIMIT bytes."""
    rest, skipping = b"", False
    for piece in pieces:
        *complete, rest = (rest + piece).split(b"\n")
        for line in complete:
            if not skipping:
                yield line[:LIMIT]
            skipping = False
        if len(rest) > LIMIT:
            if not skipping:
                yield rest[:LIMIT]
            rest, skipping = b"", True
    if rest and not skipping:
        yield rest


def said(lines: Iterable[bytes]) -> Iterator[Said | None]:
    """Yield what the hypervisor says in each line; None: it is not its own."""
    for number, raw in enumerate(lines, 1):
        text = _own(_clean(raw))
        yield None if text is None else Said(number, text)


def _clean(raw: bytes) -> str:
    """Without what steers a terminal; bytes that are no text show as such."""
    text = raw.decode("utf-8", errors="replace")
    return _CONTROL.sub("", _ESCAPE.sub("", text)).strip()


def _own(line: str) -> str | None:
    if line.startswith("{"):
        return _event(line)
    if _OTHERS.match(line):
        return None
    found = _OURS.match(line) or _CUT.match(line)
    return found[1] if found else None


def _event(line: str) -> str | None:
    """Read one JSON event of `mvpsdk run --format jsonl`."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if event.get("event") != "line" or event.get("partition") != "mvp":
        return None
    text = event.get("text")
    return _clean(text.encode(errors="replace")) if isinstance(text, str) else None
