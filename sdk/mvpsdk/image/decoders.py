# SPDX-License-Identifier: Apache-2.0
"""Decoders of all that kernels and ramdisks are packed with, in one form and with bounds."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Protocol

from mvpsdk.units import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COMPRESSED", "DECODERS", "FEED", "feed_of"]

FEED = 64 * KIB
"""Given to a decoder at a time, in bytes."""
_ZSTD_FEED, _ZSTD_WINDOW = KIB, 128 * MIB
"""The same for zstd's, and the largest window that Linux's own takes, in bytes."""
_XZ_MEMORY = 256 * MIB
"""What an xz decoder may use, in bytes; Linux's own can't use more than that for its dictionary."""
_LZ4_MAGIC, _LZ4_BLOCK = b"\x02\x21\x4c\x18", 8 * MIB
"""Of lz4's old format: its first bytes, and what each block unpacks to at most."""
_LZ4_LARGEST = _LZ4_BLOCK + _LZ4_BLOCK // 255 + 16
"""A block that does not shrink (LZ4_COMPRESSBOUND of lz4.h)."""

COMPRESSED = frozenset({"gzip", "xz", "zstd", "lz4", "lz4-legacy", "bzip2", "lzma", "lzo"})
"""Formats that pack one run of bytes."""


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


class _Lz4:
    """Gives lz4's decoder of frames the form of the others."""

    def __init__(self) -> None:
        """Expect a frame."""
        import lz4.frame

        self._inner = lz4.frame.LZ4FrameDecompressor()

    @property
    def eof(self) -> bool:
        """Whether the frame's end was reached, and its checksum is right."""
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        """Whether all input so far has been used."""
        return bool(self._inner.needs_input)

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the end."""
        return self._inner.unused_data or b""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Unpack the next bytes, as many at most."""
        try:
            return bytes(self._inner.decompress(data, max_length))
        except RuntimeError as wrong:
            raise ValueError(str(wrong)) from None


class _Lz4Legacy:
    """Decodes lz4's old format: blocks behind their sizes, and no end but that of the file.

    A size that none can be is what follows, such as the length that Linux's build appends.
    """

    needs_input = True

    def __init__(self) -> None:
        """Expect the magic."""
        self._kept, self.eof = bytearray(), False

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the end."""
        return bytes(self._kept) if self.eof else b""

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        """Unpack the blocks that are whole: one at most, but at a file's very end."""
        import lz4.block

        self._kept += data
        pieces = []
        while block := self._block(last=not data):
            try:
                pieces.append(lz4.block.decompress(block, uncompressed_size=_LZ4_BLOCK))
            except lz4.block.LZ4BlockError as wrong:
                raise ValueError(str(wrong)) from None
        return b"".join(pieces)

    def _block(self, *, last: bool) -> bytes:
        """Take the next whole block; b"" if it isn't there yet, or there is none any more."""
        while self._kept[:4] == _LZ4_MAGIC:
            del self._kept[:4]
        if len(self._kept) < 4:  # noqa: PLR2004 - a size
            self.eof = last
            return b""
        size = int.from_bytes(self._kept[:4], "little")
        if not 0 < size <= _LZ4_LARGEST:
            self.eof = True
            return b""
        if len(self._kept) < 4 + size:
            return b""
        block = bytes(self._kept[4 : 4 + size])
        del self._kept[: 4 + size]
        return block


DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": _Inflate,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_XZ_MEMORY),
    "bzip2": bz2.BZ2Decompressor,
    "zstd": _Zstd,
    "lz4": _Lz4,
    "lz4-legacy": _Lz4Legacy,
}


def feed_of(kind: str) -> int:
    """Return how many bytes a decoder is given at a time."""
    return _ZSTD_FEED if kind == "zstd" else FEED
