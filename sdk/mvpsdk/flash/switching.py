# SPDX-License-Identifier: Apache-2.0
"""A slot is written so that a power cut at any block leaves a device that starts.

1. The slot is marked not bootable: one block of `misc`, flushed. The other slot starts.
2. Its parts are written, flushed.
3. All of them are read back and compared.
4. The slot is marked bootable, before the other one: one block of `misc`, flushed.

What the marks are and which copy of them counts is the core's to say (include/mvp/slots.h), for
this, for the boot script and for the firmware alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.core.facade import (
    SLOT_NAMES,
    SLOTS_ROOM,
    slots_choose,
    slots_flash,
    slots_read,
    slots_refuse,
    slots_write,
)
from mvpsdk.errors import CheckFailed
from mvpsdk.flash.copying import read_back, write
from mvpsdk.flash.model import Event, Step

if TYPE_CHECKING:
    from mvpsdk.core.facade import Slots
    from mvpsdk.flash.blocks import BlockDevice, Extent
    from mvpsdk.flash.copying import Job
    from mvpsdk.flash.model import Tell

__all__ = ["SlotJob", "done_already", "read_slots", "running", "write_slot"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotJob:
    """What goes into a slot: jobs that were surveyed, and what `misc` shall say of it."""

    slot: int  # number of the slot: 0 is a
    misc: Extent  # the partition
    jobs: tuple[Job, ...]
    rollback_index: int


def read_slots(device: BlockDevice, misc: Extent) -> Slots:
    """Return what `misc` says. Raises CheckFailed if neither of its copies is right."""
    state = slots_read(device.read(misc.offset, min(misc.size, SLOTS_ROOM)))
    if state is None:
        raise CheckFailed(
            "neither copy of the slots' record in the partition misc is right",
            hint="nobody may invent one: write a whole disk image, made with --container disk",
        )
    return state


def running(state: Slots) -> int | None:
    """Return the slot that runs: the one started last, else the one that would be; None: none."""
    if state.booted is not None and state.slots[state.booted].priority:
        return state.booted
    return slots_choose(state)


def done_already(state: Slots, job: SlotJob) -> bool:
    """Whether everything is there, and the slot is the next to start."""
    chosen = slots_choose(state) == job.slot
    same = state.slots[job.slot].rollback_index == job.rollback_index
    return chosen and same and all(each.unchanged for each in job.jobs)


def write_slot(device: BlockDevice, job: SlotJob, tell: Tell) -> bool:
    """Write a slot in the order that the module tells; return whether anything was to be done.

    Whatever is raised on the way leaves the slot marked not bootable.

    Raises RefusedError if the medium fails or keeps something else than was written.
    """
    state = read_slots(device, job.misc)
    if done_already(state, job):
        return False
    if not all(each.unchanged for each in job.jobs):
        state = _mark(device, job, slots_refuse(state, job.slot), state)
        tell(Event(step=Step.MARK_BAD, part=f"slot {SLOT_NAMES[job.slot]}"))
        for each in job.jobs:
            write(device, each, tell)
        device.flush()
    for each in job.jobs:
        read_back(device, each, tell)
    _mark(device, job, slots_flash(state, job.slot, rollback_index=job.rollback_index), state)
    tell(Event(step=Step.MARK_GOOD, part=f"slot {SLOT_NAMES[job.slot]}"))
    return True


def _mark(device: BlockDevice, job: SlotJob, state: Slots, before: Slots) -> Slots:
    """Write one block of `misc` and wait for it, unless nothing changes."""
    if state == before:
        return before
    block = slots_write(state)
    device.write(job.misc.offset + block.offset, block.data)
    device.flush()
    return block.state
