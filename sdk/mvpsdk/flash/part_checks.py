# SPDX-License-Identifier: Apache-2.0
"""Whether personas' parts fit a bundle: the one that is flashed, and those that are copied."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk import bundle
from mvpsdk.core.facade import PART_HEAD, PART_MAGIC, SLOT_NAMES, part_read
from mvpsdk.errors import BundleError
from mvpsdk.flash import medium as on
from mvpsdk.flash.blocks import Extent
from mvpsdk.flash.checks import refused, verified
from mvpsdk.flash.model import Check, Event, Outcome, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mvpsdk.bundle import Contents
    from mvpsdk.flash.blocks import BlockDevice
    from mvpsdk.flash.medium import Medium
    from mvpsdk.flash.model import Tell

__all__ = ["judge_copies", "judge_part"]


def judge_part(path: Path, maker: Contents, where: str, tell: Tell) -> Iterator[Check]:
    """Yield the hypervisor's own judgement of a part, by a bundle's pack.

    where: the bundle stands, for people.
    """
    from mvpsdk import sign

    name, size = path.name, path.stat().st_size
    try:
        report = sign.verify_part(
            path,
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
    """Yield whether the parts in the slot that runs fit a bundle that is flashed beside them.

    They go with it into its slot. One that does not start now is no reason to refuse the bundle.
    """
    if run is None:
        return
    maker = bundle.open(path)
    for persona in _delegated(maker):
        name = f"{persona}_{SLOT_NAMES[run]}"
        at = on.extent(found.disk, name)
        if at is None:
            message = f"the bundle wants a partition for it, and there is no {name}"
            hint = "write a whole disk image, made with mvpsdk bundle --container disk"
            yield refused(f"persona {persona}", "its partition", message, hint)
        elif device.read(at.offset, len(PART_MAGIC)) == PART_MAGIC:  # else none was flashed yet
            with on.taken_out(device, _part_at(device, at)) as taken:
                checks = tuple(judge_part(taken, maker, path.name, tell))
                if not _fits(checks) and not _starts_now(device, found, run, taken, tell):
                    yield _dead(name)
                else:
                    yield from (_named(check, name) for check in checks)


def _delegated(maker: Contents) -> tuple[str, ...]:
    """Names of the personas that come in parts of their own."""
    pack = maker.pack
    return tuple(pack.partitions[row.partition].name for row in pack.delegates) if pack else ()


def _part_at(device: BlockDevice, at: Extent) -> Extent:
    """Where a part lies, by what it says of its size; all of the partition if that is damaged."""
    with suppress(BundleError):
        size = part_read(device.read(at.offset, PART_HEAD))[0].total_size
        return Extent(at.offset, min(size, at.size))
    return at


def _fits(checks: Iterable[Check]) -> bool:
    return all(check.outcome is not Outcome.REFUSED for check in checks)


def _starts_now(device: BlockDevice, found: Medium, run: int, part: Path, tell: Tell) -> bool:
    """Whether the bundle in the slot that runs takes a part."""
    at, held = on.extent(found.disk, on.boot(run)), found.bundles[run]
    if not at or not held:
        return False
    with on.taken_out(device, Extent(at.offset, held.size)) as running:
        return _fits(judge_part(part, bundle.open(running), on.boot(run), tell))


def _dead(name: str) -> Check:
    return Check(
        name=f"{name}: part",
        what="the part in the slot that runs, which goes with the bundle",
        outcome=Outcome.NOT_CHECKED,
        found="the bundle that runs refuses it, too; it does not start now either: flash another",
    )


def _named(check: Check, name: str) -> Check:
    hint = "its vendor must make one that fits this bundle; flash that with it on a disk image"
    told = hint if check.outcome is Outcome.REFUSED else ""
    return replace(check, name=f"{name}: {check.name}", hint=told)
