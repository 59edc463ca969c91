# SPDX-License-Identifier: Apache-2.0
"""A bundle for a slot of a medium: which slot, what goes into it, and whether it may.

A slot is its boot partition and one partition NAME_a or NAME_b of each persona that is updated by
itself. What is not flashed now is copied from the slot that runs, so that a slot is always whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.core.facade import SLOT_NAMES, slots_choose
from mvpsdk.device import Partition
from mvpsdk.errors import InputError
from mvpsdk.flash import medium as on
from mvpsdk.flash.blocks import BLOCK
from mvpsdk.flash.copying import DeviceSource, FileSource, Job, survey
from mvpsdk.flash.model import Check, Outcome, PartPlan, Plan, Result
from mvpsdk.flash.preflight import Known, judge, refused
from mvpsdk.flash.switching import SlotJob, running, write_slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.core.facade import Slots
    from mvpsdk.flash.blocks import BlockDevice, Extent
    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.medium import Medium
    from mvpsdk.flash.model import Options, Tell

__all__ = ["known", "plan_slot"]

_WHOLE = "write a whole disk image, made with mvpsdk bundle --container disk"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Choice:
    """The slot that is written, and the one that runs."""

    slot: int
    run: int | None  # None: none may start
    checks: tuple[Check, ...]


def plan_slot(device: BlockDevice, name: str, what: Input, options: Options, tell: Tell) -> Plan:
    """Hold a bundle against a medium. Raises InputError for a slot that is none."""
    found = on.look(device, name)
    if found is None or found.state is None:
        return _nowhere(name, what, found)
    choice = _has_it(device, what, found, options) or _choose(found.state, options.slot)
    at = on.extent(found.disk, on.boot(choice.slot))
    room = [Partition(name=on.boot(choice.slot), size=at.size)] if at else []
    verdict = judge(what.path, known(found, name), room, options, tell)
    checks = [*choice.checks, *_room(at, choice.slot), *verdict.checks]
    jobs: tuple[Job, ...] = ()
    if all(check.outcome is not Outcome.REFUSED for check in checks):
        jobs = tuple(survey(device, job, tell) for job in _jobs(device, what, found, choice))
    index = verdict.manifest.rollback_index if verdict.manifest else 0
    misc = on.extent(found.disk, on.MISC)

    def work(tell: Tell) -> Result:
        assert misc  # noqa: S101 - its record was read
        slot_job = SlotJob(slot=choice.slot, misc=misc, jobs=jobs, rollback_index=index)
        return Result(changed=write_slot(device, slot_job, tell), read_back=True)

    return Plan(
        target=name,
        kind=what.kind.value,
        slot=SLOT_NAMES[choice.slot],
        checks=tuple(checks),
        parts=tuple(_part(job) for job in jobs),
        work=work,
    )


def known(found: Medium, name: str) -> Known:
    """Return what a medium says of its device: by the bundle that runs, else by the other."""
    state = found.state
    run = running(state) if state else None
    order = (0, 1) if run in (None, 0) else (1, 0)
    floor = state.rollback_index if state else 0
    for slot in order:
        bundle = found.bundles[slot]
        if bundle:
            return Known(
                name=name,
                board=bundle.manifest.board,
                compatible=bundle.manifest.compatible,
                rollback_index=floor,
                says=f"the bundle in {on.boot(slot)}",
            )
    return Known(name=name, rollback_index=floor)


def _nowhere(name: str, what: Input, found: Medium | None) -> Plan:
    """There is no slot: the one check that says why."""
    if found is None:
        check = refused("table", "the partition table", "there is none on the medium", _WHOLE)
    else:
        message = "the partition misc has no right copy of it, and nobody may invent one"
        check = refused("misc", "the record of the slots", message, _WHOLE)
    return Plan(
        target=name, kind=what.kind.value, slot=None, checks=(check,), parts=(), work=_no_work
    )


def _no_work(_tell: Tell) -> Result:
    return Result(changed=False, read_back=False)


def _choose(state: Slots, wanted: str) -> _Choice:
    run = running(state)
    if wanted not in ("inactive", *SLOT_NAMES):
        raise InputError(f'no slot is called "{wanted}"', hint="there are: inactive, a, b")
    inactive = 0 if run is None else 1 - run
    slot = inactive if wanted == "inactive" else SLOT_NAMES.index(wanted)
    return _Choice(slot=slot, run=run, checks=tuple(_slot_checks(state, slot, run)))


def _has_it(device: BlockDevice, what: Input, found: Medium, options: Options) -> _Choice | None:
    """The slot that starts next, if nobody named one and these very bytes are in it already."""
    slot = slots_choose(found.state) if found.state else None
    at = on.extent(found.disk, on.boot(slot)) if slot is not None else None
    if options.slot != "inactive" or slot is None or at is None or what.size > at.size:
        return None
    source = FileSource.of(what.path)
    head = min(what.size, BLOCK * 8)  # the tree has all digests: few bundles go on from here
    if source.read(0, head) != device.read(at.offset, head):
        return None
    if not survey(device, Job(name="", at=at, source=source), lambda _event: None).unchanged:
        return None
    check = Check(
        name="slot",
        what="the slot to be written against the one that runs",
        outcome=Outcome.OK,
        found=f"{SLOT_NAMES[slot]}, which starts next, has it already",
    )
    return _Choice(slot=slot, run=None, checks=(check,))


def _slot_checks(state: Slots, slot: int, run: int | None) -> Iterator[Check]:
    name, what = "slot", "the slot to be written against the one that runs"
    mine, other = SLOT_NAMES[slot], SLOT_NAMES[1 - slot]
    if slot == run:
        found = f"slot {mine} was asked for, and slot {mine} runs"
        yield refused(name, what, found, f"write the other one: --slot {other}")
    elif state.slots[slot].successful and state.slots[slot].priority and _unproven(state, run):
        found = (
            f"slot {mine} is the only one that has said that it is well;"
            f" slot {other}, which runs, has not"
        )
        hint = f"wait for the heartbeat of slot {other}, or start the device once more"
        yield refused(name, what, found, hint)
    else:
        found = f"{mine} is written, {other if run is not None else 'none'} runs"
        yield Check(name=name, what=what, outcome=Outcome.OK, found=found)


def _unproven(state: Slots, run: int | None) -> bool:
    return run is None or not state.slots[run].successful


def _room(at: Extent | None, slot: int) -> Iterator[Check]:
    if at is None:
        found = f"there is no partition {on.boot(slot)}"
        yield refused("partition", "where the bundle goes", found, _WHOLE)


def _jobs(device: BlockDevice, what: Input, found: Medium, choice: _Choice) -> Iterator[Job]:
    """What goes into the slot: the bundle, and copies of what it lacks."""
    at = on.extent(found.disk, on.boot(choice.slot))
    assert at  # noqa: S101 - checked before
    yield Job(name=on.boot(choice.slot), at=at, source=FileSource.of(what.path))
    yield from _copies(device, found, choice, given={"boot"})


def _copies(device: BlockDevice, found: Medium, choice: _Choice, given: set[str]) -> Iterator[Job]:
    """The other partitions of the slot, from the slot that runs."""
    if choice.run is None:
        return
    mine, other = (f"_{SLOT_NAMES[slot]}" for slot in (choice.slot, choice.run))
    for partition in found.disk.partitions:
        stem = partition.name.removesuffix(mine)
        source = on.extent(found.disk, stem + other)
        at = on.extent(found.disk, partition.name)
        if partition.name.endswith(mine) and stem not in given and source and at:
            yield Job(name=partition.name, at=at, source=DeviceSource(device=device, at=source))


def _part(job: Job) -> PartPlan:
    return PartPlan(name=job.name, size=job.source.size, missing=job.missing, sha256=job.sha256)
