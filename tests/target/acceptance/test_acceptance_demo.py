# SPDX-License-Identifier: Apache-2.0
"""The demo handset: Debian, then an entirely different system, beside firmware that is on time."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle, run
from mvpsdk.core.facade import ImageKind
from mvpsdk.errors import MvpError
from mvpsdk.units import Pa, Range

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

PER_SECOND = 1000  # deadlines
MAGIC = (0x31454E494C444D56).to_bytes(8, "little")  # firmware/firmware.c: struct record
TOLERANCE = 10  # ms: how well a look at a clock of whole seconds can pin the firmware's zero down
RUNS = 3  # at most, to get that close
NEAR = 60  # ms from a second's turn within which each moment is looked at
START = 100  # ms after reset within which the firmware has begun


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The firmware's count at one moment."""

    met: int
    missed: int

    @property
    def passed(self) -> int:
        """All of them."""
        return self.met + self.missed


def writable(demo: Path) -> Range[Pa]:
    """Where the firmware's data are: its last segment. Direct: IPA = PA."""
    pack = bundle.open(demo).pack
    assert pack
    *_, data = (image for image in pack.images if image.kind is ImageKind.SEGMENT)
    return Range(Pa(data.load), data.memory)


class Watched:
    """A session whose firmware is looked at, memory and clock at the same moment."""

    def __init__(self, session: run.Session, demo: Path) -> None:
        """Wait until the firmware has begun, and find its record in its data."""
        self.session = session
        next(event for event in session if isinstance(event, run.Line) and "1 kHz" in event.text)
        data = writable(demo)
        while (place := session.read_memory(data.base, data.size).find(MAGIC)) < 0:
            time.sleep(0.01)
        self.record = Pa(data.base + place)

    def deadlines(self) -> Deadlines:
        """Read struct record."""
        data = self.session.read_memory(Pa(self.record + 16), 16)
        return Deadlines(int.from_bytes(data[:8], "little"), int.from_bytes(data[8:], "little"))

    def samples(self) -> list[run.Sample[Deadlines]]:
        """Look until it powers off: now and then, and without pause where the second turns."""
        found = []
        try:
            while True:
                found.append(self.session.sample(self.deadlines))
                gap = PER_SECOND - found[-1].value.passed % PER_SECOND
                if NEAR < gap < PER_SECOND - NEAR:
                    time.sleep((gap - NEAR) / PER_SECOND / 20)  # idle, it runs far ahead of us
        except MvpError:
            return found


def watched_once(demo: Path, persona: str) -> tuple[list[run.Sample[Deadlines]], list[str]]:
    """Run a persona to the handset's power-off: the samples, and all lines with their partition."""
    options = run.Options(persona=persona, until_exit=True, timeout=100)
    with run.start(demo, options) as session:
        samples = Watched(session, demo).samples()
        events = list(session)
    last = events[-1]
    assert isinstance(last, run.Exit)
    assert (last.reason, last.ok) == ("powered-off", True)
    return samples, [f"{e.partition}: {e.text}" for e in events if isinstance(e, run.Line)]


def zero_of(samples: list[run.Sample[Deadlines]]) -> run.Bracket:
    """When the firmware's count was zero, in ms of virtual time, by all these looks."""
    return run.bracket([run.Sample(s.seconds, s.value.passed) for s in samples], PER_SECOND)


def watched(demo: Path, persona: str) -> tuple[list[run.Sample[Deadlines]], list[str]]:
    """Run a persona until its looks are close enough: a busy host looks seldom.

    The machine is deterministic, so the looks of a second run are more looks at the same one.
    """
    samples, lines = watched_once(demo, persona)
    for _ in range(RUNS - 1):
        if zero_of(samples).width > TOLERANCE:
            samples += watched_once(demo, persona)[0]
    return samples, lines


def assert_on_time(samples: list[run.Sample[Deadlines]], lines: list[str]) -> None:
    """No deadline was missed, and as many have passed as the host's own clock says.

    Each look says when the count was zero. A count that runs at another rate, or that leaves some
    out, says so differently early and late: then no moment agrees with all looks.
    """
    zero = zero_of(samples)
    assert not any(look.value.missed for look in samples)
    assert zero.agrees, "it counts something else than virtual time"
    assert zero.width <= TOLERANCE
    assert zero.low < START
    final = next(line for line in lines if line.startswith("realtime: final: "))
    met, missed = map(int, re.findall(r"(?:met|missed) (\d+)", final))
    assert missed == 0
    assert met >= max(look.value.passed for look in samples)


@pytest.mark.timeout(400)
def test_debian_runs_and_no_deadline_is_missed(demo: Path) -> None:
    """User space tells the kernel's version; the firmware's count is the host's virtual time."""
    samples, lines = watched(demo, "work")
    assert any(re.match(r"work: work: Debian's Linux 6\.1\.\S+-arm64, untouched", s) for s in lines)
    assert_on_time(samples, lines)
    assert len({look.seconds for look in samples}) >= 4, "the rate was seen over some seconds"


@pytest.mark.timeout(400)
def test_the_other_system_runs_and_no_deadline_is_missed(demo: Path) -> None:
    """The same bundle, booted as the other persona."""
    samples, lines = watched(demo, "personal")
    assert any(re.match(r"personal: personal: 3 tasks, .*\b0 late$", text) for text in lines)
    assert_on_time(samples, lines)
