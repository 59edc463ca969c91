# SPDX-License-Identifier: Apache-2.0
"""The power fails while slots and boot control are written: at every block, in any order.

The writes are the flasher's own, recorded. For each outcome the core's C is asked which slots may
start; each must be whole, byte for byte of one version, and nothing else on the medium may have
changed. That what the boot script and the firmware write is no different is held in
tests/target/power_cut, where both write for real.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

import cuts
from cuts import Cut, Recorder, Write
from media import Bytes
from mvpsdk import flash
from mvpsdk.core import facade as core
from mvpsdk.units import KIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

POINTS = 2000
"""Places at which the power fails, at least."""
SLOT_SIZE = 256 * KIB
MISC, BOOT = 64 * KIB, 128 * KIB
PART = BOOT + 2 * SLOT_SIZE
USER = PART + 2 * SLOT_SIZE
"""Where the partitions begin; slot b's are SLOT_SIZE behind slot a's."""
SIZE = USER + 128 * KIB


@dataclass(frozen=True, slots=True)
class Version:
    """What is flashed: a boot part, a persona's part, and the rollback index of both."""

    index: int
    boot: bytes
    part: bytes

    @classmethod
    def make(cls, index: int, sizes: tuple[int, int]) -> Version:
        """Bytes like no other version's; sizes are not those of whole blocks."""
        noise = random.Random(index)  # noqa: S311 - the same in each run
        boot, part = (noise.randbytes(size) for size in sizes)
        return cls(index, boot, part)

    def places(self, slot: int) -> Iterable[tuple[int, bytes]]:
        """Where its parts stand in a slot."""
        shift = slot * SLOT_SIZE
        return ((BOOT + shift, self.boot), (PART + shift, self.part))


ONE = Version.make(1, (120 * KIB + 100, 230 * KIB + 5))
TWO = Version.make(2, (130 * KIB + 7, 220 * KIB + 90))
THREE = Version.make(3, (110 * KIB + 300, 240 * KIB + 1))
VERSIONS = {version.index: version for version in (ONE, TWO, THREE)}


def phone() -> bytes:
    """A phone with the first version in slot a, well, and nothing in slot b; user data."""
    noise = random.Random(0)  # noqa: S311
    data = bytearray(noise.randbytes(SIZE))
    state = core.slots_succeed(
        core.slots_start(core.slots_flash(core.Slots(), 0, rollback_index=1), 0)
    )
    data[MISC : MISC + core.SLOTS_ROOM] = core.slots_new(state)
    for offset, part in ONE.places(0):
        data[offset : offset + len(part)] = part
    return bytes(data)


def slots_of(medium: bytes | bytearray) -> core.Slots:
    """Boot control, which must be there in every outcome."""
    state = core.slots_read(bytes(medium[MISC : MISC + core.SLOTS_ROOM]))
    assert state, "both copies are damaged"
    return state


def flashed(device: Recorder, slot: int, version: Version) -> None:
    """Flash a version by the flasher's own code."""
    jobs = tuple(
        flash.survey(
            device,
            flash.Job(name=f"part {n}", at=flash.Extent(offset, SLOT_SIZE), source=Bytes(data)),
            lambda _event: None,
        )
        for n, (offset, data) in enumerate(version.places(slot))
    )
    misc = flash.Extent(MISC, BOOT - MISC)
    job = flash.SlotJob(slot=slot, misc=misc, jobs=jobs, rollback_index=version.index)
    flash.write_slot(device, job, lambda _event: None)


def changed(device: Recorder, state: core.Slots) -> None:
    """Write boot control as boot script and firmware do: one block, flushed."""
    block = core.slots_write(state)
    device.write(MISC + block.offset, block.data)
    device.flush()


def started(device: Recorder) -> None:
    """The boot script chooses a slot and starts it."""
    state = slots_of(device.data)
    slot = core.slots_choose(state)
    assert slot is not None
    after = core.slots_start(state, slot)
    if after != state:
        changed(device, after)


def well(device: Recorder) -> None:
    """The firmware of the slot that was started says it is well."""
    changed(device, core.slots_succeed(slots_of(device.data)))


@dataclass(frozen=True, slots=True)
class Stage:
    """Something that writes: the medium before it, and what was written."""

    name: str
    before: bytes
    log: tuple[Write, ...]
    slot: int | None  # that is flashed


def life() -> list[Stage]:
    """Two updates: each is flashed, started, and found well; the third one stays on trial."""
    stages: list[Stage] = []
    medium = phone()
    steps = (
        ("flash 2 into b", lambda device: flashed(device, 1, TWO), 1),
        ("start b", started, None),
        ("b is well", well, None),
        ("flash 3 into a", lambda device: flashed(device, 0, THREE), 0),
        ("start a", started, None),
        ("start a again", started, None),
        ("a is well", well, None),
        ("flash 3 into b", lambda device: flashed(device, 1, THREE), 1),
    )
    for name, step, slot in steps:
        device = Recorder(medium)
        step(device)
        stages.append(Stage(name, medium, tuple(device.log), slot))
        medium = bytes(device.data)
    return stages


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    """The phone's life."""
    return life()


def whole(medium: bytearray, slot: int) -> Version | None:
    """The version that stands in a slot, whole."""
    for version in VERSIONS.values():
        if all(medium[at : at + len(data)] == data for at, data in version.places(slot)):
            return version
    return None


def untouched(stage: Stage) -> Iterator[tuple[int, int]]:
    """What the stage has no business with: all but boot control and the slot that it flashes."""
    yield 0, MISC
    yield MISC + core.SLOTS_ROOM, BOOT
    for base in (BOOT, PART):
        for slot in (0, 1):
            if slot != stage.slot:
                yield base + slot * SLOT_SIZE, base + (slot + 1) * SLOT_SIZE
    yield USER, SIZE


def chosen(stage: Stage, cut: Cut, medium: bytearray) -> int:
    """The rollback index of the version that starts; every slot that may start is whole."""
    where = f"{stage.name}, {cut}"
    state = slots_of(medium)
    first = core.slots_choose(state)
    assert first is not None, f"{where}: nothing starts"
    for slot, said in enumerate(state.slots):
        if said.priority and (said.successful or said.tries):
            version = whole(medium, slot)
            assert version, f"{where}: slot {slot} may start and is not whole"
            assert version.index == said.rollback_index, f"{where}: slot {slot} is another's"
    assert state.slots[first].rollback_index >= state.rollback_index, f"{where}: below the floor"
    return state.slots[first].rollback_index


def held(stage: Stage, *, seed: int) -> dict[str, int]:
    """Try every cut of a stage; how many there were of each kind. Fails on the first bad one."""
    ranges = [(begin, stage.before[begin:end]) for begin, end in untouched(stage)]
    after = bytearray(stage.before)
    for entry in stage.log:
        if entry.data is not None:
            after[entry.offset : entry.offset + cuts.BLOCK] = entry.data
    ends = Cut(at=len(stage.log), kind="in order", last=True)
    allowed = {chosen(stage, ends, bytearray(stage.before)), chosen(stage, ends, after)}
    counts: dict[str, int] = {}
    for cut, medium in cuts.outcomes(stage.before, stage.log, seed=seed):
        index = chosen(stage, cut, medium)
        assert index in allowed, f"{stage.name}, {cut}: {index}"
        assert not cut.last or medium == after
        assert all(medium[at : at + len(data)] == data for at, data in ranges), f"{cut}: user data"
        counts[cut.kind] = counts.get(cut.kind, 0) + 1
    return counts


def test_wherever_the_power_fails_a_whole_slot_starts(
    stages: list[Stage], record_property: Callable[[str, object], None]
) -> None:
    """The one before or the one after, user data as it was; at each of over 2 000 places."""
    total: dict[str, int] = {}
    for stage in stages:
        for kind, count in held(stage, seed=len(total)).items():
            total[kind] = total.get(kind, 0) + count
    places = sum(cuts.boundaries(stage.log) for stage in stages)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(total.items()))
    record_property("table", f"power cuts: {places} places; outcomes: {told}; all start whole")

    assert total["in order"] == places >= POINTS
    assert min(total["some lost"], total["torn"]) >= POINTS


def test_the_life_is_what_it_is_called(stages: list[Stage]) -> None:
    """So that the cuts are through what matters: marks, parts, tries, and the floor."""
    states = [slots_of(stage.before) for stage in stages]

    assert [core.slots_choose(state) for state in states] == [0, 1, 1, 1, 0, 0, 0, 0]
    assert [state.rollback_index for state in states] == [1, 1, 1, 2, 2, 2, 2, 3]
    assert [state.slots[0].tries for state in states[4:7]] == [7, 6, 5]
    assert [len([e for e in stage.log if e.data is None]) for stage in stages] == [
        *(2, 1, 1, 3),
        *(1, 1, 1, 3),
    ]


@pytest.mark.parametrize("share", [0, 1, 2, 3])
def test_an_interrupted_flash_is_done_again(stages: list[Stage], share: int) -> None:
    """From any outcome: what is there already is kept, and the new version starts."""
    stage = stages[0]
    for number, (cut, medium) in enumerate(cuts.outcomes(stage.before, stage.log, seed=share)):
        if number % 180 != 45 * share:
            continue
        device = Recorder(bytes(medium))
        flashed(device, 1, TWO)

        assert chosen(stage, cut, device.data) == TWO.index
        if cut.kind == "in order" and cut.at > 300:
            assert len(device.log) < len(stage.log)


def is_misc(entry: Write) -> bool:
    """Whether it is a write to boot control."""
    return MISC <= entry.offset < MISC + core.SLOTS_ROOM


def without_flushes(stage: Stage) -> Stage:
    """A disk that says that it has flushed, and has not."""
    return replace(stage, log=tuple(entry for entry in stage.log if entry.data is not None))


def marked_too_early(stage: Stage) -> Stage:
    """A flasher that makes the slot start before its parts are there."""
    marks = [entry for entry in stage.log if is_misc(entry)]
    rest = [entry for entry in stage.log if entry not in marks]
    return replace(stage, log=(marks[-1], cuts.FLUSH, *rest))


def not_marked_before(stage: Stage) -> Stage:
    """A flasher that overwrites a slot which may still start, if the other one fails."""
    assert is_misc(stage.log[0])
    return replace(stage, log=stage.log[2:])


def one_copy(stage: Stage) -> Stage:
    """A device that keeps its state in one place."""
    at = MISC + 4096 * slots_of(stage.before).copy
    before = bytearray(stage.before)
    before[MISC : MISC + core.SLOTS_ROOM] = bytes(core.SLOTS_ROOM)
    before[at : at + cuts.BLOCK] = stage.before[at : at + cuts.BLOCK]
    log = tuple(replace(entry, offset=at) if is_misc(entry) else entry for entry in stage.log)
    return replace(stage, before=bytes(before), log=log)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (without_flushes, "slot 0 (may start and is not whole|is another's)"),
        (marked_too_early, "slot 0 (may start and is not whole|is another's)"),
        (not_marked_before, "slot 0 may start and is not whole"),
        (one_copy, "both copies are damaged"),
    ],
)
def test_a_careless_writer_is_caught(
    wrong: Callable[[Stage], Stage], said: str, stages: list[Stage]
) -> None:
    """Else the cuts would prove nothing: each may leave a phone that does not start."""
    with pytest.raises(AssertionError, match=said):
        held(wrong(stages[3]), seed=1)
