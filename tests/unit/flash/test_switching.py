# SPDX-License-Identifier: Apache-2.0
"""A slot is written in an order that survives a power cut."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import (
    BOOT_A,
    BOOT_B,
    MISC,
    PowerCutError,
    Recorder,
    good_a,
    job,
    medium,
    silent,
)
from mvpsdk.core.facade import (
    SLOT_TRIES_MAX,
    Slots,
    slots_choose,
    slots_flash,
    slots_read,
    slots_refuse,
    slots_start,
)
from mvpsdk.errors import CheckFailed, RefusedError
from mvpsdk.flash import (
    BLOCK,
    Event,
    MemoryBlocks,
    SlotJob,
    Step,
    copying,
    running,
    survey,
    write_slot,
)
from mvpsdk.units import KIB

OLD, NEW = b"old" * 9000, bytes(range(256)) * 401
CHUNK = 8 * KIB


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a little data is many chunks."""
    monkeypatch.setattr(copying, "CHUNK", CHUNK)


def flash(device: MemoryBlocks, data: bytes = NEW, index: int = 3) -> bool:
    """Survey and write slot b, as a plan does."""
    found = survey(device, job(data), silent)
    return write_slot(
        device, SlotJob(slot=1, misc=MISC, jobs=(found,), rollback_index=index), silent
    )


def state_of(device: MemoryBlocks) -> Slots:
    """What the medium's misc says."""
    state = slots_read(device.read(MISC.offset, MISC.size))
    assert state
    return state


def test_the_order_of_writes() -> None:
    """Bad, flush, data, flush, good, flush; each mark is one block."""
    device = Recorder(medium(slots_flash(good_a(), 1, rollback_index=2), OLD, OLD))
    assert flash(device)
    first, *data, flushed, last, end = device.log[:1] + device.log[2:]
    assert device.log[1] == flushed == end == ("flush", 0, 0)
    assert {first[2], last[2]} == {BLOCK}
    assert {first[1], last[1]} == {MISC.offset, MISC.offset + 4096}
    assert all(kind == "write" for kind, _, _ in data)
    assert min(at for _, at, _ in data) == BOOT_B.offset
    assert max(at + size for _, at, size in data) <= BOOT_B.end


def test_afterwards_the_slot_goes_first() -> None:
    """With all its tries, its index, and the other as it was."""
    device = MemoryBlocks(medium(good_a(), OLD))
    assert flash(device)
    state = state_of(device)
    assert slots_choose(state) == 1
    assert state.slots[0] == replace(good_a().slots[0], priority=state.slots[1].priority - 1)
    assert state.slots[1].tries == SLOT_TRIES_MAX
    assert (state.slots[1].rollback_index, state.rollback_index) == (3, good_a().rollback_index)
    assert not state.slots[1].successful
    assert device.read(BOOT_B.offset, len(NEW)) == NEW


def test_what_is_done_is_not_done_again() -> None:
    """The same bundle once more: not a byte is written, and that is told."""
    device = Recorder(medium(good_a(), OLD))
    assert flash(device)
    device.log.clear()
    assert not flash(device)
    assert device.log == []


def test_a_slot_that_failed_gets_its_tries_again() -> None:
    """All bytes are there, but it does not start any more: one block is written."""
    device = Recorder(medium(good_a(), OLD))
    flash(device)
    refused = slots_refuse(state_of(device), 1)
    device.data[:] = medium(refused, OLD, NEW)
    device.log.clear()
    assert flash(device)
    assert device.blocks == 1
    assert slots_choose(state_of(device)) == 1


def outcome(device: MemoryBlocks) -> tuple[int | None, bytes]:
    """The slot that starts, and what is in it."""
    slot = slots_choose(state_of(device))
    at = BOOT_B if slot else BOOT_A
    return slot, device.read(at.offset, len(NEW if slot else OLD))


def test_every_cut_leaves_a_slot_that_starts() -> None:
    """Before each block of the whole flash: the old system, or the new one whole."""
    start = medium(slots_flash(good_a(), 1, rollback_index=2), OLD, OLD)
    whole = Recorder(start)
    flash(whole)
    seen = set()
    for cut in range(whole.blocks):
        device = Recorder(start, cut=cut)
        with pytest.raises(PowerCutError):
            flash(device)
        slot, data = outcome(device)
        assert (slot, data) == (0, OLD) if cut else (1, OLD)
        seen.add(slot)
    assert seen == {0, 1}
    assert outcome(whole) == (1, NEW)


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(0, 300), max_size=4))
def test_an_interrupted_flash_goes_on_where_it_was(cuts: list[int]) -> None:
    """However often it was cut: at the end all is there, and little was written twice."""
    data, written = medium(good_a(), OLD), 0
    for cut in cuts:
        device = Recorder(data, cut=cut)
        try:
            flash(device)
        except PowerCutError:
            written += cut
        else:
            written += device.blocks
        data = bytes(device.data)
    device = Recorder(data)
    flash(device)
    assert outcome(device) == (1, NEW)
    once = -(-len(NEW) // BLOCK)
    assert written + device.blocks <= once + (1 + len(cuts)) * (2 + CHUNK // BLOCK)


class Lying(Recorder):
    """A medium that keeps something else than was written."""

    def flush(self) -> None:
        """Turn a bit, far in."""
        super().flush()
        self.data[BOOT_B.offset + 50 * KIB + 5] ^= 0x10


def test_a_medium_that_lies_is_found_out() -> None:
    """What is read back is not what was written: refused, and the old slot starts."""
    device = Lying(medium(good_a(), OLD))
    with pytest.raises(RefusedError, match="boot_b reads back as SHA-256"):
        flash(device)
    assert outcome(device) == (0, OLD)


def test_a_misc_without_a_right_copy_is_refused() -> None:
    """Nobody invents a record; nothing is written."""
    device = Recorder(len(medium(good_a())))
    with pytest.raises(CheckFailed, match="neither copy") as caught:
        flash(device)
    assert "whole disk image" in caught.value.hint
    assert device.log == []


def test_steps_are_told() -> None:
    """In their order, with the bytes of each."""
    told: list[Event] = []
    device = MemoryBlocks(medium(good_a(), OLD))
    found = survey(device, job(NEW), told.append)
    write_slot(device, SlotJob(slot=1, misc=MISC, jobs=(found,), rollback_index=3), told.append)
    steps = list(dict.fromkeys(event.step for event in told))
    expected = [Step.COMPARE, Step.MARK_BAD, Step.WRITE, Step.READ_BACK, Step.MARK_GOOD]
    assert steps == expected
    for step in (Step.COMPARE, Step.WRITE, Step.READ_BACK):
        assert sum(event.amount for event in told if event.step is step) == len(NEW)


@pytest.mark.parametrize(
    ("state", "slot"),
    [
        (Slots(), None),
        (slots_flash(Slots(), 1, rollback_index=0), 1),
        (good_a(), 0),
        (slots_flash(good_a(), 1, rollback_index=2), 0),
        (slots_start(slots_flash(good_a(), 1, rollback_index=2), 1), 1),
        (slots_refuse(replace(slots_flash(good_a(), 1, rollback_index=2), booted=1), 1), 0),
    ],
)
def test_which_slot_runs(state: Slots, slot: int | None) -> None:
    """The one that was started last, while it may start; else the one that would be."""
    assert running(state) == slot
