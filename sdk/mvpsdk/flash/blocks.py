# SPDX-License-Identifier: Apache-2.0
"""What is flashed is a row of bytes that is read, written and flushed: this interface, no more.

A test that cuts the power between two writes is a `BlockDevice` of its own; what flashes knows no
other way to the medium.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mvpsdk.errors import CheckFailed, InputError, MvpError, Place, RefusedError
from mvpsdk.store.output import unreadable, unwritable

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from _typeshed import WriteableBuffer

__all__ = ["BLOCK", "BlockDevice", "Extent", "FileBlocks", "MemoryBlocks", "Window", "is_zero"]

BLOCK = 512
"""Bytes that a medium writes whole or not at all; every write begins and ends at a multiple."""


@dataclass(frozen=True, slots=True, order=True)
class Extent:
    """`size` bytes from `offset` on."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        """The first byte that is no longer inside."""
        return self.offset + self.size


class BlockDevice(Protocol):
    """A medium. Offsets and sizes in bytes; every write is of whole blocks (BLOCK)."""

    @property
    def size(self) -> int:
        """How many bytes it has."""
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes, fewer only where the medium ends."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Write; a power cut may lose it, or any of its blocks, until `flush` has returned."""
        ...

    def flush(self) -> None:
        """Return when all that was written is on the medium; what is read then comes from there."""
        ...


class MemoryBlocks:
    """A medium in memory, for whoever tries what is written onto one."""

    def __init__(self, data: bytes | int) -> None:
        """Begin with these bytes, or with so many zeros."""
        self.data = bytearray(data)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.data)

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes."""
        return bytes(self.data[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        """Write."""
        self.data[offset : offset + len(data)] = data

    def flush(self) -> None:
        """There is nothing between this and the medium."""


class FileBlocks:
    """A regular file or a block device of this machine; see `open`."""

    def __init__(self, path: Path, handle: int | None, size: int) -> None:
        """Take an open file, which is closed with this; None: it is made when it grows."""
        self.path, self._file, self._size = path, handle, size

    @classmethod
    def open(cls, path: Path, *, writable: bool, shared: bool = False) -> Self:
        """Open what is there; a block device that anything else holds only if it is `shared`.

        Raises InputError if it can't be opened, CheckFailed if another program has it.
        """
        flags = (os.O_RDWR if writable else os.O_RDONLY) | os.O_CLOEXEC
        try:
            if writable and not shared and stat.S_ISBLK(path.stat().st_mode):
                flags |= os.O_EXCL  # the kernel's own answer to "is it mounted" (open(2))
            handle = os.open(path, flags)
        except OSError as error:
            raise _refusal(path, error) from error
        try:
            if writable and not shared:
                _lock(path, handle)
            return cls(path, handle, os.lseek(handle, 0, os.SEEK_END))
        except BaseException:
            os.close(handle)
            raise

    @classmethod
    def absent(cls, path: Path) -> Self:
        """Return a file that is made when it first grows; until then it has no bytes."""
        return cls(path, None, 0)

    @property
    def _handle(self) -> int:
        assert self._file is not None  # noqa: S101 - it has no bytes before it grows
        return self._file

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._size

    @property
    def grows(self) -> bool:
        """Whether it is a regular file, which becomes as long as it must."""
        return self._file is None or stat.S_ISREG(os.fstat(self._file).st_mode)

    @property
    def free(self) -> int:
        """Bytes that its file system has left."""
        status = os.statvfs(self.path.parent if self._file is None else self.path)
        return status.f_bavail * status.f_frsize

    @property
    def stored(self) -> int:
        """Bytes that a regular file takes already, holes not counted."""
        return 0 if self._file is None else os.fstat(self._file).st_blocks * BLOCK

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes, fewer where it ends. Raises InputError if the medium fails."""
        if self._file is None:
            return b""
        try:
            return os.pread(self._handle, size, offset)
        except OSError as error:
            raise unreadable(self.path, error) from error

    def write(self, offset: int, data: bytes) -> None:
        """Write. Raises RefusedError if the medium fails, MissingToolError if it is full."""
        rest = memoryview(data)
        try:
            while rest:
                done = os.pwrite(self._handle, rest, offset)
                offset, rest = offset + done, rest[done:]
        except OSError as error:
            raise self._failed(error, offset) from error

    def hole(self, extent: Extent) -> bool:
        """Whether a file's file system keeps nothing of these bytes, so that they are zeros."""
        if self._file is None:
            return True
        try:
            return os.lseek(self._file, extent.offset, os.SEEK_DATA) >= extent.end
        except OSError as error:
            return error.errno == errno.ENXIO  # there is no data up to the end (lseek(2))

    def grow(self, size: int) -> None:
        """Make a regular file as long as this; what is new reads as zeros."""
        try:
            if self._file is None:
                flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                self._file = os.open(self.path, flags, 0o666)
                _lock(self.path, self._file)
            os.ftruncate(self._file, size)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._size = size

    def flush(self) -> None:
        """Wait for the medium, and forget what the kernel still holds of it in memory."""
        try:
            os.fsync(self._handle)
        except OSError as error:
            raise self._failed(error, 0) from error
        with suppress(OSError):
            os.posix_fadvise(self._handle, 0, 0, os.POSIX_FADV_DONTNEED)

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _failed(self, error: OSError, offset: int) -> MvpError:
        told = unwritable(self.path, error)
        if isinstance(told, InputError):  # neither full nor over a quota: the device said no
            why = (error.strerror or str(error)).lower()
            return RefusedError(
                f"the medium refused a write at byte {offset}: {why}",
                place=Place(file=str(self.path)),
                hint="is it write-protected or worn out? the kernel's log (dmesg) says more",
            )
        return told


def is_zero(device: BlockDevice, extent: Extent) -> bool:
    """Whether all of these bytes are zero: a few MiB, since they are read where they must be."""
    if isinstance(device, FileBlocks) and device.hole(extent):
        return True
    return device.read(extent.offset, extent.size) == bytes(extent.size)


class Window(io.RawIOBase):
    """A part of a medium as a file that is read."""

    def __init__(self, device: BlockDevice, extent: Extent) -> None:
        """Show these bytes, whose first is at position 0."""
        self._device, self._extent, self._at = device, extent, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position in the window."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._extent.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer from the position on."""
        view = memoryview(buffer)
        size = max(0, min(len(view), self._extent.size - self._at))
        data = self._device.read(self._extent.offset + self._at, size)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def _lock(path: Path, handle: int) -> None:
    """Keep QEMU out, which locks its disks likewise, and a second flash of the same medium."""
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CheckFailed(
            "another program has this medium open: a virtual handset, or another flash",
            place=Place(file=str(path)),
            hint="end it first, or name another medium",
        ) from None


def _refusal(path: Path, error: OSError) -> MvpError:
    if isinstance(error, FileNotFoundError):
        return unreadable(path, error)
    if error.errno == errno.EBUSY:  # by O_EXCL
        return CheckFailed(
            "the kernel says that this device is in use: mounted, or held by another",
            place=Place(file=str(path)),
            hint="unmount it, with all its partitions",
        )
    if error.errno in (errno.EACCES, errno.EPERM) and str(path).startswith("/dev/"):
        return InputError(
            f"can't open the device: {(error.strerror or str(error)).lower()}",
            place=Place(file=str(path)),
            hint="be root, or in the group that it belongs to: ls -l says which",
        )
    return unwritable(path, error)
