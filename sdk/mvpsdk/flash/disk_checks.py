# SPDX-License-Identifier: Apache-2.0
"""What is looked at before a disk image goes onto a medium."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mvpsdk.flash import medium as on
from mvpsdk.flash.blocks import FileBlocks
from mvpsdk.flash.checks import passed, refused
from mvpsdk.flash.model import Check, Outcome
from mvpsdk.flash.preflight import Known, judge
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


@dataclass(frozen=True, kw_only=True, slots=True)
class DiskVerdict:
    """What came of the checks of a disk image."""

    checks: tuple[Check, ...]
    table: Disk | None  # the image's; None: it has none


def judge_disk(
    device: BlockDevice, name: str, image: DiskImage, options: Options, tell: Tell
) -> DiskVerdict:
    """Look at an image and at a medium. Raises InputError if the image can't be read."""
    has = _known(on.look(device, name), name, options)
    found = on.look(image, str(image.path))
    size = sum(each.size for each in (found.bundles if found else ()) if each)
    verdict = judge(image.path, has, (), options, tell, size=size)
    checks = [*_room(device, image), *verdict.checks]
    if not has.board and not options.device:
        checks = [check for check in checks if check.name != "device"]
        checks.append(
            Check(
                name="device",
                what="what the device is",
                outcome=Outcome.NOT_CHECKED,
                found="the medium is blank, and no facts were named: --device FILE",
            )
        )
    return DiskVerdict(checks=tuple(checks), table=found.disk if found else None)


def _known(there: Medium | None, name: str, options: Options) -> Known:
    """What the device is: by the file of its facts, else by what the medium holds now."""
    said = known(there, name) if there else Known(name=name)
    return replace(said, board="", compatible="") if options.device else said


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
            yield passed(name, what, found)
    elif image.size > device.size:
        found = f"the image has {image.size} bytes ({need}), the medium {device.size} ({has})"
        yield refused(name, what, found, "take a larger medium, or make less user data")
    else:
        yield passed(name, what, f"the image has {need}, the medium {has}")
