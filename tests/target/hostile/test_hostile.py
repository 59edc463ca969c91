# SPDX-License-Identifier: Apache-2.0
"""A guest that attacks all it can name gains nothing, breaks nothing and delays nobody."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

import hearing
from attacker import GROUPS
from faulty import FAULTS
from outcomes import EXPECTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from witness import Whole

    Record = Callable[[str, object], None]

pytestmark = [pytest.mark.target, pytest.mark.timeout(300)]


SLOWEST = 2_500
"""Instructions from a deadline to the firmware's vector. Of these, EL2's longest stretch with
interrupts masked is 1 600 (a log line), and what changes vCPUs 800."""


def test_each_attack_ends_as_it_must(whole: Whole, record_property: Record) -> None:
    """What the guest sees and what the log says, attack by attack; none more and none less."""
    found = hearing.rows(whole.run)
    record_property("table", hearing.table(found, FAULTS.values()))
    assert whole.run.ended
    assert hearing.differences(found) == []
    assert found.keys() == EXPECTED.keys()


def test_memory_and_interrupts_of_others_are_unharmed(whole: Whole) -> None:
    """Code, constants and pack are those that were built; tables and the GIC as without attacks."""
    assert {name: whole.after[name] for name in whole.built} == whole.built
    assert whole.after.keys() - whole.built.keys() == {"tables", "interrupts"}
    for name in ("tables", "interrupts"):
        assert whole.after[name] == whole.quiet[name], name


def test_the_firmware_misses_nothing(whole: Whole, record_property: Record) -> None:
    """Its 1 kHz task meets every deadline of the whole run, and its FP registers stay its own."""
    missed, deadlines = hearing.missed(whole.run)
    figures = hearing.latency(whole.run)
    record_property("table", f"missed {missed} of {deadlines} deadlines\n{figures}")
    assert missed == 0
    assert deadlines >= 100
    assert hearing.fp_lost(whole.run) == 0
    assert figures.early == 0
    assert figures.samples >= 10_000
    assert figures.most <= SLOWEST


def test_it_is_started_again_as_often_as_it_crashes(whole: Whole) -> None:
    """By its own reset, and by vectors that can't be fetched: each time from its image."""
    said = Counter(text.partition(" ")[0] + " " + text.split()[1] for text in whole.run.of("mvp"))
    starts = whole.run.of("hostile")
    began = sum(text.startswith(f"@ {GROUPS[0]} ") for text in starts)
    assert said["partition crashed"] >= 2
    assert said["partition stopped"] >= 2
    assert began == said["partition stopped"] + said["partition crashed"]
    assert said["partition runs"] == began + 1  # the firmware


def test_no_line_of_the_console_is_forged(whole: Whole) -> None:
    """Whatever it prints, the lines that hold it begin with its own name."""
    lines = [line for line in whole.run.raw.split(b"\n") if b"FORGED" in line]
    assert len(lines) >= 10
    assert all(line.startswith((b"[hostile] ", b"[hostile+ ")) for line in lines)
    assert not any("FORGED" in text for name, text in whole.run.lines if name != "hostile")
