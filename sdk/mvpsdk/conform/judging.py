# SPDX-License-Identifier: Apache-2.0
"""From what was heard to a report: each check that there is has an outcome."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.conform import listing, tap
from mvpsdk.conform.model import Check, Report, Suite
from mvpsdk.run.demux import Demux

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mvpsdk.conform.listing import Listed

__all__ = ["FIRMWARE", "PERSONAS", "judge", "suites", "within"]

PERSONAS = {2: "vgic2", 3: "vgic3"}
"""The persona that has this version of the GIC."""
FIRMWARE = "realtime"
"""The partition beside it."""
_BOOT = re.compile(rb"(?m)^(?=\[mvp\] hypervisor )")  # its first words; a guest can't forge them
_NOISE = re.compile(rb"[\x00\xff]+|\r+(?=\n)")  # of a line that breaks, or doubles its returns


def judge(log: bytes, board: str) -> Report:
    """Judge a console's log, such as a phone's serial line gave it.

    A log in which no persona of the conformance bundle says anything gives a report with no suite,
    which is not ok.
    """
    boots = _BOOT.split(_NOISE.sub(b"", log))
    return Report(board=board, suites=tuple(one for boot in boots for one in suites(within(boot))))


def within(log: bytes) -> dict[str, list[str]]:
    """Take a log apart: the lines of each partition."""
    demux = Demux()
    lines: dict[tuple[str, int], str] = {}
    for line in [*demux.feed(log), *demux.close()]:
        lines[line.partition, line.number] = line.text
    said: dict[str, list[str]] = {}
    for (partition, _), text in lines.items():
        said.setdefault(partition, []).append(text)
    return said


def suites(said: Mapping[str, Sequence[str]], persona: str | None = None) -> tuple[Suite, ...]:
    """Judge what the partitions have said; persona: who was booted, None: whoever speaks."""
    found = [
        _suite(name, said.get(name, ()), listing.listed(listing.GUEST), said.get("mvp", ()))
        for name in PERSONAS.values()
        if name == persona or (persona is None and said.get(name))
    ]
    if not found:
        return ()
    known = listing.listed(listing.FIRMWARE)
    firmware = _suite(f"{found[-1].name} firmware", said.get(FIRMWARE, ()), known, ())
    return (*found, firmware)


def _suite(
    name: str, lines: Iterable[str], known: Sequence[Listed], hypervisor: Sequence[str]
) -> Suite:
    stream = tap.read(lines)
    points = {point.name: point for point in stream.points}
    checks = tuple(_check(one, points.get(one.name)) for one in known)
    return Suite(name=name, checks=checks, stopped=_stopped(stream, known, hypervisor))


def _check(known: Listed, point: tap.Point | None) -> Check:
    if point is None:
        why = "not made: the log ends before it, or lacks it"
        return Check(name=known.name, what=known.what, outcome="missing", why=why)
    if not point.ok:
        return Check(name=known.name, what=known.what, outcome="failed", details=point.details)
    if point.skipped is not None:
        return Check(name=known.name, what=known.what, outcome="skipped", why=point.skipped)
    return Check(name=known.name, what=known.what, outcome="ok")


def _stopped(stream: tap.Stream, known: Sequence[Listed], hypervisor: Sequence[str]) -> str:
    """Say what is wrong with the stream as a whole; "": nothing."""
    last_words = next((text for text in reversed(hypervisor) if "reason=" in text), "")
    said_last = f"; the hypervisor said: {last_words}" if last_words else ""
    if not stream.begun:
        return f"said nothing{said_last}"
    if stream.bail is not None:
        return f"gave up: {stream.bail}"
    names = [one.name for one in known]
    return _other_version(stream, names) or _gap(stream, names, said_last)


def _other_version(stream: tap.Stream, names: Sequence[str]) -> str:
    strange = sorted({point.name for point in stream.points} - set(names))
    if strange:
        return f"there is no check {strange[0]}: the log is of another version of this SDK"
    if stream.plan != len(names):
        there = "no plan" if stream.plan is None else f"a plan of {stream.plan} checks"
        return f"has {there}, there are {len(names)}: cut off, or of another version of this SDK"
    return ""


def _gap(stream: tap.Stream, names: Sequence[str], said_last: str) -> str:
    came = [point.name for point in stream.points]
    gap = next((name for name in names if name not in came), "")
    if gap:
        after = f"after {came[-1]}" if came else "before the first check"
        return f"stopped in {gap}, {after}{said_last}"
    return "" if came == names else "checks came twice, or out of order: the log is damaged"
