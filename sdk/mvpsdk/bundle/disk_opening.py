# SPDX-License-Identifier: Apache-2.0
"""Opening a disk, or a sparse image of one: its slots are FITs, each where its partition begins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk import disk
from mvpsdk.bundle import fit_read
from mvpsdk.bundle.model import Boot, Contents, Part, Slot
from mvpsdk.bundle.packed import of_parts
from mvpsdk.core.facade import SLOT_NAMES, SLOTS_ROOM, slots_choose, slots_read
from mvpsdk.errors import BundleError
from mvpsdk.store import open_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.bundle.spans import Span
    from mvpsdk.core.facade import Slots
    from mvpsdk.disk import Disk, Partition

__all__ = ["open_disk"]

_KINDS = {
    disk.TYPE_MISC: "boot control",
    disk.TYPE_PERSONA: "persona part",
    disk.TYPE_LINUX: "user data",
}


def open_disk(file: BinaryIO, whole: Span) -> Contents | None:
    """Return what is on a disk, or in a sparse image of one; None if the file is neither.

    Raises DiskError if its table can't be used, or the sparse image is damaged; InputError or
    OSError if it can't be read.
    """
    file.seek(0)
    if not disk.is_sparse(file.read(4)):
        return _open(file, whole)
    assert whole.path  # noqa: S101 - it was opened by its path
    index = disk.read_sparse(file, whole.path)
    with index.over(open_input(whole.path)) as view:
        return _open(view, replace(whole, size=index.size, index=index))


def _open(file: BinaryIO, whole: Span) -> Contents | None:
    file.seek(0)
    if not disk.is_disk(file.read(disk.HEAD)):
        return None
    assert whole.path  # noqa: S101 - it was opened by its path
    table = disk.read(file, whole.path)
    state = _state(table, whole)
    chosen = None if state is None else slots_choose(state)
    boot = Boot(
        disk=table,
        slots=tuple(_slots(file, table, whole)),
        state=state,
        active="" if chosen is None else SLOT_NAMES[chosen],
        sparse=whole.index is not None,
    )
    slot = boot.slot(boot.active)
    active = slot.contents if slot else None
    return Contents(
        path=whole.path,
        kind="disk",
        size=whole.size,
        parts=tuple(_parts(boot, whole)),
        images=tuple(part for each in boot.slots for part in _named(each, "images")),
        manifest=active.manifest if active else None,
        pack=active.pack if active else None,
        verdict=active.verdict if active else None,
        boot=boot,
    )


def _state(table: Disk, whole: Span) -> Slots | None:
    misc = table.find("misc")
    if misc is None or misc.size < SLOTS_ROOM:
        return None
    return slots_read(whole.part(misc.offset, SLOTS_ROOM).read())


def _slots(file: BinaryIO, table: Disk, whole: Span) -> Iterator[Slot]:
    for name in SLOT_NAMES:
        partition = table.find(f"boot_{name}")
        if partition:
            yield _slot(file, name, partition, whole)


def _slot(file: BinaryIO, name: str, partition: Partition, whole: Span) -> Slot:
    """Look at what is in a slot. What can't be read in one says nothing of the other."""
    file.seek(partition.offset)
    head = file.read(disk.BLOCK)
    span = whole.part(partition.offset, partition.size)
    contents, fault = None, ""
    if head.startswith(fit_read.MAGIC):
        try:
            contents = _fit(file, span)
        except BundleError as error:
            fault = error.message
    elif any(head):
        fault = f"no FIT: it begins with {head[:8].hex(' ')}"
    return Slot(name=name, partition=partition.name, span=span, contents=contents, fault=fault)


def _fit(file: BinaryIO, slot: Span) -> Contents:
    """The FIT in a slot; its size is its own, not that of the slot."""
    assert slot.path  # noqa: S101 - of a file
    found = fit_read.read(file, slot)
    return of_parts(slot.path, found.size, found.parts)


def _parts(boot: Boot, whole: Span) -> Iterator[Part]:
    """What is in the partitions; slots are told part by part, and as the FIT that they hold."""
    slots = {slot.partition: slot for slot in boot.slots}
    for partition in boot.disk.partitions:
        slot = slots.get(partition.name)
        if not slot:
            kind = _KINDS.get(partition.type, "partition")
            span = whole.part(partition.offset, partition.size)
            yield Part(name=partition.name, kind=kind, span=span)
        elif slot.contents:
            span = whole.part(partition.offset, slot.contents.size)
            yield Part(name=f"{partition.name}.itb", kind="fit", span=span)
            yield from _named(slot, "parts")


def _named(slot: Slot, what: str) -> Iterator[Part]:
    """Parts or images of a slot, under its name."""
    found: tuple[Part, ...] = getattr(slot.contents, what) if slot.contents else ()
    for part in found:
        yield replace(part, name=f"{slot.partition}/{part.name}")
