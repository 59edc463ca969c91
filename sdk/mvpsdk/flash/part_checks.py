# SPDX-License-Identifier: Apache-2.0
"""Whether personas' parts fit a bundle: the one that is flashed, and those that are copied."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk import bundle
from mvpsdk.core.facade import PART_HEAD, PART_MAGIC, SLOT_NAMES, part_read
from mvpsdk.errors import BundleError
from mvpsdk.flash import medium as on
from mvpsdk.flash.blocks import Extent
from mvpsdk.flash.checks import refused, verified
from mvpsdk.flash.model import Event, Outcome, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mvpsdk.bundle import Contents
    from mvpsdk.flash.blocks import BlockDevice
    from mvpsdk.flash.medium import Medium
    from mvpsdk.flash.model import Check, Tell

__all__ = ["judge_copies", "judge_part"]


def judge_part(contents: Contents, maker: Contents, where: str, tell: Tell) -> Iterator[Check]:
    """Yield the hypervisor's own judgement of a part, by a bundle's pack.

    where: the bundle stands, for people.
    """
    from mvpsdk import sign

    name, size = contents.path.name, contents.size
    try:
        report = sign.verify_part(
            contents.path,
            bundle=maker,
            progress=lambda done: tell(Event(step=Step.VERIFY, part=name, amount=done, total=size)),
        )
    except BundleError as error:
        message = f"{where}: {error.message}"
        yield refused("part", "the part against the bundle", message, error.hint)
        return
    for check in report.checks:
        found = verified(check)
        yield replace(found, what=f"{check.what}, {where}") if check.name == "part" else found


def judge_copies(
    device: BlockDevice, found: Medium, run: int | None, path: Path, tell: Tell
) -> Iterator[Check]:
    """Yield whether the parts in the slot that runs fit a bundle that is flashed beside them."""
    maker = bundle.open(path)
    pack = maker.pack
    for row in pack.delegates if pack and run is not None else ():
        assert pack  # noqa: S101 - it has delegates
        assert run is not None  # noqa: S101 - as above
        persona = pack.partitions[row.partition].name
        name = f"{persona}_{SLOT_NAMES[run]}"
        at = on.extent(found.disk, name)
        if at is None:
            message = f"the bundle wants a partition for it, and there is no {name}"
            hint = "write a whole disk image, made with mvpsdk bundle --container disk"
            yield refused(f"persona {persona}", "its partition", message, hint)
            continue
        head = device.read(at.offset, PART_HEAD)
        if not head.startswith(PART_MAGIC):
            continue  # nothing was flashed there yet, and nothing will be
        size = min(part_read(head)[0].total_size, at.size)
        with on.taken_out(device, Extent(at.offset, size)) as taken:
            for check in judge_part(bundle.open(taken), maker, path.name, tell):
                yield _named(check, name)


def _named(check: Check, name: str) -> Check:
    hint = "its vendor must make one that fits this bundle; flash that with it on a disk image"
    told = hint if check.outcome is Outcome.REFUSED else ""
    return replace(check, name=f"{name}: {check.name}", hint=told)
