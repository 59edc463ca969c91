# SPDX-License-Identifier: Apache-2.0
"""Reads and writes the Test Anything Protocol, version 14 (testanything.org)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mvpsdk.conform.model import Check, Report

__all__ = ["Point", "Stream", "read", "write"]

_VERSION = re.compile(r"TAP version 1[34]$")
_PLAN = re.compile(r"1\.\.(\d+)$")
_POINT = re.compile(
    r"(?P<not>not )?ok (?P<number>\d+) - (?P<name>\S+)(?: # SKIP (?P<why>.*))?$",
)
_BAIL = re.compile(r"Bail out!\s*(.*)$")
_DETAIL = re.compile(r"#   (.*)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A line `ok` or `not ok`, with what stands below it."""

    number: int
    name: str
    ok: bool
    skipped: str | None = None  # why; None: it was not
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """What one source has said from its version line on."""

    plan: int | None = None  # how many points there should be; None: it was never said
    points: tuple[Point, ...] = ()
    bail: str | None = None  # why it gave up; None: it did not
    begun: bool = False  # there was a version line


@dataclass(slots=True)
class _Reader:
    stream: Stream = field(default_factory=Stream)

    def take(self, text: str) -> None:
        """Take a line; what is no TAP means nothing."""
        stream = self.stream
        if _VERSION.match(text):
            self.stream = Stream(begun=True)  # a guest that was started again begins again
        elif not stream.begun:
            return
        elif found := _PLAN.match(text):
            self.stream = replace(stream, plan=int(found[1]))
        elif found := _POINT.match(text):
            self.stream = replace(stream, points=(*stream.points, _point(found)))
        elif found := _BAIL.match(text):
            self.stream = replace(stream, bail=found[1] or "it does not say why")
        elif stream.points and (found := _DETAIL.match(text)):
            last = stream.points[-1]
            last = replace(last, details=(*last.details, found[1]))
            self.stream = replace(stream, points=(*stream.points[:-1], last))


def _point(found: re.Match[str]) -> Point:
    return Point(
        number=int(found["number"]), name=found["name"], ok=not found["not"], skipped=found["why"]
    )


def read(lines: Iterable[str]) -> Stream:
    """Read the lines of one source; the last stream counts, if there are several."""
    reader = _Reader()
    for text in lines:
        reader.take(text.rstrip("\r"))
    return reader.stream


def write(report: Report) -> Iterator[str]:
    """Write a report's lines, all suites as one stream: each check is named `suite/check`."""
    checks = [(suite.name, check) for suite in report.suites for check in suite.checks]
    yield "TAP version 14"
    yield f"1..{len(checks)}"
    for number, (suite, check) in enumerate(checks, 1):
        yield from _lines(number, f"{suite.replace(' ', '-')}/{check.name}", check)
    for suite_ in report.suites:
        if suite_.stopped:
            yield f"# {suite_.name}: {suite_.stopped}"


def _lines(number: int, name: str, check: Check) -> Iterator[str]:
    if check.outcome == "skipped":
        yield f"ok {number} - {name} # SKIP {check.why}"
        return
    yield f"{'ok' if check.outcome == 'ok' else 'not ok'} {number} - {name}"
    if check.outcome != "ok":
        yield f"#   {check.what}"
        yield from (f"#   {text}" for text in (*check.details, check.why) if text)
