# SPDX-License-Identifier: Apache-2.0
"""One console, many sources: takes the hypervisor's prefixes apart (core/src/console.h).

A line begins `[NAME] `. One that another source broke into was ended early and goes on in a line
that begins `[NAME+ `. Whatever has no prefix comes from before the hypervisor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mvpsdk.run.model import BOARD, Line

__all__ = ["Demux"]

_PREFIX = re.compile(rb"\[([a-z][a-z0-9-]*)(\] |\+ )")
_LIMIT = 64 * 1024  # bytes of a line; a guest that never ends one must not fill our memory


@dataclass(frozen=True, slots=True)
class _Said:
    """What a source has said of its latest line, in bytes, since a break may split a character."""

    number: int = 0
    line: bytes = b""
    told: int = 0


class Demux:
    """Bytes in, lines out."""

    def __init__(self) -> None:
        """Begin with an empty console."""
        self._said: dict[str, _Said] = {}
        self._open = b""

    def feed(self, data: bytes) -> list[Line]:
        """The lines that these bytes complete."""
        *complete, self._open = (self._open + data).split(b"\n")
        if len(self._open) > _LIMIT:
            complete, self._open = [*complete, self._open], b""
        return [self._line(raw.removesuffix(b"\r")) for raw in complete]

    def close(self) -> list[Line]:
        """What is left when the console has ended."""
        return self.feed(b"\n") if self._open else []

    def open_line(self) -> Line | None:
        """The line that isn't ended yet, such as a prompt; None if there is none."""
        begun = self._open.startswith(b"[") and not _PREFIX.match(self._open)
        return None if begun or not self._open else _show(*self._extend(self._open))

    def _line(self, raw: bytes) -> Line:
        name, said = self._extend(raw)
        line = _show(name, said)
        self._said[name] = _Said(said.number, said.line, len(line.text))
        return line

    def _extend(self, raw: bytes) -> tuple[str, _Said]:
        """Whose line this is, and what it has said with these bytes."""
        prefix = _PREFIX.match(raw)
        name = prefix.group(1).decode() if prefix else BOARD
        before = self._said.get(name, _Said())
        if prefix and prefix.group(2) == b"+ " and before.number:
            return name, _Said(before.number, before.line + raw[prefix.end() :], before.told)
        return name, _Said(before.number + 1, raw[prefix.end() :] if prefix else raw)


def _show(name: str, said: _Said) -> Line:
    text = said.line.decode("utf-8", errors="replace")
    return Line(partition=name, number=said.number, text=text, told=min(said.told, len(text)))
