# SPDX-License-Identifier: Apache-2.0
"""What is looked at before a disk image goes onto a medium."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk import disk
from mvpsdk.core.facade import SLOT_NAMES, slots_choose
from mvpsdk.errors import DiskError
from mvpsdk.flash import medium as on
from mvpsdk.flash.blocks import Extent, FileBlocks, Window
from mvpsdk.flash.copying import CHUNK
from mvpsdk.flash.model import Check, Outcome
from mvpsdk.flash.preflight import Known, judge, refused
from mvpsdk.flash.slot import known
from mvpsdk.units import describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.disk import Disk
    from mvpsdk.flash.blocks import BlockDevice
    from mvpsdk.flash.image import DiskImage
    from mvpsdk.flash.medium import Medium
    from mvpsdk.flash.model import Options, Tell

__all__ = ["DiskVerdict", "judge_disk"]

_ANEW = "make it anew: mvpsdk bundle --container disk"


@dataclass(frozen=True, kw_only=True, slots=True)
class DiskVerdict:
    """What came of the checks of a disk image."""

    checks: tuple[Check, ...]
    table: Disk | None  # the image's; None: it has none


def judge_disk(
    device: BlockDevice, name: str, image: DiskImage, options: Options, tell: Tell
) -> DiskVerdict:
    """Look at an image and at a medium. Raises InputError if the image can't be read."""
    try:
        whole = Window(image, Extent(0, image.size))
        table = disk.read(BufferedReader(whole), image.path)
    except DiskError as error:
        check = refused("table", "the image's partition table", error.message, error.hint or _ANEW)
        return DiskVerdict(checks=(check,), table=None)
    found = on.look(image, str(image.path))
    there = on.look(device, name)
    checks = [*_table(table), *_room(device, image)]
    if found:
        checks += _record(found)
        checks += _bundles(image, found, _known(there, name, options), options, tell)
    return DiskVerdict(checks=tuple(checks), table=table)


def _known(there: Medium | None, name: str, options: Options) -> Known:
    """What the device is: by the file of its facts, else by what the medium holds now."""
    said = known(there, name) if there else Known(name=name)
    return replace(said, board="", compatible="") if options.device else said


def _table(table: Disk) -> Iterator[Check]:
    name, what = "table", "both copies of the image's partition table"
    if table.damage:
        yield refused(name, what, "; ".join(table.damage), _ANEW)
    else:
        yield _ok(name, what, f"{len(table.partitions)} partitions")


def _room(device: BlockDevice, image: DiskImage) -> Iterator[Check]:
    """Does it fit onto the medium, and where that is a file, onto its disk?"""
    name, what = "room", "the image against the medium"
    need, has = describe_size(image.size), describe_size(device.size)
    if isinstance(device, FileBlocks) and device.grows:
        data, free = sum(each.size for each in image.extents()), device.free
        found = f"{describe_size(data)} of data, {describe_size(free)} free beside the file"
        if data > free + device.stored:
            yield refused(name, what, found, "make room on that disk, or name another file")
        else:
            yield _ok(name, what, found)
    elif image.size > device.size:
        found = f"the image has {image.size} bytes ({need}), the medium {device.size} ({has})"
        yield refused(name, what, found, "take a larger medium, or make less user data")
    else:
        yield _ok(name, what, f"the image has {need}, the medium {has}")


def _record(found: Medium) -> Iterator[Check]:
    name, what = "misc", "the record of the slots, and what it says of each"
    state = found.state
    if state is None:
        yield refused(name, what, "the partition misc has no right copy of it", _ANEW)
        return
    chosen = slots_choose(state)
    if chosen is None:
        yield refused(name, what, "no slot of it starts", _ANEW)
    for slot, bundle in enumerate(found.bundles):
        told, may = state.slots[slot], bool(state.slots[slot].priority)
        if may and bundle is None:
            message = f"slot {SLOT_NAMES[slot]} may start, and {on.boot(slot)} has no whole bundle"
            yield refused(name, what, message, _ANEW)
        elif may and bundle and bundle.manifest.rollback_index != told.rollback_index:
            index = bundle.manifest.rollback_index
            message = f"{on.boot(slot)} has rollback index {index}, misc says {told.rollback_index}"
            yield refused(name, what, message, _ANEW)
    if chosen is not None:
        yield _ok(name, what, f"slot {SLOT_NAMES[chosen]} starts")


def _bundles(
    image: DiskImage, found: Medium, device: Known, options: Options, tell: Tell
) -> Iterator[Check]:
    """Verify each bundle, taken out to a file of its own, and hold it against the device."""
    blank = not device.board and not options.device
    for slot, bundle in enumerate(found.bundles):
        at = on.extent(found.disk, on.boot(slot))
        if bundle is None or at is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / on.boot(slot)
            with path.open("wb") as file:
                for start in range(0, bundle.size, CHUNK):
                    size = min(CHUNK, bundle.size - start)
                    file.write(image.read(at.offset + start, size))
            verdict = judge(path, device, (), options, tell)
        for check in verdict.checks:
            if not (blank and check.name == "device"):
                yield replace(check, name=f"{on.boot(slot)}: {check.name}")
    if blank:
        yield Check(
            name="device",
            what="what the device is",
            outcome=Outcome.NOT_CHECKED,
            found="the medium is blank, and no facts were named: --device FILE",
        )


def _ok(name: str, what: str, found: str) -> Check:
    return Check(name=name, what=what, outcome=Outcome.OK, found=found)
