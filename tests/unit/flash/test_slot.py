# SPDX-License-Identifier: Apache-2.0
"""A bundle into a slot: what is refused before the first byte, and what stands there afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from flashable import Phones, carry_out, digest, facts, options, plan, write_disk
from media import silent
from mvpsdk import disk, flash
from mvpsdk.core.facade import (
    SLOTS_ROOM,
    Slot,
    Slots,
    slots_choose,
    slots_flash,
    slots_new,
    slots_read,
    slots_start,
    slots_succeed,
)
from mvpsdk.errors import CheckFailed, InputError, MvpError
from mvpsdk.flash.model import Event, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FRESH = slots_flash(Slots(rollback_index=3), 0, rollback_index=3)
GOOD = slots_succeed(slots_start(FRESH, 0))
"""Slot a runs and is well."""


def content(path: Path, name: str, size: int | None = None) -> bytes:
    """What a partition begins with."""
    with path.open("rb") as file:
        found = disk.read(file).find(name)
        assert found
        file.seek(found.offset)
        return file.read(found.size if size is None else size)


def state_of(path: Path) -> Slots:
    """The record of the slots."""
    state = slots_read(content(path, "misc", SLOTS_ROOM))
    assert state
    return state


@pytest.fixture
def medium(tmp_path: Path, phones: Phones) -> Path:
    """A disk whose slot a runs."""
    return write_disk(tmp_path / "disk.img", a=phones.old, state=GOOD)


def test_a_bundle_goes_into_the_other_slot(medium: Path, phones: Phones) -> None:
    """And nothing else changes, user data above all."""
    before = {name: content(medium, name) for name in ("boot_a", "userdata")}
    result = carry_out(medium, phones.new)
    assert (result.changed, result.read_back) == (True, True)
    assert content(medium, "boot_b", phones.new.stat().st_size) == phones.new.read_bytes()
    assert {name: content(medium, name) for name in before} == before
    state = state_of(medium)
    assert slots_choose(state) == 1
    assert (state.slots[1].rollback_index, state.rollback_index) == (4, 3)


def test_what_is_there_is_told_and_left(medium: Path, phones: Phones) -> None:
    """Flashed once more, whether or not it was started since: not a byte is written."""
    carry_out(medium, phones.new)
    there = digest(medium)
    for _ in range(2):
        found = plan(medium, phones.new)
        assert [part.missing for part in found.parts] == [0]
        assert not carry_out(medium, phones.new).changed
        assert digest(medium) == there
        put(medium, slots_start(state_of(medium), 1))
        there = digest(medium)


def put(path: Path, state: Slots) -> None:
    """Write another record."""
    with path.open("r+b") as file:
        found = disk.read(file).find("misc")
        assert found
        file.seek(found.offset)
        file.write(slots_new(state))


def test_a_plan_writes_nothing(medium: Path, phones: Phones) -> None:
    """Of what may be and of what may not."""
    before = digest(medium)
    assert not plan(medium, phones.new).refused
    assert plan(medium, phones.low).refused
    assert digest(medium) == before


def test_only_what_differs_is_written(
    medium: Path, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of a bundle's next version is its last one's."""
    monkeypatch.setattr("mvpsdk.flash.copying.CHUNK", 4096)
    carry_out(medium, phones.new)
    monkeypatch.undo()
    put(medium, GOOD)
    data = bytearray(phones.new.read_bytes())
    with medium.open("r+b") as file:
        found = disk.read(file).find("boot_b")
        assert found
        file.seek(found.offset + 100_000)
        file.write(b"damage")
    monkeypatch.setattr("mvpsdk.flash.copying.CHUNK", 4096)
    (part,) = plan(medium, phones.new).parts
    assert (part.missing, part.size) == (4096, len(data))
    assert carry_out(medium, phones.new).changed
    assert content(medium, "boot_b", len(data)) == data


@pytest.mark.parametrize("step", [Step.VERIFY, Step.COMPARE])
def test_a_bundle_that_changes_after_it_was_verified_is_never_written(
    tmp_path: Path, medium: Path, phones: Phones, step: Step
) -> None:
    """Whoever swaps the file behind the signature's check is found before the first byte."""
    path, before = tmp_path / "phone.itb", digest(medium)
    path.write_bytes(phones.new.read_bytes())
    swapped: list[Step] = []

    def swap(event: Event) -> None:
        if event.step is step and not swapped:
            swapped.append(step)
            (tmp_path / "evil").write_bytes(phones.new.read_bytes()[::-1])
            (tmp_path / "evil").replace(path)

    with (
        flash.open_target(f"file:{medium}", flash.Access()) as target,
        pytest.raises(MvpError) as caught,
    ):
        target.plan(flash.open_flashable(path), options(), swap).carry_out(silent)
    assert swapped
    found = {Step.VERIFY: "it was put together out of two", Step.COMPARE: "changed while it was"}
    assert found[step] in str(caught.value)
    assert digest(medium) == before


@dataclass(frozen=True)
class Refusal:
    """A way to be refused, and what is said of it."""

    name: str
    says: str
    next: str
    bundle: str = "new"
    state: Slots | None = GOOD
    little: int = 0  # bytes of the slot
    options: dict[str, object] | None = None
    damage: Callable[[Path], None] | None = None


def no_misc(path: Path) -> None:
    """Both copies of the record are damaged."""
    with path.open("r+b") as file:
        found = disk.read(file).find("misc")
        assert found
        for offset in (100, 4096 + 100):
            file.seek(found.offset + offset)
            file.write(b"x")


def no_table(path: Path) -> None:
    """A disk without a table: both copies are gone."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(bytes(4096))
        file.seek(size - 512)
        file.write(bytes(512))


def no_bundle(path: Path) -> None:
    """Nothing on the device tells what it is."""
    with path.open("r+b") as file:
        table = disk.read(file)
        for name in ("boot_a", "boot_b"):
            found = table.find(name)
            assert found
            file.seek(found.offset)
            file.write(bytes(4))


UNPROVEN = Slots(
    slots=(
        Slot(priority=15, tries=3, rollback_index=3),
        Slot(priority=14, successful=True, rollback_index=3),
    ),
    booted=0,
)
REFUSALS = [
    Refusal("unsigned", "the bundle is unsigned", "mvpsdk sign", bundle="unsigned"),
    Refusal("no key", "the keys here: none", "--key", options={"keys": ()}),
    Refusal("board", "the bundle is for other-board, the device is qemu-virt", "--board",
            bundle="other"),
    Refusal("rollback", "the bundle has 1, the device 3", "rollback-index = 3", bundle="low"),
    Refusal("facts' rollback", "the bundle has 4, the device 7", "rollback-index = 7",
            options={"device": facts("qemu-virt", 7)}),
    Refusal("facts' board", "by facts.toml it is other", "--device",
            options={"device": facts("other")}),
    Refusal("running", "slot a was asked for, and slot a runs", "--slot b",
            options={"slot": "a"}),
    Refusal("only good one", "slot b is the only one that has said that it is well", "heartbeat",
            state=UNPROVEN),
    Refusal("room", "bytes, the slot 262144", "smaller", little=256 * 1024),
    Refusal("misc", "has no right copy", "whole disk image", damage=no_misc),
    Refusal("table", "there is none on the medium", "whole disk image", damage=no_table),
    Refusal("identity", "nothing on it says what board it is", "--device", damage=no_bundle),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
def test_what_must_not_be_is_refused(case: Refusal, tmp_path: Path, phones: Phones) -> None:
    """Before the first byte, with both values and the next step; each for its own reason alone."""
    path = write_disk(
        tmp_path / "disk.img",
        a=phones.old,
        b=None if case.little else phones.old,
        state=case.state,
        little=case.little,
    )
    if case.damage:
        case.damage(path)
    before = digest(path)
    bundle: Path = getattr(phones, case.bundle)
    with pytest.raises(CheckFailed) as caught:
        carry_out(path, bundle, **(case.options or {}))
    assert any(case.says in fault.message for fault in caught.value.faults), caught.value
    assert any(case.next in fault.hint for fault in caught.value.faults), caught.value
    assert caught.value.exit_code == 1
    assert digest(path) == before


def test_unsigned_goes_only_by_name(medium: Path, phones: Phones) -> None:
    """Nothing vouches for it, and somebody said so."""
    assert carry_out(medium, phones.unsigned, unsigned=True, keys=()).changed


def test_a_damaged_bundle_is_refused(tmp_path: Path, medium: Path, phones: Phones) -> None:
    """One bit, in what is not even booted."""
    path = tmp_path / "bad.itb"
    data = bytearray(phones.new.read_bytes())
    data[-100] ^= 4
    path.write_bytes(data)
    assert plan(medium, path).refused


def test_facts_tell_what_a_blank_device_is(tmp_path: Path, phones: Phones) -> None:
    """Nothing was flashed yet: the file of its facts says which board it is."""
    path = write_disk(tmp_path / "disk.img", a=None, state=Slots())
    assert plan(path, phones.new).refused
    assert carry_out(path, phones.new, device=facts("qemu-virt")).changed
    assert slots_choose(state_of(path)) == 0


def test_a_persona_s_own_part_goes_with_its_slot(tmp_path: Path, phones: Phones) -> None:
    """What is not flashed now is copied from the slot that runs: a slot is always whole."""
    path = write_disk(tmp_path / "disk.img", a=phones.old, state=GOOD, parts=("work", "play"))
    with path.open("r+b") as file:
        table = disk.read(file)
        for name, data in (("work_a", b"work, a"), ("work_b", b"work, b"), ("play_a", b"play")):
            found = table.find(name)
            assert found
            file.seek(found.offset + 5000)
            file.write(data)
    found_plan = plan(path, phones.new)
    assert [part.name for part in found_plan.parts] == ["boot_b", "work_b", "play_b"]
    assert carry_out(path, phones.new).changed
    for name in ("work", "play"):
        assert content(path, f"{name}_b") == content(path, f"{name}_a") != b""
    assert {part.missing for part in plan(path, phones.new, slot="b").parts} == {0}


def test_the_slot_that_was_tried_and_refused_is_written_again(medium: Path, phones: Phones) -> None:
    """The boot script fell back to a: b gets the same bundle and its tries back."""
    carry_out(medium, phones.new)
    state = state_of(medium)
    put(medium, replace(state, booted=0, slots=(state.slots[0], replace(state.slots[1], tries=0))))
    assert slots_choose(state_of(medium)) == 0
    found = plan(medium, phones.new)
    assert (found.slot, found.parts[0].missing) == ("b", 0)
    assert carry_out(medium, phones.new).changed
    assert slots_choose(state_of(medium)) == 1


def test_no_slot_has_that_name(medium: Path, phones: Phones) -> None:
    """There are three words."""
    with pytest.raises(InputError, match='no slot is called "c"'):
        plan(medium, phones.new, slot="c")
