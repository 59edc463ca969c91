# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's lines are found in any capture, and nobody else's are taken for them."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import decode
from mvpsdk.decode.lines import LIMIT, physical_lines, said

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP = "stop reason=0x31 table=0x4 index=0x2 value=0x1000 bound=0x2000"


def texts(log: bytes) -> list[str]:
    """What the hypervisor says in a log."""
    return [line.text for line in said(physical_lines([log])) if line]


@pytest.mark.parametrize(
    "line",
    [
        f"[mvp] {STOP}\n",
        f"[mvp] {STOP}\r\n",
        f"[mvp] {STOP}\r\r\n",
        f"[mvp] {STOP}",
        f"\0\0[mvp] {STOP}\n",
        f"\x1b[36m[mvp]\x1b[0m {STOP}\x1b[K\n",
        f"[2026-01-01 12:00:00.123] [mvp] {STOP}\n",
        f"12:00:00.123 [mvp] {STOP}\n",
        f"[    0.123456] [mvp] {STOP}\n",
        f"Starting kernel ...[mvp] {STOP}\n",
        f"vp] {STOP}\n",
        f"] {STOP}\n",
        json.dumps({"event": "line", "partition": "mvp", "number": 1, "text": STOP}) + "\n",
    ],
)
def test_every_kind_of_capture_is_read(line: str) -> None:
    """Raw, coloured, with times before it, behind a loader's words, cut in front, as JSON."""
    assert texts(line.encode()) == [STOP]


@pytest.mark.parametrize(
    "line",
    [
        f"[work] {STOP}",
        f"[work] [mvp] {STOP}",
        f"[work+ [mvp] {STOP}",
        f"[work] \x1b[2K\x1b[G[mvp] {STOP}",
        f"[work] \r[mvp] {STOP}",
        f"[mvp2] {STOP}",
        f"[board] {STOP}",
        STOP,
        json.dumps({"event": "line", "partition": "work", "text": f"[mvp] {STOP}"}),
        json.dumps({"event": "exit", "partition": "mvp", "text": STOP}),
        json.dumps({"event": "line", "partition": "mvp", "text": 5}),
        "{" * 3000,
        "",
    ],
)
def test_nobody_else_is_taken_for_the_hypervisor(line: str) -> None:
    """A guest's words stand behind its own prefix, whatever they are."""
    assert texts(line.encode()) == []


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\n")))
def test_a_guest_can_not_forge_a_line(words: str) -> None:
    """With any text behind its prefix."""
    assert texts(f"[work] {words}[mvp] {STOP}\n".encode(errors="replace")) == []


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 40))
def test_pieces_of_any_size_are_the_same_log(log: bytes, size: int) -> None:
    """How a file is read changes nothing, and damage stops nothing."""
    whole = log + b"\n[mvp] " + STOP.encode() + b"\n" + log
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert decode.decode(pieces) == decode.decode([whole])


def test_lines_are_numbered_as_an_editor_does() -> None:
    """A line that is too long counts once, and the next is found."""
    log = [b"a\n", b"x" * (3 * LIMIT), b"y" * LIMIT, b"\n[mvp] " + STOP.encode()]
    found = [line for line in said(physical_lines(log)) if line]
    assert [(line.number, line.text) for line in found] == [(3, STOP)]


def flood(mebibytes: int) -> Iterator[bytes]:
    """A guest that goes wild at ever new places, then a line that never ends."""
    line = "[mvp] wild access partition=0x1 reason=0x42 pc={:#x} address=0x9000000\n"
    for number in range(mebibytes * 14):
        yield "".join(line.format(n) for n in range(number * 1000, number * 1000 + 1000)).encode()
    for _ in range(mebibytes * 16):
        yield b"z" * (1 << 16)


def test_memory_does_not_grow_with_the_log() -> None:
    """Three MiB of distinct findings and three of one line."""
    decode.decode(flood(1))  # what is imported and kept is not the log's
    tracemalloc.start()
    report = decode.decode(flood(3))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 << 20
    assert len(report.findings) == 256
    assert report.dropped == 42_000 - 256
    assert "41744 more lines have reasons at places of their own" in report.remarks
