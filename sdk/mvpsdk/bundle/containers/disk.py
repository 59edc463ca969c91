# SPDX-License-Identifier: Apache-2.0
"""A whole disk: a partition table, boot control, the FIT in its slots, persona parts, user data.

It is written in one pass over each input, with holes where there is nothing, and takes the same
memory whatever the user data are.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk import disk
from mvpsdk.bundle.containers import Contained
from mvpsdk.bundle.disk_layout import rooms
from mvpsdk.errors import DiskError, Place
from mvpsdk.store import output

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mvpsdk.bundle.containers import Wanted
    from mvpsdk.bundle.disk_layout import Room
    from mvpsdk.bundle.spans import Progress
    from mvpsdk.disk import Disk

__all__ = ["TAKES", "contain"]

TAKES = frozenset({"userdata", "userdata_size", "both_slots", "parts", "sparse", "bmap"})


def contain(fit: Path, wanted: Wanted, progress: Progress | None) -> Contained:
    """Write the disk, and its sparse image and block map if they are wanted; all or none.

    Raises DiskError for what does not fit where it shall go, InputError or MissingToolError if a
    file can't be read or written.
    """
    with ExitStack() as files:
        planned, notes = rooms(fit, wanted, files)
        file = files.enter_context(output(wanted.output, sync=False))
        table = _write(file, planned, progress)
        if wanted.sparse:
            sparse = files.enter_context(output(wanted.sparse, sync=False))
            disk.write_sparse(file, table.size, sparse, list(_ranges(table, planned, holes=False)))
        if wanted.bmap:
            bmap = files.enter_context(output(wanted.bmap))
            disk.write_bmap(file, table.size, bmap, lambda: _ranges(table, planned, holes=True))
    return Contained(size=table.size, notes=notes)


def _write(file: BinaryIO, planned: Sequence[Room], progress: Progress | None) -> Disk:
    """Write what goes into the partitions, then the table, whose identifiers come from that."""
    parts = [disk.Wanted(name=room.name, type=room.type, size=room.size) for room in planned]
    places = disk.plan(parts, "")
    file.truncate(places.size)
    told = [f"{room.name} {room.type} {room.size}" for room in planned]
    for room, partition in zip(planned, places.partitions, strict=True):
        told.append(_copy(room, file, partition.offset, progress))
    table = disk.plan(parts, hashlib.sha256("\n".join(told).encode()).hexdigest())
    disk.write(file, table)
    return table


def _copy(room: Room, file: BinaryIO, at: int, progress: Progress | None) -> str:
    """Copy what goes into a partition; return a digest of it."""
    content = room.content
    if not content:
        return "empty"
    try:
        return disk.copy_runs(
            content.file, content.size, file, at, progress if content.given else None
        )
    except DiskError as error:
        place = Place(file=str(content.path))
        raise DiskError(error.message, place=place, hint=error.hint) from error


def _ranges(table: Disk, planned: Sequence[Room], *, holes: bool) -> Iterator[tuple[int, int]]:
    """The byte ranges whose bytes matter; what lies between them may be anything.

    holes: those of the user data are left out; a block map can't say that something is zero.
    """
    yield 0, table.first_usable * disk.BLOCK
    for room, partition in zip(planned, table.partitions, strict=True):
        content, at = room.content, partition.offset
        if content and room.holes and holes:
            for low, high in disk.data_ranges(content.file, 0, content.size):
                yield at + low, at + high
        elif content:
            yield at, at + content.size
    yield (table.last_usable + 1) * disk.BLOCK, table.size
