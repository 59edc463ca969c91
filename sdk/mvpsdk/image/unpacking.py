# SPDX-License-Identifier: Apache-2.0
"""Reads what is packed, piece by piece and with bounds.

A ramdisk is a row of archives, each perhaps packed, with zeros between them (Linux,
Documentation/driver-api/early-userspace/buffer-format.rst). Whatever its bytes say, no more than
LARGEST bytes are ever unpacked, and only about a MiB is held at a time.
"""

from __future__ import annotations

import lzma
import zlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from mvpsdk.image.decoders import DECODERS, FEED, feed_of
from mvpsdk.image.wrappers import HEAD_SIZE, WRAPPERS, recognise
from mvpsdk.units import GIB, MIB

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

__all__ = ["LARGEST", "DamagedError", "Source", "UnreadError", "archives", "unpacked"]

LARGEST = GIB
"""No more is unpacked, in bytes."""
_PIECE = MIB
"""Unpacked at a time, in bytes."""


class DamagedError(Exception):
    """What is packed contradicts itself; the message says how."""


class UnreadError(Exception):
    """What is packed can't be, or is not, read to its end; the message says why."""


class _Budget:
    """How much may still be unpacked."""

    def __init__(self) -> None:
        self._left = LARGEST

    def spend(self, size: int) -> None:
        """Raise UnreadError once it is used up."""
        self._left -= size
        if self._left < 0:
            raise UnreadError(f"it unpacks to more than {LARGEST >> 30} GiB: not read any further")


class Source(ABC):
    """Bytes in their order."""

    packed = True

    def __init__(self) -> None:
        """Begin at the first byte."""
        self.position = 0  # bytes that were read
        self._kept, self._at = b"", 0

    @abstractmethod
    def _more(self) -> bytes:
        """Return the next bytes; b"" at the end."""

    def read(self, size: int) -> bytes:
        """Return that many bytes; fewer at the end."""
        have = len(self._kept) - self._at
        if have < size:
            pieces = [self._kept[self._at :]]
            while have < size and (more := self._more()):
                pieces.append(more)
                have += len(more)
            self._kept, self._at = b"".join(pieces), 0
        found = self._kept[self._at : self._at + size]
        self._at += len(found)
        self.position += len(found)
        return found

    def skip(self, size: int) -> bool:
        """Leave out that many bytes; return whether there were as many."""
        while size > 0 and (piece := self.read(min(size, _PIECE))):
            size -= len(piece)
        return size <= 0

    def skip_zeros(self) -> bool:
        """Leave out zeros; return whether anything follows."""
        while piece := self.read(FEED):
            if rest := piece.lstrip(b"\0"):
                self.position -= len(rest)
                self._at -= len(rest)
                return True
        return False


class _Plain(Source):
    """Bytes of the file itself."""

    packed = False

    def __init__(self, data: mmap.mmap, start: int, budget: _Budget) -> None:
        super().__init__()
        self._data, self._next, self._start, self._budget = data, start, start, budget

    def _more(self) -> bytes:
        piece = self._data[self._next : self._next + _PIECE]
        self._next += len(piece)
        self._budget.spend(len(piece))
        return piece

    @property
    def end(self) -> int:
        """Where in the file the next archive may begin."""
        return self._start + self.position


class _Packed(Source):
    """What a decoder makes of the file."""

    def __init__(
        self, data: mmap.mmap, start: int, kind: str, budget: _Budget, last: int | None = None
    ) -> None:
        super().__init__()
        self._data, self._next, self._budget = data, start, budget
        self._last = len(data) if last is None else last
        self._kind, self._decoder = kind, DECODERS[kind]()
        self._feed = feed_of(kind)

    def _more(self) -> bytes:
        while not self._decoder.eof:
            feed, wanted = b"", self._decoder.needs_input
            if wanted:
                feed = self._data[self._next : min(self._next + self._feed, self._last)]
                self._next += len(feed)
            piece = self._decoded(feed)
            if piece:
                self._budget.spend(len(piece))
                return piece
            if wanted and not feed and not self._decoder.eof:
                raise DamagedError(f"its {self._kind} data has no end: it was cut off")
        return b""

    def _decoded(self, feed: bytes) -> bytes:
        try:
            return self._decoder.decompress(feed, _PIECE)
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as wrong:
            raise DamagedError(f"its {self._kind} data is damaged: {wrong}") from None

    @property
    def end(self) -> int:
        """Where in the file the next archive may begin; it must have been read to its end."""
        return self._next - len(self._decoder.unused_data)


def archives(data: mmap.mmap) -> Iterator[Source]:
    """Yield each archive, or each packed run of them. The one before must have been read.

    Raises DamagedError and UnreadError, here and when a source is read. What follows the last one
    and is none is left alone, as Linux does.
    """
    budget, at = _Budget(), 0
    while (at := _past_zeros(data, at)) < len(data):
        kind = recognise(data[at : at + HEAD_SIZE])
        source: _Plain | _Packed
        if kind == "cpio":
            source = _Plain(data, at, budget)
        elif kind in DECODERS:
            source = _Packed(data, at, kind, budget)
        elif kind in WRAPPERS:
            raise UnreadError(f"mvpsdk does not unpack {kind}")
        elif at == 0:
            raise UnreadError(f"it is no archive (it looks like: {kind})")
        else:
            return
        yield source
        at = source.end


def unpacked(data: mmap.mmap, start: int, end: int, kind: str) -> Iterator[bytes]:
    """Yield what a run of packed bytes unpacks to, piece by piece; what follows it is left alone.

    Raises DamagedError and UnreadError.
    """
    if kind not in DECODERS:
        raise UnreadError(f"mvpsdk does not unpack {kind}")
    source = _Packed(data, start, kind, _Budget(), end)
    while piece := source.read(_PIECE):
        yield piece


def _past_zeros(data: mmap.mmap, at: int) -> int:
    while piece := data[at : at + FEED]:
        rest = piece.lstrip(b"\0")
        if rest:
            return at + len(piece) - len(rest)
        at += len(piece)
    return at
