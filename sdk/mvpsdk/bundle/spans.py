# SPDX-License-Identifier: Apache-2.0
"""Runs of bytes that are copied and digested in pieces, wherever they come from."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.errors import BundleError, Place
from mvpsdk.store.digest import open_input, pieces
from mvpsdk.store.output import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mvpsdk.disk import SparseIndex

__all__ = ["Progress", "Span", "copy", "pad"]

Progress = Callable[[int], None]
"""Told how many bytes were done since the last call."""

_ZEROS = bytes(4096)
_WORTH_A_THREAD = 4 << 20  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """`size` bytes from `offset` on, of a file or of `data`."""

    size: int
    path: Path | None = None
    offset: int = 0
    data: bytes = b""
    sha256: str = ""  # what they must be; "": not known
    packing: str = ""  # how `stored` bytes from the offset on are packed that unpack to these
    stored: int = 0
    index: SparseIndex | None = None  # the file is a sparse image, and this a part of its disk

    @classmethod
    def of(cls, data: bytes) -> Span:
        """Return all of some bytes in memory."""
        return cls(size=len(data), data=data, sha256=hashlib.sha256(data).hexdigest())

    def part(self, offset: int, size: int, sha256: str = "") -> Span:
        """Return some of these bytes; those of a part are where those of the whole are."""
        return replace(self, offset=self.offset + offset, size=size, sha256=sha256)

    def open(self) -> BinaryIO:
        """Open the file that they are in; of a sparse image, the disk. Raises InputError."""
        if not self.path:
            return io.BytesIO(self.data)
        file = open_input(self.path)
        return self.index.over(file) if self.index else file

    def chunks(self) -> Iterator[bytes]:
        """Read them piece by piece. Raises InputError if the file can't be read."""
        if not self.path:
            yield self.data[self.offset : self.offset + self.size]
            return
        with self.open() as file:
            try:
                if self.packing:
                    yield from self._unpacked(file)
                    return
                file.seek(self.offset)
                yield from pieces(file, self.size)
            except OSError as error:
                raise unreadable(self.path, error) from error

    def _unpacked(self, file: BinaryIO) -> Iterator[bytes]:
        """Unpack them piece by piece. Raises BundleError if they are damaged."""
        import mmap

        from mvpsdk.image.unpacking import DamagedError, UnreadError, unpacked

        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                yield from unpacked(data, self.offset, self.offset + self.stored, self.packing)
            except (DamagedError, UnreadError) as wrong:
                place = Place(file=str(self.path))
                raise BundleError(str(wrong), place=place, hint="copy or make it again") from None

    def read(self) -> bytes:
        """Return all of them at once: for small ones."""
        return b"".join(self.chunks())


def copy(
    span: Span, file: BinaryIO, also: hashlib._Hash | None = None, done: Progress | None = None
) -> str:
    """Append a span to a file and return its SHA-256; `also` is fed with the same bytes.

    Raises BundleError if there are fewer bytes than there should be, or others.
    """
    total, size = hashlib.sha256(), 0
    with ExitStack() as stack:
        feed = _feeder(also, span.size, stack)
        for piece in span.chunks():
            taken = feed(piece)
            total.update(piece)
            file.write(piece)
            taken()
            size += len(piece)
            if done:
                done(len(piece))
    _hold_to(span, size, total.hexdigest())
    return total.hexdigest()


def _feeder(
    also: hashlib._Hash | None, size: int, stack: ExitStack
) -> Callable[[bytes], Callable[[], object]]:
    """What feeds the second digest, and returns what waits until it has taken the piece.

    SHA-256 lets other threads run: of large spans both digests are made side by side.
    """
    if also is None:
        return lambda _: _nothing
    if size < _WORTH_A_THREAD:

        def at_once(piece: bytes) -> Callable[[], object]:
            also.update(piece)
            return _nothing

        return at_once
    from concurrent.futures import ThreadPoolExecutor

    pool = stack.enter_context(ThreadPoolExecutor(1))
    return lambda piece: pool.submit(also.update, piece).result


def _nothing() -> None:
    """Wait for nobody."""


def pad(file: BinaryIO, alignment: int, base: int = 0, also: hashlib._Hash | None = None) -> None:
    """Append zeros until the position, counted from base, is a multiple of the alignment."""
    missing = -(file.tell() - base) % alignment
    while missing:
        piece = _ZEROS[:missing]
        file.write(piece)
        if also:
            also.update(piece)
        missing -= len(piece)


def _hold_to(span: Span, size: int, digest: str) -> None:
    """A file may have changed since it was planned with."""
    place = Place(file=str(span.path)) if span.path else None
    hint = "it changed in the meantime: leave it alone and run this again"
    if size != span.size:
        message = f"{size} bytes from offset {span.offset} on, there should be {span.size}"
        raise BundleError(message, place=place, hint=hint)
    if span.sha256 and digest != span.sha256:
        message = f"SHA-256 is {digest}, it should be {span.sha256}"
        raise BundleError(message, place=place, hint=hint)
