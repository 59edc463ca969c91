# SPDX-License-Identifier: Apache-2.0
"""Bytes from a source to a medium: what differs is found, written, read back.

What is already there is not written again, so an interrupted flash goes on where it was, and
there is no file that says where: the medium itself does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from mvpsdk.errors import InputError, Place, RefusedError
from mvpsdk.flash.blocks import BLOCK, Extent, is_zero
from mvpsdk.flash.model import Event, Step
from mvpsdk.store import open_input
from mvpsdk.store.output import unreadable
from mvpsdk.units import MIB, align_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mvpsdk.flash.blocks import BlockDevice
    from mvpsdk.flash.model import Tell

__all__ = [
    "CHUNK",
    "DeviceSource",
    "FileSource",
    "Job",
    "Source",
    "hold_back",
    "read_back",
    "survey",
    "unkept",
    "write",
]

CHUNK = MIB
"""Bytes that are compared and written at once."""


class Source(Protocol):
    """What shall stand on a medium."""

    @property
    def size(self) -> int:
        """From its first byte to its last."""
        ...

    def extents(self) -> Iterable[Extent]:
        """Tell which bytes are read, in rising order."""
        ...

    def zeros(self) -> Iterable[Extent]:
        """Tell which bytes must be zero and need not be read; of the rest none matters."""
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class FileSource:
    """A file, or the part of it from `offset` on."""

    path: Path
    size: int
    offset: int = 0

    @classmethod
    def of(cls, path: Path) -> FileSource:
        """Return a whole file. Raises InputError if it can't be read."""
        with open_input(path) as file:
            return cls(path=path, size=file.seek(0, 2))

    def extents(self) -> Iterable[Extent]:
        """All of it."""
        return (Extent(0, self.size),)

    def zeros(self) -> Iterable[Extent]:
        """None is known to be."""
        return ()

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes. Raises InputError if they are not there any more."""
        with open_input(self.path) as file:
            try:
                file.seek(self.offset + offset)
                data = file.read(size)
            except OSError as error:
                raise unreadable(self.path, error) from error
        if len(data) != size:
            message = f"the file has become shorter: {len(data)} of {size} bytes at {offset}"
            hint = "leave it alone and run this again"
            raise InputError(message, place=Place(file=str(self.path)), hint=hint)
        return data


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceSource:
    """What stands on the medium already, to be copied to another place of it."""

    device: BlockDevice
    at: Extent

    @property
    def size(self) -> int:
        """From its first byte to its last."""
        return self.at.size

    def extents(self) -> Iterable[Extent]:
        """All of it."""
        return (Extent(0, self.at.size),)

    def zeros(self) -> Iterable[Extent]:
        """None is known to be."""
        return ()

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes."""
        return self.device.read(self.at.offset + offset, size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A source, where it goes, and what a comparison found."""

    name: str  # of the partition, such as "boot_b"; of a whole medium "disk"
    at: Extent
    source: Source
    sha256: str = ""  # of the bytes that matter, one after the other
    differs: tuple[Extent, ...] = ()  # of the source

    @property
    def unchanged(self) -> bool:
        """Whether all of it stands there already."""
        return not self.differs

    @property
    def missing(self) -> int:
        """Bytes that are to be written."""
        return sum(extent.size for extent in self.differs)


def survey(device: BlockDevice, job: Job, tell: Tell) -> Job:
    """Compare what is there with what shall be there; return the job with both findings."""
    digest, differs = hashlib.sha256(), list[Extent]()
    for chunk in _told(_chunks(job.source.extents()), job, Step.COMPARE, tell):
        wanted = job.source.read(chunk.offset, chunk.size)
        digest.update(wanted)
        if device.read(job.at.offset + chunk.offset, chunk.size) != wanted:
            differs.append(chunk)
    for chunk in _chunks(job.source.zeros()):
        if not is_zero(device, Extent(job.at.offset + chunk.offset, chunk.size)):
            differs.append(chunk)
    return replace(job, sha256=digest.hexdigest(), differs=tuple(_joined(differs)))


def write(device: BlockDevice, job: Job, tell: Tell) -> None:
    """Write what differs, in whole blocks. Nothing is on the medium before it is flushed."""
    for chunk in _told(_chunks(job.differs), job, Step.WRITE, tell):
        data = job.source.read(chunk.offset, chunk.size)
        device.write(job.at.offset + chunk.offset, data.ljust(align_up(len(data), BLOCK), b"\0"))


def read_back(device: BlockDevice, job: Job, tell: Tell) -> None:
    """Read all of it back from the medium. Raises RefusedError if it is not what it was."""
    digest = hashlib.sha256()
    for chunk in _told(_chunks(job.source.extents()), job, Step.READ_BACK, tell):
        digest.update(device.read(job.at.offset + chunk.offset, chunk.size))
    hold_back(job.name, digest.hexdigest(), job.sha256)
    for chunk in _chunks(job.source.zeros()):
        if not is_zero(device, Extent(job.at.offset + chunk.offset, chunk.size)):
            raise unkept(f"{job.name} reads back other than as zeros at byte {chunk.offset}")


def hold_back(name: str, found: str, written: str) -> None:
    """Raise RefusedError if what is read back has another SHA-256 than what was written."""
    if found != written:
        raise unkept(f"{name} reads back as SHA-256 {found}, written was {written}")


def unkept(message: str) -> RefusedError:
    """A medium keeps something else than was written."""
    hint = "run it again; if that changes nothing, the medium is worn out or lies"
    return RefusedError(message, hint=hint)


def _chunks(extents: Iterable[Extent]) -> Iterator[Extent]:
    for extent in extents:
        for offset in range(extent.offset, extent.end, CHUNK):
            yield Extent(offset, min(CHUNK, extent.end - offset))


def _joined(chunks: Iterable[Extent]) -> Iterator[Extent]:
    """Chunks in rising order; those that follow one another are one."""
    last = Extent(0, 0)
    for chunk in sorted(chunks):
        if last.end == chunk.offset:
            last = Extent(last.offset, last.size + chunk.size)
            continue
        if last.size:
            yield last
        last = chunk
    if last.size:
        yield last


def _told(chunks: Iterator[Extent], job: Job, step: Step, tell: Tell) -> Iterator[Extent]:
    """Pass chunks on, and say of each when it is done."""
    todo = job.differs if step is Step.WRITE else job.source.extents()
    total = sum(extent.size for extent in todo)
    for chunk in chunks:
        yield chunk
        tell(Event(step=step, part=job.name, amount=chunk.size, total=total))
