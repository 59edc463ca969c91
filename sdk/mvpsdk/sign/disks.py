# SPDX-License-Identifier: Apache-2.0
"""Verifying a disk, or a sparse image of one: its table, boot control, every slot that is filled.

User data are what they are: nobody signs them, and nothing of a device that starts depends on them.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk import bundle, disk
from mvpsdk.core.facade import PART_HEAD, SLOT_NAMES, part_read
from mvpsdk.errors import BundleError, DiskError
from mvpsdk.sign.report import Report, judged
from mvpsdk.store.output import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mvpsdk.bundle import Boot, Manifest, Slot
    from mvpsdk.bundle.spans import Span
    from mvpsdk.disk import Disk
    from mvpsdk.sign.report import Check
    from mvpsdk.sign.verifying import Wanted

__all__ = ["verify_disk"]

_AGAIN = "copy the file again, or make the disk again: mvpsdk bundle --container disk"
_RECORDS = 440  # bytes of a master boot record before its own: a program of a PC's
_PRIMARY, _BACKUP = 34, 33  # blocks of a table with 128 entries: UEFI 2.10, 5.3.1
_MOST_OF_TABLE = 64 << 20  # bytes: they are held in memory
_CONTROL = "flash a slot: mvpsdk flash writes boot control too"


def verify_disk(
    path: Path, wanted: Wanted, progress: Callable[[int], None] | None = None
) -> Report:
    """Check a disk, and say of each check what it found; names begin with the slot's.

    Raises InputError if the file can't be read; that it is damaged is a refusal.
    """
    try:
        boot = bundle.open(path).boot
        why = "it is the sparse image of something else than a disk"
    except (BundleError, DiskError) as error:
        boot, why = None, error.message
    if not boot:
        refused = _check("container", "the disk's partition table", found=why, ok=False)
        return Report(path=path, checks=(refused,), manifest=None)
    checks = [*_table(boot), *_unclaimed(boot), *_control(boot)]
    manifest = None
    for slot in boot.slots:
        found, said = _slot(path, boot, slot, wanted, progress)
        checks += found
        manifest = said if slot.name == boot.active else manifest
    return Report(path=path, checks=tuple(checks), manifest=manifest)


def _table(boot: Boot) -> Iterator[Check]:
    what = "both copies of the partition table"
    for damage in boot.disk.damage:
        yield _check("container", what, found=damage, ok=False)
    if not boot.disk.damage:
        yield _check("container", what, found=f"{len(boot.disk.partitions)} partitions")


def _unclaimed(boot: Boot) -> Iterator[Check]:
    """What lies in no partition and is no table goes onto a medium with the rest.

    Chips start from there: a boot loader in it would be one that nobody has signed.
    """
    what = "bytes that are neither of a partition nor of the table"
    ends = (boot.disk.first_usable, boot.disk.blocks - boot.disk.last_usable)
    if max(ends) * disk.BLOCK > _MOST_OF_TABLE:
        found = f"a table and what is beside it take {max(ends)} blocks"
        yield _check("container", what, found=found, ok=False)
    for span in [slot.span for slot in boot.slots[:1]]:
        for at in _strange(span, boot.disk):
            yield _check("container", what, found=f"there are some at byte {at}", ok=False)


def _strange(whole: Span, table: Disk) -> Iterator[int]:
    """Of each gap, where something in it begins. Raises InputError if it can't be read."""
    assert whole.path  # noqa: S101 - a disk is a file
    with whole.open() as file:
        try:
            for low, high in _gaps(table):
                yield from (at for at, _ in islice(disk.nonzero(file, low, high), 1))
        except OSError as error:
            raise unreadable(whole.path, error) from error


def _gaps(table: Disk) -> Iterator[tuple[int, int]]:
    """Half-open ranges of bytes: between partitions, before them all, and behind them."""
    yield 0, _RECORDS
    at = _PRIMARY
    for each in sorted(table.partitions, key=lambda each: each.first):
        if at < each.first:
            yield at * disk.BLOCK, each.first * disk.BLOCK
        at = each.last + 1
    if at < table.blocks - _BACKUP:
        yield at * disk.BLOCK, (table.blocks - _BACKUP) * disk.BLOCK


def _control(boot: Boot) -> Iterator[Check]:
    name, what = "boot control", "the state in misc, and the slot that it starts"
    if not boot.state:
        yield _check(name, what, found="no copy in misc is right", ok=False)
    elif not boot.active:
        yield _check(name, what, found="it lets no slot start", ok=False, hint=_CONTROL)
    else:
        yield _check(name, what, found=f"starts boot_{boot.active}")


def _slot(
    path: Path,
    boot: Boot,
    slot: Slot,
    wanted: Wanted,
    progress: Callable[[int], None] | None,
) -> tuple[list[Check], Manifest | None]:
    if slot.empty:
        ok = slot.name != boot.active
        what = "the slot against boot control"
        return [_check(slot.partition, what, found="empty", ok=ok, hint=_CONTROL)], None
    from mvpsdk.sign.verifying import verify  # which imports this

    report = verify(path, wanted, whole=slot.span, progress=progress)
    checks = [replace(each, name=f"{slot.partition} {each.name}") for each in report.checks]
    checks += _personas(path, boot, slot)
    if boot.state and report.manifest:
        state = boot.state.slots[SLOT_NAMES.index(slot.name)]
        checks += _index(slot, state.rollback_index, boot.state.rollback_index, report.manifest)
    return checks, report.manifest


def _personas(path: Path, boot: Boot, slot: Slot) -> Iterator[Check]:
    """The parts of personas beside a bundle, each by the hypervisor's own check."""
    pack = slot.contents.pack if slot.contents else None
    for row in pack.delegates if pack else ():
        assert pack  # noqa: S101 - it has rows
        name = f"{pack.partitions[row.partition].name}_{slot.name}"
        partition = boot.disk.find(name)
        what = "the persona's part that the bundle delegates"
        if not partition:
            yield _check(name, what, found="there is no such partition", ok=False)
            continue
        span = replace(slot.span, offset=partition.offset, size=partition.size)
        head = span.part(0, min(span.size, PART_HEAD)).read()
        if not any(head[: disk.BLOCK]):
            yield _check(name, what, found="empty: the persona does not start")
            continue
        try:
            size = part_read(head)[0].total_size
            if size > span.size:
                found = f"it says {size} bytes, the partition has {span.size}"
                yield _check(name, what, found=found, ok=False)
                continue
            for each in _part(path, span.part(0, size), slot):
                yield replace(each, name=f"{name} {each.name}")
        except BundleError as error:
            yield _check(name, what, found=error.message, ok=False)


def _part(path: Path, span: Span, slot: Slot) -> tuple[Check, ...]:
    """Judge a part, taken out of its partition into a file of its own."""
    from mvpsdk.sign.persona import verify_part

    with tempfile.TemporaryDirectory(prefix="mvpsdk-verify-") as folder:
        alone = Path(folder) / path.name
        with alone.open("wb") as file:
            for piece in span.chunks():
                file.write(piece)
        return verify_part(alone, bundle=slot.contents).checks


def _index(slot: Slot, kept: int, floor: int, manifest: Manifest) -> Iterator[Check]:
    """What boot control says of a slot must be what is in it, or the floor would not rise."""
    name = f"{slot.partition} rollback index"
    index = manifest.rollback_index
    found = f"bundle {index}, boot control {kept}"
    what = "the bundle's against what boot control says of the slot"
    yield _check(name, what, found=found, ok=kept == index, hint=_CONTROL)
    what = "the bundle's against the floor in misc"
    found = f"{index}, the floor is {floor}"
    yield _check(name, what, found=found, ok=index >= floor, hint="flash a later bundle")


def _check(name: str, what: str, *, found: str, ok: bool = True, hint: str = _AGAIN) -> Check:
    return judged(name, what, ok=ok, found=found, hint=hint)
