# SPDX-License-Identifier: Apache-2.0
"""Forty power cuts are booted: U-Boot starts the slot that the core's C chooses, whole, verified.

The updates are written by the flasher's own code and recorded; what the boot script and the
firmware write is recorded by QEMU. The hardest cuts are among them: at each mark, in order, with
blocks lost and with one torn, and in a slot that could still start. Over 2 000 more are tried
without a boot, in tests/unit/test_power_cut.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import cuts
import updates
import updating
from mvpsdk.core import facade as core

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(280)]

STARTED = r"^\[realtime\] slot (.) started, tries left (\d+), floor (\d+)\n"
GOOD = r"^\[realtime\] slot (.) good, floor (\d+)\n"
KINDS = ("in order", "some lost", "torn")
BOOTED, GROUPS = 40, 8
"""Cuts that are booted, at least; and the tests that share them."""


def picks(log: Sequence[cuts.Write], middle: int = 5) -> Iterator[tuple[int, str]]:
    """Cuts to be booted: before and after all, all kinds at each flush, some among the parts."""
    begin = 0
    yield 0, "in order"
    for flush in (n for n, entry in enumerate(log) if entry.data is None):
        if flush > begin:
            yield from ((flush, kind) for kind in KINDS)
            yield flush + 1, "in order"
        if flush - begin > middle:
            step = (flush - begin) // (middle + 1)
            yield begin + 1, "torn"
            yield from ((begin + step * n, KINDS[n % 3]) for n in range(1, middle + 1))
        begin = flush + 1


def value(pattern: str, said: str) -> tuple[str, ...]:
    """The groups of a line that must have come."""
    found = re.search(pattern, said, re.MULTILINE)
    assert found, said[-3000:]
    return found.groups()


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_cut_is_booted(
    group: int,
    stages: dict[str, updates.Stage],
    bundle: Callable[..., Path],
    machine: updating.Machine,
    tmp_path: Path,
) -> None:
    """From what it left, the slot starts that C says, and it is whole; the rest is as it was."""
    chosen = [(name, *pick) for name, stage in stages.items() for pick in picks(stage.log)]
    assert len(chosen) >= BOOTED
    for name, at, kind in chosen[group::GROUPS]:
        stage, table = stages[name], stages[name].table
        medium = cuts.outcome(stage.before, stage.log, at, kind, seed=1)
        state = updates.slots_of(medium, table)
        slot = core.slots_choose(state)
        assert slot is not None, (name, at, kind)
        letter = core.SLOT_NAMES[slot]
        path = tmp_path / "disk"
        path.write_bytes(medium)
        said = machine.boot(updating.plain(path), STARTED)

        assert value(STARTED, said)[0] == letter, (name, at, kind)
        assert f"\nmvp: slot {letter}\n" in said
        left = path.read_bytes()
        assert updates.slots_of(left, table).booted == slot
        place = table.find(f"boot_{letter}")
        assert place
        image = bundle(state.slots[slot].rollback_index).read_bytes()
        assert left[place.offset : place.offset + len(image)] == image
        misc = table.find("misc")
        assert misc
        end = misc.offset + misc.size
        assert (left[: misc.offset], left[end:]) == (medium[: misc.offset], medium[end:])


def test_the_start_writes_two_blocks(stages: dict[str, updates.Stage]) -> None:
    """The boot script's, and the firmware's: each to the copy that does not count, then flushed."""
    log = [entry for entry in stages["start"].log if entry.data is not None]
    state = updates.slots_of(stages["start"].before, stages["start"].table)
    started = core.slots_write(core.slots_start(state, 1))
    good = core.slots_write(core.slots_succeed(started.state))

    assert [entry.data for entry in log] == [started.data, good.data]
    assert abs(log[0].offset - log[1].offset) == core.SLOTS_ROOM - cuts.BLOCK
    kinds = [entry.data is None for entry in stages["start"].log]
    assert kinds.index(True) < len(kinds) - 1 - kinds[::-1].index(False)
    assert kinds[-1]


def test_whatever_is_lost_of_a_start_a_whole_slot_is_left(stages: dict[str, updates.Stage]) -> None:
    """Each outcome of what the boot script and the firmware have written."""
    stage = stages["start"]
    for cut, medium in cuts.outcomes(stage.before, stage.log, seed=2):
        state = updates.slots_of(medium, stage.table)

        assert core.slots_choose(state) == 1, cut
        assert state.rollback_index == (2 if state.slots[1].successful else 1)


def test_a_slot_that_fails_its_tries_falls_back(
    bundle: Callable[..., Path], machine: updating.Machine, tmp_path: Path
) -> None:
    """Firmware that is never well is started as often as it may be; then the slot before it."""
    before = updates.phone(bundle(1), 1)
    stage = updates.updated(*before, bundle(2, sick=True))
    medium = updates.after(stage.before, stage.log)
    state = updates.slots_of(medium, stage.table)
    sick = replace(state.slots[1], tries=2)
    disk = tmp_path / "disk"
    disk.write_bytes(
        updates.with_slots(medium, stage.table, replace(state, slots=(state.slots[0], sick)))
    )
    boots = [machine.boot(updating.plain(disk), r"^\[realtime\] final: .*\n") for _ in range(3)]

    assert [value(STARTED, said) for said in boots] == [
        ("b", "1", "1"),
        ("b", "0", "1"),
        ("a", "6", "1"),
    ]
    assert [bool(re.search(GOOD, said, re.MULTILINE)) for said in boots] == [False, False, True]
    left = updates.slots_of(disk.read_bytes(), stage.table)
    assert (left.slots[1].tries, left.slots[1].successful, left.rollback_index) == (0, False, 1)


def test_a_slot_that_is_well_stays_and_an_older_one_is_refused(
    stages: dict[str, updates.Stage], machine: updating.Machine, tmp_path: Path
) -> None:
    """The floor rose with it: what is below is refused, though boot control puts it first."""
    stage = stages["next update"]
    medium = stage.before
    state = updates.slots_of(medium, stage.table)
    assert (state.rollback_index, state.slots[1].successful) == (2, True)
    disk = tmp_path / "disk"
    disk.write_bytes(medium)
    again = machine.boot(updating.plain(disk), STARTED)
    older = replace(state.slots[0], priority=15, successful=True)
    newer = replace(state.slots[1], priority=1)
    disk.write_bytes(updates.with_slots(medium, stage.table, replace(state, slots=(older, newer))))
    said = machine.boot(updating.plain(disk), STARTED)

    assert value(STARTED, again) == ("b", str(state.slots[1].tries), "2")
    assert "mvp: slot a refused: its rollback index is" in said
    assert value(STARTED, said)[0] == "b"
    left = updates.slots_of(disk.read_bytes(), stage.table)
    assert [slot.priority for slot in left.slots] == [0, 1]
