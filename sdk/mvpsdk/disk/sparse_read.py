# SPDX-License-Identifier: Apache-2.0
"""Reading sparse images, whoever made them, as if they were the disk; nothing is trusted.

The chunks are checked once and kept as an index; bytes are read from where they lie. A sum that the
image carries is passed over: what is on the disk has digests of its own.
"""

from __future__ import annotations

import io
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

from mvpsdk.disk.sparse import (
    CHUNK,
    CHUNK_CRC,
    CHUNK_FILL,
    CHUNK_RAW,
    CHUNK_SKIP,
    HEADER,
    MAGIC,
)
from mvpsdk.errors import DiskError, Place
from mvpsdk.units import MIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Buffer

__all__ = ["SparseIndex", "read_sparse"]

_LARGEST = 1 << 44  # bytes of a disk: 16 TiB
_MOST_CHUNKS = 1 << 22
_BLOCKS = range(512, MIB + 1, 4)
_HEADERS = range(4097)
_PIECE = MIB


@dataclass(frozen=True, kw_only=True, slots=True)
class SparseIndex:
    """Where the bytes of a disk lie in a sparse image."""

    size: int  # bytes of the disk
    block: int  # bytes
    starts: array[int] = field(repr=False)  # first block of each chunk
    places: array[int] = field(repr=False)  # of its bytes in the file; of others its kind's number
    fills: bytes = field(repr=False)  # four for each chunk

    def over(self, file: BinaryIO) -> BinaryIO:
        """Return the disk; to close it closes the image."""
        return cast("BinaryIO", io.BufferedReader(_View(self, file), _PIECE))

    def chunk(self, offset: int) -> tuple[int, int]:
        """Return the number of the chunk that a byte of the disk is in, and where that ends."""
        number = bisect_right(self.starts, offset // self.block) - 1
        following = number + 1 < len(self.starts)
        return number, self.starts[number + 1] * self.block if following else self.size

    def free_ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the half-open byte ranges that may stay what they are."""
        for number, start in enumerate(self.starts):
            if self.places[number] == _SKIP:
                at = start * self.block
                yield at, self.chunk(at)[1]


_FILL, _SKIP = (1 << 64) - 1, (1 << 64) - 2  # in `places`: no file is so large


def read_sparse(file: BinaryIO, path: Path | str = "") -> SparseIndex:
    """Return where a sparse image has what; `path` is its name in errors.

    Raises DiskError if it is damaged, cut short, or no sparse image; OSError as the file does.
    """
    place = Place(file=str(path)) if path else None
    end = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEADER.size)
    if len(head) < HEADER.size:
        raise _wrong("its header is cut short", place)
    magic, major, _, header, chunk, block, blocks, count, _ = HEADER.unpack(head)
    sizes = header in _HEADERS[HEADER.size :] and chunk in _HEADERS[CHUNK.size :]
    if magic != MAGIC or major != 1 or not sizes:
        raise _wrong(
            f"magic {magic:#x}, version {major}, headers of {header}, {chunk} bytes", place
        )
    if block not in _BLOCKS or blocks * block > _LARGEST or count > _MOST_CHUNKS:
        raise _wrong(f"{blocks} blocks of {block} bytes in {count} chunks", place)
    if count * chunk > end:
        raise _wrong(f"it has {count} chunks, and ends after {describe_size(end)}", place)
    reader = _Reader(file, chunk, block, end, place)
    file.seek(header)
    for number in range(count):
        reader.chunk(number)
    if reader.blocks != blocks:
        raise _wrong(
            f"its chunks stand for {reader.blocks} blocks, its header says {blocks}", place
        )
    return SparseIndex(
        size=blocks * block,
        block=block,
        starts=reader.starts,
        places=reader.places,
        fills=bytes(reader.fills),
    )


def _wrong(what: str, place: Place | None) -> DiskError:
    hint = "copy or make the sparse image again"
    return DiskError(f"the sparse image is damaged: {what}", place=place, hint=hint)


class _Reader:
    """Chunks on their way out of a file."""

    def __init__(
        self, file: BinaryIO, header: int, block: int, end: int, place: Place | None
    ) -> None:
        self.file, self.header, self.block, self.end, self.place = file, header, block, end, place
        self.blocks = 0
        self.starts, self.places, self.fills = array("Q"), array("Q"), bytearray()

    def chunk(self, number: int) -> None:
        """Read one. Raises DiskError if it isn't what it should be."""
        head = self.file.read(self.header)
        if len(head) < self.header:
            raise _wrong(f"chunk {number} is cut short", self.place)
        kind, _, count, taken = CHUNK.unpack_from(head)
        rows = {CHUNK_RAW: count * self.block, CHUNK_FILL: 4, CHUNK_SKIP: 0, CHUNK_CRC: 4}
        if taken != self.header + rows.get(kind, -1) or bool(count) == (kind == CHUNK_CRC):
            what = f"chunk {number} of kind {kind:#x} has {count} blocks in {taken} bytes"
            raise _wrong(what, self.place)
        at = self.file.tell()
        if at + rows[kind] > self.end:
            raise _wrong(
                f"chunk {number} ends at byte {at + rows[kind]}, the file at {self.end}", self.place
            )
        if kind == CHUNK_CRC:
            self.file.seek(4, 1)
            return
        self.starts.append(self.blocks)
        self.places.append({CHUNK_RAW: at, CHUNK_FILL: _FILL}.get(kind, _SKIP))
        self.fills += self.file.read(4) if kind == CHUNK_FILL else bytes(4)
        self.blocks += count
        self.file.seek(at + rows[kind])


class _View(io.RawIOBase):
    """A disk, read out of its sparse image."""

    def __init__(self, index: SparseIndex, file: BinaryIO) -> None:
        self.index, self.file, self.at = index, file, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """And sought in."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place of the disk."""
        base = (0, self.at, self.index.size)[whence]
        self.at = max(0, base + offset)
        return self.at

    def tell(self) -> int:
        """Where it stands."""
        return self.at

    def close(self) -> None:
        """Close the image too."""
        if not self.closed:
            self.file.close()
        super().close()

    def readinto(self, buffer: Buffer, /) -> int:
        """Read on, to the end of a chunk at most."""
        into = memoryview(buffer).cast("B")
        if self.at >= self.index.size or not into:
            return 0
        number, end = self.index.chunk(self.at)
        count = min(len(into), end - self.at, _PIECE)
        into[:count] = self._bytes(number, count)
        self.at += count
        return count

    def _bytes(self, number: int, count: int) -> bytes:
        place = self.index.places[number]
        inside = self.at - self.index.starts[number] * self.index.block
        if place < _SKIP:
            self.file.seek(place + inside)
            piece = self.file.read(count)
            if len(piece) < count:  # it was there when the chunks were read
                raise _wrong(f"it ends within chunk {number}", None)
            return piece
        pattern = self.index.fills[4 * number : 4 * number + 4]
        turned = pattern[inside % 4 :] + pattern[: inside % 4]
        return (turned * (count // 4 + 1))[:count]

    def data_ranges(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the half-open byte ranges that are not told to be zeros or anything."""
        at = start
        while at < min(end, self.index.size):
            number, stop = self.index.chunk(at)
            filled = any(self.index.fills[4 * number : 4 * number + 4])
            if filled or self.index.places[number] < _SKIP:
                yield at, min(stop, end)
            at = stop
