# SPDX-License-Identifier: Apache-2.0
"""Boot control: which slot starts, and what each step leaves in `misc`."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib
from mvpsdk.core.facade import Slot, Slots
from mvpsdk.errors import InputError

SIZE, STEP, NONE = 512, 4096, 0xFFFFFFFF
words = st.integers(0, NONE)
slots = st.builds(
    Slot,
    priority=st.integers(0, 15),
    tries=st.integers(0, 7),
    successful=st.booleans(),
    rollback_index=words,
)
states = st.builds(
    Slots,
    slots=st.tuples(slots, slots),
    rollback_index=words,
    booted=st.sampled_from([None, 0, 1]),
    sequence=words,
    copy=st.integers(0, 1),
)


def block(sequence: int = 1, **changed: int) -> bytes:
    """A copy by the format's own words; the checksum is zlib's."""
    fields = {
        "version": 1, "sequence": sequence, "floor": 0, "booted": NONE,
        "priority": 15, "tries": 7, "successful": 0, "index": 3,
        "priority_b": 14, "tries_b": 0, "successful_b": 1, "index_b": 2,
    } | changed  # fmt: skip
    body = b"MVPSLOTS" + struct.pack("<12I", *fields.values()) + bytes(4 * 113)
    return body + struct.pack(">I", zlib.crc32(body))


def misc(a: bytes, b: bytes) -> bytes:
    """The partition's beginning with these copies."""
    return a.ljust(STEP, b"\0") + b


def read(data: bytes) -> Slots:
    """A state that must be there."""
    state = core.slots_read(data)
    assert state is not None
    return state


# ---- the format ----


def test_a_copy_is_read_by_its_words() -> None:
    """Every field where the format has it."""
    state = read(misc(block(7, floor=1, booted=1), bytes(SIZE)))

    assert state == Slots(
        slots=(
            Slot(priority=15, tries=7, rollback_index=3),
            Slot(priority=14, successful=True, rollback_index=2),
        ),
        rollback_index=1,
        booted=1,
        sequence=7,
        copy=0,
    )


@given(state=states)
def test_what_is_written_is_read(state: Slots) -> None:
    """With the next sequence, from the other copy; the checksum is zlib's, big-endian."""
    written = core.slots_write(state)
    room = bytearray(core.SLOTS_ROOM)
    room[written.offset : written.offset + SIZE] = written.data

    assert len(written.data) == SIZE
    assert written.offset == STEP * (1 - state.copy)
    assert written.data[-4:] == zlib.crc32(written.data[:-4]).to_bytes(4)
    assert written.state == replace(
        state, sequence=(state.sequence + 1) % (1 << 32), copy=1 - state.copy
    )
    assert read(bytes(room)) == written.state


@given(data=st.binary(max_size=70), start=st.binary(max_size=9))
def test_the_checksum_goes_on_from_any_place(data: bytes, start: bytes) -> None:
    """As zlib's does."""
    assert lib.crc32_add(lib.crc32_add(0, start, len(start)), data, len(data)) == zlib.crc32(
        start + data
    )


@pytest.mark.parametrize(
    ("a", "b", "copy"),
    [
        (1, 2, 1),
        (2, 1, 0),
        (5, 5, 0),
        (NONE, 0, 1),
        (0, NONE, 0),
        (NONE - 3, 4, 1),
        (0, 0x7FFFFFFF, 1),
        (0, 0x80000000, 0),
        (0x80000000, 0, 0),
    ],
)
def test_the_later_copy_counts(a: int, b: int, copy: int) -> None:
    """Sequences wrap, so later is what lies less than half the way round ahead."""
    assert read(misc(block(a), block(b))).copy == copy


@pytest.mark.parametrize("bit", range(0, 8 * SIZE, 37))
def test_a_damaged_copy_does_not_count(bit: int) -> None:
    """Whichever bit it is; the other copy does, though it is older."""
    damaged = bytearray(block(9))
    damaged[bit // 8] ^= 1 << bit % 8

    assert read(misc(bytes(damaged), block(3))).sequence == 3
    assert read(misc(block(3), bytes(damaged))).sequence == 3
    assert core.slots_read(misc(bytes(damaged), bytes(damaged))) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2},
        {"booted": 2},
        {"priority": 16},
        {"tries": 8},
        {"successful": 2},
        {"priority_b": NONE},
        {"tries_b": 0x80000007},
        {"successful_b": 0x100},
    ],
)
def test_a_copy_with_a_number_out_of_range_does_not_count(wrong: dict[str, int]) -> None:
    """Though its checksum is right."""
    assert core.slots_read(misc(block(9, **wrong), bytes(SIZE))) is None


@pytest.mark.parametrize("size", [0, 1, SIZE - 1, SIZE, STEP + SIZE - 1, STEP + SIZE])
def test_nothing_is_read_past_the_end(size: int) -> None:
    """A copy that is not all there does not count."""
    state = core.slots_read(misc(block(1), block(2))[:size])

    assert (state and state.sequence) == (2 if size == STEP + SIZE else 1 if size >= SIZE else None)


def test_an_empty_partition_has_no_state() -> None:
    """Nor has one of ones; nobody invents it."""
    assert core.slots_read(bytes(core.SLOTS_ROOM)) is None
    assert core.slots_read(b"\xff" * core.SLOTS_ROOM) is None


@given(data=st.binary(min_size=SIZE, max_size=SIZE), state=states)
def test_a_torn_write_leaves_the_state_before_it(data: bytes, state: Slots) -> None:
    """Whatever the block holds that the power cut hit."""
    before = core.slots_write(state)
    after = core.slots_write(before.state)
    room = bytearray(core.SLOTS_ROOM)
    room[before.offset : before.offset + SIZE] = before.data
    room[after.offset : after.offset + SIZE] = data

    assert read(bytes(room)) == before.state


# ---- the choice ----


@pytest.mark.parametrize(
    ("a", "b", "chosen"),
    [
        (Slot(), Slot(), None),
        (Slot(priority=15), Slot(priority=1), None),
        (Slot(tries=7, successful=True), Slot(tries=7), None),
        (Slot(priority=1, tries=1), Slot(), 0),
        (Slot(), Slot(priority=1, successful=True), 1),
        (Slot(priority=14, successful=True), Slot(priority=15, tries=1), 1),
        (Slot(priority=14, successful=True), Slot(priority=15), 0),
        (Slot(priority=15, successful=True), Slot(priority=14, tries=7), 0),
        (Slot(priority=3, tries=1), Slot(priority=3, successful=True), 0),
    ],
)
def test_the_slot_that_starts(a: Slot, b: Slot, chosen: int | None) -> None:
    """Of those that may, the one of the highest priority; a goes before b."""
    assert core.slots_choose(Slots(slots=(a, b))) == chosen


@given(state=states)
def test_a_chosen_slot_may_start(state: Slots) -> None:
    """None is chosen only if none may."""
    may = [
        n for n, slot in enumerate(state.slots) if slot.priority and (slot.successful or slot.tries)
    ]
    chosen = core.slots_choose(state)

    assert (chosen is None) == (not may)
    if chosen is not None:
        assert chosen in may
        assert state.slots[chosen].priority == max(state.slots[n].priority for n in may)


# ---- the steps ----

GOOD = Slot(priority=14, successful=True, rollback_index=2)
NEW = Slot(priority=15, tries=3, rollback_index=4)


def test_a_start_takes_a_try() -> None:
    """And says which slot it was."""
    state = core.slots_start(Slots(slots=(GOOD, NEW)), 1)

    assert state == Slots(slots=(GOOD, replace(NEW, tries=2)), booted=1)


def test_a_good_slot_starts_without_a_try() -> None:
    """Only that it was started is written, and only if it was another one before."""
    before = Slots(slots=(GOOD, NEW), booted=1)
    state = core.slots_start(before, 0)

    assert state == replace(before, booted=0)
    assert core.slots_start(state, 0) is state


@pytest.mark.parametrize("slot", [Slot(), Slot(priority=5), Slot(tries=3)])
def test_a_slot_that_may_not_start_takes_no_try(slot: Slot) -> None:
    """The state stays as it is."""
    state = Slots(slots=(slot, GOOD))

    assert core.slots_start(state, 0) is state


def test_a_slot_that_fails_its_tries_falls_back() -> None:
    """After as many starts as it had tries, the good one starts again."""
    state = Slots(slots=(GOOD, NEW))
    started = []
    for _ in range(5):
        slot = core.slots_choose(state)
        assert slot is not None
        started.append(slot)
        state = core.slots_start(state, slot)

    assert started == [1, 1, 1, 0, 0]


def test_a_slot_that_is_well_stays_and_raises_the_floor() -> None:
    """On its last try, too."""
    state = core.slots_start(Slots(slots=(GOOD, replace(NEW, tries=1)), rollback_index=2), 1)
    well = core.slots_succeed(state)

    assert well.slots[1] == replace(NEW, tries=0, successful=True)
    assert (well.rollback_index, core.slots_choose(well)) == (4, 1)
    assert core.slots_succeed(well) is well


def test_the_floor_never_falls() -> None:
    """A slot below it that says it is well changes nothing else."""
    state = Slots(slots=(GOOD, replace(NEW, rollback_index=1)), rollback_index=3, booted=1)
    well = core.slots_succeed(state)

    assert (well.rollback_index, well.slots[1].successful) == (3, True)


@pytest.mark.parametrize("booted", [None, 0])
def test_who_was_not_started_is_not_well(booted: int | None) -> None:
    """Nor is a slot that has been refused, or is being flashed, since it was started."""
    state = Slots(slots=(Slot(tries=1), NEW), booted=booted)

    assert core.slots_succeed(state) is state


def test_a_refused_slot_does_not_start_again() -> None:
    """Not even if it was good."""
    state = core.slots_refuse(Slots(slots=(GOOD, NEW)), 0)

    assert state.slots == (replace(GOOD, priority=0), NEW)
    assert core.slots_refuse(state, 0) is state
    assert core.slots_choose(core.slots_refuse(state, 1)) is None


@given(state=states, slot=st.integers(0, 1), tries=st.integers(1, 7))
def test_a_flashed_slot_goes_first(state: Slots, slot: int, tries: int) -> None:
    """The other one comes after it, and keeps whether it starts at all."""
    index = state.rollback_index
    after = core.slots_flash(state, slot, tries=tries, rollback_index=index)
    before, now = state.slots[1 - slot], after.slots[1 - slot]

    assert core.slots_choose(after) == slot
    assert after.slots[slot] == Slot(priority=15, tries=tries, rollback_index=index)
    assert now == replace(before, priority=min(before.priority, 14))
    assert after.booted == (None if state.booted == slot else state.booted)


def test_what_is_below_the_floor_is_not_flashed() -> None:
    """The message has both numbers."""
    with pytest.raises(InputError, match="rollback index 2 is below the device's floor of 3"):
        core.slots_flash(Slots(rollback_index=3), 0, rollback_index=2)


@pytest.mark.parametrize("tries", [0, 8])
def test_tries_are_few(tries: int) -> None:
    """One at least."""
    with pytest.raises(InputError, match=f"tries {tries} is not a number from 1 to 7"):
        core.slots_flash(Slots(), 0, rollback_index=0, tries=tries)


@pytest.mark.parametrize(
    "state",
    [
        Slots(sequence=-1),
        Slots(rollback_index=1 << 32),
        Slots(booted=2),
        Slots(copy=2),
        Slots(slots=(Slot(priority=16), Slot())),
        Slots(slots=(Slot(), Slot(tries=8))),
        Slots(slots=(Slot(), Slot(rollback_index=-1))),
    ],
)
def test_a_number_out_of_range_is_not_written(state: Slots) -> None:
    """It is named."""
    with pytest.raises(InputError, match=r"^\w[\w ]* -?\d+ is not a number from 0 to \d+$"):
        core.slots_write(state)


@pytest.mark.parametrize("slot", [2, NONE])
def test_a_slot_that_is_none_changes_nothing(slot: int) -> None:
    """C is asked directly: Python's callers have numbers of slots."""
    state = ffi.new("struct mvp_slots *")
    lib.mvp_slots_clear(state)
    before = bytes(ffi.buffer(state))

    assert not lib.mvp_slots_start(state, slot)
    assert not lib.mvp_slots_refuse(state, slot)
    assert not lib.mvp_slots_flash(state, slot, 1, 0)
    assert not lib.mvp_slots_flash(state, 0, 8, 0)
    assert bytes(ffi.buffer(state)) == before


# ---- a new disk ----


def test_a_new_disk_has_both_copies() -> None:
    """They say the same, but for the sequence; both slots may be flashed, a goes first."""
    state = core.slots_flash(Slots(), 1, rollback_index=5)
    room = core.slots_new(core.slots_flash(state, 0, rollback_index=6))
    newer, older = read(room), read(room[:STEP])

    assert newer == Slots(
        slots=(
            Slot(priority=15, tries=7, rollback_index=6),
            Slot(priority=14, tries=7, rollback_index=5),
        ),
        sequence=2,
        copy=1,
    )
    assert older == replace(newer, sequence=1, copy=0)


def test_a_disk_where_nothing_is_flashed_starts_nothing() -> None:
    """It has a state all the same."""
    state = read(core.slots_new())

    assert state == Slots(sequence=2, copy=1)
    assert core.slots_choose(state) is None
