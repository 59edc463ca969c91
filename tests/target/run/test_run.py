# SPDX-License-Identifier: Apache-2.0
"""The virtual handset, with the real QEMU."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mvpsdk import run
from mvpsdk.errors import MissingToolError
from mvpsdk.units import Pa

if TYPE_CHECKING:
    from collections.abc import Callable

    Handset = Callable[..., run.Session]

pytestmark = pytest.mark.target

COUNTER = Pa(0x4010_0000)


def milliseconds(session: run.Session) -> int:
    """What the guest has counted."""
    return int.from_bytes(session.read_memory(COUNTER, 8), "little")


def test_lines_come_by_partition_until_power_off(handset: Handset) -> None:
    """A machine prints, is taken apart by source, and its power-off ends the session well."""
    with handset(200) as session:
        events = list(session)
    lines = [event for event in events if isinstance(event, run.Line)]
    assert [(line.partition, line.text) for line in lines] == [
        ("board", "board loader"),
        ("mvp", "hello"),
        ("work", "ab"),
        ("realtime", "tick"),
        ("work", "abcd"),
        ("realtime", "100 ms"),
        ("mvp", "bye"),
    ]
    last = events[-1]
    assert isinstance(last, run.Exit)
    assert (last.reason, last.ok) == ("powered-off", True)


def test_guests_count_agrees_with_the_hosts(handset: Handset) -> None:
    """A guest's count of milliseconds is what QEMU's clock says, all along the way."""
    samples: list[run.Sample[int]] = []
    with handset(60_000) as session:
        next(session)
        while not samples or samples[-1].value < 1_300:
            samples.append(session.sample(lambda: milliseconds(session)))
            time.sleep(0.002)
    found = run.bracket(samples, 1000)
    assert found.agrees
    assert found.low < 1
    assert found.width <= 150


def test_image_is_in_memory_before_the_first_instruction(handset: Handset) -> None:
    """A session that has not begun stands before the first instruction, the image loaded."""
    with handset(200) as session:
        head = session.read_memory(Pa(0x4020_0000), 64)
    assert head[56:60] == b"ARM\x64"


def test_virtual_time_is_told_with_the_lines(handset: Handset) -> None:
    """Lines carry the virtual second in which the host saw them."""
    with handset(1100) as session:
        *_, bye, last = session
    assert isinstance(bye, run.Line)
    assert isinstance(last, run.Exit)
    assert bye.text == "bye"
    assert last.virtual == 1


def test_machine_that_qemu_does_not_know_is_an_error(handset: Handset) -> None:
    """Every QEMU that is here is named with its version."""
    with pytest.raises(MissingToolError, match=r'needs QEMU with the machine "fridge",.* \(7\.'):
        handset(1, machine="fridge")
