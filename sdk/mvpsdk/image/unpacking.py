# SPDX-License-Identifier: Apache-2.0
"""Reads what is packed, piece by piece and with bounds.

A ramdisk is a row of archives, each perhaps packed, with zeros between them (Linux,
Documentation/driver-api/early-userspace/buffer-format.rst). Whatever its bytes say, no more than
LARGEST bytes are ever unpacked, and only about a MiB is held at a time.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from mvpsdk.image.wrappers import HEAD_SIZE, WRAPPERS, recognise
from mvpsdk.units import GIB, KIB, MIB

if TYPE_CHECKING:
    import mmap
    from collections.abc import Callable, Iterator

__all__ = ["LARGEST", "DamagedError", "Source", "UnreadError", "archives"]

LARGEST = GIB
"""No more is unpacked, in bytes."""
_PIECE = MIB
"""Unpacked at a time, in bytes."""
_FEED = 64 * KIB
"""Given to a decoder at a time, in bytes."""
_ZSTD_FEED, _ZSTD_WINDOW = KIB, 128 * MIB
"""The same for zstd's, and the largest window that Linux's own takes, in bytes."""
_XZ_MEMORY = 256 * MIB
"""What an xz decoder may use, in bytes; Linux's own can't use more than that for its dictionary."""


class DamagedError(Exception):
    """What is packed contradicts itself; the message says how."""


class UnreadError(Exception):
    """What is packed can't be, or is not, read to its end; the message says why."""


class _Decoder(Protocol):
    """What the standard library's decoders have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Inflate:
    """Gives zlib's decoder the form of the others."""

    def __init__(self) -> None:
        """Expect gzip's header."""
        self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        """Whether the end was reached, and its checksum is right."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether all input so far has been used."""
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Unpack the next bytes, as many at most."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Zstd:
    """Gives zstandard's decoder the form of the others; it knows no limit but by what it is fed."""

    needs_input = True

    def __init__(self) -> None:
        """Expect a frame whose window is no larger than Linux takes."""
        import zstandard

        self._error = zstandard.ZstdError
        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        """Whether the frame's end was reached, and its checksum is right."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        """Unpack all of that: at most 32 MiB, since a block of 128 KiB takes four bytes or more."""
        try:
            return self._inner.decompress(data)
        except self._error as wrong:
            raise ValueError(str(wrong)) from None


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": _Inflate,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_XZ_MEMORY),
    "bzip2": bz2.BZ2Decompressor,
    "zstd": _Zstd,
}


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
        while piece := self.read(_FEED):
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

    def __init__(self, data: mmap.mmap, start: int, kind: str, budget: _Budget) -> None:
        super().__init__()
        self._data, self._next, self._budget = data, start, budget
        self._kind, self._decoder = kind, _DECODERS[kind]()
        self._feed = _ZSTD_FEED if kind == "zstd" else _FEED

    def _more(self) -> bytes:
        while not self._decoder.eof:
            feed = b""
            if self._decoder.needs_input:
                feed = self._data[self._next : self._next + self._feed]
                self._next += len(feed)
            piece = self._decoded(feed)
            if piece:
                self._budget.spend(len(piece))
                return piece
            if not feed and not self._decoder.eof:
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
        elif kind in _DECODERS:
            source = _Packed(data, at, kind, budget)
        elif kind in WRAPPERS:
            raise UnreadError(f"mvpsdk does not unpack {kind}")
        elif at == 0:
            raise UnreadError(f"it is no archive (it looks like: {kind})")
        else:
            return
        yield source
        at = source.end


def _past_zeros(data: mmap.mmap, at: int) -> int:
    while piece := data[at : at + _FEED]:
        rest = piece.lstrip(b"\0")
        if rest:
            return at + len(piece) - len(rest)
        at += len(piece)
    return at
