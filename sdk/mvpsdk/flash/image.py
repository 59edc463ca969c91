# SPDX-License-Identifier: Apache-2.0
"""A disk image as a source: what in it is bytes, what is zeros, and what is of no matter.

Holes of a raw image are zeros, and a medium must have zeros there; what a sparse image skips may
stay as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.disk.runs import data_ranges, whole_grains
from mvpsdk.disk.sparse import is_sparse
from mvpsdk.disk.sparse_read import read_sparse
from mvpsdk.errors import InputError, Place
from mvpsdk.flash.blocks import BLOCK, Extent
from mvpsdk.store import open_input
from mvpsdk.store.output import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mvpsdk.disk.sparse_read import SparseIndex

__all__ = ["DiskImage", "clipped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DiskImage:
    """A raw or a sparse image; it can be read as a medium is, and is never written."""

    path: Path
    size: int  # bytes of the disk
    index: SparseIndex | None  # None: it is raw
    data: tuple[Extent, ...]
    blank: tuple[Extent, ...]

    @classmethod
    def of(cls, path: Path) -> DiskImage:
        """Look where an image has what. Raises InputError if it can't be read or is damaged."""
        with open_input(path) as file:
            try:
                index = read_sparse(file, path) if is_sparse(file.read(BLOCK)) else None
                disk = index.over(file) if index else file
                size = index.size if index else file.seek(0, 2)
                ranges = whole_grains(data_ranges(disk, 0, size), size)
                data = tuple(Extent(low, high - low) for low, high in ranges)
            except OSError as error:
                raise unreadable(path, error) from error
        free = index.free_ranges() if index else ()
        whole = (*data, *(Extent(low, high - low) for low, high in free))
        return cls(path=path, size=size, index=index, data=data, blank=tuple(_between(whole, size)))

    def extents(self) -> tuple[Extent, ...]:
        """What has bytes."""
        return self.data

    def zeros(self) -> tuple[Extent, ...]:
        """What must be zero."""
        return self.blank

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes, fewer only where the disk ends. Raises InputError."""
        with open_input(self.path) as file:
            try:
                disk: BinaryIO = self.index.over(file) if self.index else file
                disk.seek(offset)
                data = disk.read(size)
            except OSError as error:
                raise unreadable(self.path, error) from error
        if len(data) < min(size, self.size - offset):
            message = f"the file has become shorter: {len(data)} of {size} bytes at {offset}"
            hint = "leave it alone and run this again"
            raise InputError(message, place=Place(file=str(self.path)), hint=hint)
        return data

    def write(self, offset: int, data: bytes) -> None:
        """Refuse: it is a source."""
        raise NotImplementedError(f"{len(data)} bytes at {offset}: an image is not written")

    def flush(self) -> None:
        """There is nothing to be flushed."""


def clipped(extents: tuple[Extent, ...], within: Extent) -> Iterator[Extent]:
    """What of extents lies within another one."""
    for extent in extents:
        low, high = max(extent.offset, within.offset), min(extent.end, within.end)
        if low < high:
            yield Extent(low, high - low)


def _between(extents: tuple[Extent, ...], size: int) -> Iterator[Extent]:
    """What lies between extents, and behind the last."""
    at = 0
    for extent in sorted(extents):
        if extent.offset > at:
            yield Extent(at, extent.offset - at)
        at = max(at, extent.end)
    if at < size:
        yield Extent(at, size - at)
