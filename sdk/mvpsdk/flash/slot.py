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
from mvpsdk.flash import medium as on
from mvpsdk.flash.blocks import BLOCK, Extent
from mvpsdk.flash.checks import check_slot, passed, refused
from mvpsdk.flash.copying import DeviceSource, FileSource, Job, survey
from mvpsdk.flash.model import Outcome, PartPlan, Plan, Result
from mvpsdk.flash.part_checks import judge_copies
from mvpsdk.flash.preflight import Known, judge
from mvpsdk.flash.switching import SlotJob, running, write_slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.core.facade import Slots
    from mvpsdk.flash.blocks import BlockDevice
    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.medium import Medium
    from mvpsdk.flash.model import Check, Options, Tell

__all__ = [
    "Choice",
    "Filling",
    "choose",
    "known",
    "nowhere",
    "partition",
    "plan_slot",
    "planned",
]

_WHOLE = "write a whole disk image, made with mvpsdk bundle --container disk"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The slot that is written, and the one that runs."""

    slot: int
    run: int | None  # None: none may start
    checks: tuple[Check, ...]


def plan_slot(device: BlockDevice, name: str, what: Input, options: Options, tell: Tell) -> Plan:
    """Hold a bundle against a medium. Raises InputError for a slot that is none."""
    found = on.look(device, name)
    if found is None or found.state is None:
        return nowhere(name, what, found)
    choice = choose(device, what, found, options, "boot")
    at = on.extent(found.disk, on.boot(choice.slot))
    room = [Partition(name=on.boot(choice.slot), size=at.size)] if at else []
    verdict = judge(what.path, known(found, name), room, options, tell, size=what.size)
    checks = [*choice.checks, *partition(at, on.boot(choice.slot)), *verdict.checks]
    if all(check.outcome is not Outcome.REFUSED for check in verdict.checks):
        checks += judge_copies(device, found, choice.run, what.path, tell)
    index = verdict.manifest.rollback_index if verdict.manifest else 0
    return planned(
        device,
        Filling(name=name, what=what, found=found, choice=choice, stem="boot", index=index),
        checks,
        tell,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """What goes into which slot, once it is known."""

    name: str  # of the medium
    what: Input
    found: Medium
    choice: Choice
    stem: str  # of the partition that the input goes into: "boot", or a persona's name
    index: int  # the rollback index of the slot


def planned(device: BlockDevice, filling: Filling, checks: Sequence[Check], tell: Tell) -> Plan:
    """Return the plan for a slot: of what goes into it, if nothing speaks against it."""
    jobs: tuple[Job, ...] = ()
    if all(check.outcome is not Outcome.REFUSED for check in checks):
        jobs = tuple(survey(device, job, tell) for job in _jobs(device, filling))
        filling.what.hold_still()
    misc = on.extent(filling.found.disk, on.MISC)
    slot = filling.choice.slot

    def work(tell: Tell) -> Result:
        assert misc  # noqa: S101 - its record was read
        slot_job = SlotJob(slot=slot, misc=misc, jobs=jobs, rollback_index=filling.index)
        return Result(changed=write_slot(device, slot_job, tell), read_back=True)

    return Plan(
        target=filling.name,
        kind=filling.what.kind.value,
        slot=SLOT_NAMES[slot],
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


def nowhere(name: str, what: Input, found: Medium | None) -> Plan:
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


def choose(device: BlockDevice, what: Input, found: Medium, options: Options, stem: str) -> Choice:
    """Return the slot that is written: the named one, or the one that does not run.

    stem: of the partition that the input goes into. Raises InputError for a slot that is none.
    """
    assert found.state  # noqa: S101 - whoever asks has looked
    check_slot(options.slot)
    if options.slot == "inactive" and _has_it(device, what, found, stem):
        return _done(found.state)
    run = running(found.state)
    inactive = 0 if run is None else 1 - run
    slot = inactive if options.slot == "inactive" else SLOT_NAMES.index(options.slot)
    return Choice(slot=slot, run=run, checks=tuple(_slot_checks(found.state, slot, run)))


def _has_it(device: BlockDevice, what: Input, found: Medium, stem: str) -> bool:
    """Whether these very bytes are in the slot that starts next."""
    slot = slots_choose(found.state) if found.state else None
    at = on.extent(found.disk, f"{stem}_{SLOT_NAMES[slot]}") if slot is not None else None
    if at is None or what.size > at.size:
        return False
    source = FileSource.of(what.path)
    head = min(what.size, BLOCK * 8)  # it has all digests: few files go on from here
    if source.read(0, head) != device.read(at.offset, head):
        return False
    return survey(device, Job(name="", at=at, source=source), lambda _event: None).unchanged


def _done(state: Slots) -> Choice:
    slot = slots_choose(state)
    assert slot is not None  # noqa: S101 - it has what is flashed
    found = f"{SLOT_NAMES[slot]}, which starts next, has it already"
    check = passed("slot", "the slot to be written against the one that runs", found)
    return Choice(slot=slot, run=None, checks=(check,))


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
        yield passed(name, what, found)


def _unproven(state: Slots, run: int | None) -> bool:
    return run is None or not state.slots[run].successful


def partition(at: Extent | None, name: str) -> Iterator[Check]:
    """Yield a refusal if there is no such partition."""
    if at is None:
        found = f"there is no partition {name}"
        yield refused("partition", "where it goes", found, _WHOLE)


def _jobs(device: BlockDevice, filling: Filling) -> Iterator[Job]:
    """What goes into the slot: the input, and from the slot that runs, what that is not."""
    slot, run = filling.choice.slot, filling.choice.run
    name = f"{filling.stem}_{SLOT_NAMES[slot]}"
    at = on.extent(filling.found.disk, name)
    assert at  # noqa: S101 - checked before
    yield Job(name=name, at=at, source=FileSource.of(filling.what.path))
    if run is None:
        return
    for each in filling.found.disk.partitions:
        stem, mark, end = each.name.rpartition("_")
        source = on.extent(filling.found.disk, f"{stem}_{SLOT_NAMES[run]}")
        if mark and end == SLOT_NAMES[slot] and stem != filling.stem and source:
            bundle = filling.found.bundles[run] if stem == "boot" else None
            size = bundle.size if bundle else source.size
            copied = DeviceSource(device=device, at=Extent(source.offset, size))
            yield Job(name=each.name, at=Extent(each.offset, each.size), source=copied)


def _part(job: Job) -> PartPlan:
    return PartPlan(name=job.name, size=job.source.size, missing=job.missing, sha256=job.sha256)
