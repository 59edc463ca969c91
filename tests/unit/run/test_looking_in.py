# SPDX-License-Identifier: Apache-2.0
"""The machine is looked into while it stands, and its time is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk import run
from mvpsdk.errors import InputError, ToolFailedError
from mvpsdk.units import Pa

if TYPE_CHECKING:
    from collections.abc import Callable

    Handset = Callable[..., run.Session]

HELLO = ["print", "[work] hello\r\n"]
WORLD = ["print", "[work] world\r\n"]


def expect(text: str) -> tuple[run.Expectation, ...]:
    """One expectation as a user writes it."""
    return (run.Expectation.parse(text),)


def test_memory_is_read_while_the_machine_stands(handset: Handset) -> None:
    """Memory comes as bytes, and the machine goes on afterwards."""
    session = handset(HELLO, ["sleep", 0.1], WORLD, expect=expect("work:world"))
    with session:
        next(session)
        assert session.read_memory(Pa(0x4000_0000), 300) == bytes(n % 251 for n in range(300))
        *_, last = session
    assert isinstance(last, run.Exit)
    assert last.ok


def test_events_carry_virtual_time(handset: Handset) -> None:
    """Virtual time is what QEMU's own clock says."""
    steps = (["clock", 7], ["print", "[work] a\r\n"], ["sleep", 1])
    with handset(["sleep", 0.05], *steps) as session:
        line = next(session)
        assert isinstance(line, run.Line)
        assert line.virtual == 7
        assert session.virtual_seconds() == 7


def test_sample_is_one_moment(handset: Handset) -> None:
    """The clock and the reading are of one moment: the machine stands meanwhile."""
    with handset(
        HELLO, ["clock", 5], ["print", "[work] x\r\n"], expect=expect("work:x")
    ) as session:
        *_, last = session
        assert session.sample(lambda: session.read_memory(Pa(0), 2)) == run.Sample(5, b"\x00\x01")
    assert isinstance(last, run.Exit)


def test_without_a_clock_there_is_no_virtual_time(handset: Handset) -> None:
    """A board without a clock, or a run by the host's time, has no virtual time."""
    for options in ({"clock": False}, {"deterministic": False}):
        with handset(HELLO, **options) as session:
            line = next(session)
            assert isinstance(line, run.Line)
            assert line.virtual is None
            with pytest.raises(InputError, match="no clock"):
                session.virtual_seconds()


def test_clock_that_is_not_there_is_an_error(handset: Handset) -> None:
    """A clock address that QEMU can't read is told with QEMU's words."""
    with handset(HELLO) as session, pytest.raises(ToolFailedError, match="Cannot access memory"):
        session._qemu.read_word(Pa(0x1000))


def test_answer_that_comes_late_is_passed_over(handset: Handset) -> None:
    """A look at the clock that nobody waited for doesn't spoil the next question."""
    with handset(HELLO) as session:
        session._qemu.ask_word(Pa(0x901_0000))
        session._qemu.ask_word(Pa(0x901_0000))
        assert session.virtual_seconds() == 0
