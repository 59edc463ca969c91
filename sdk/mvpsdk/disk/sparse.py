# SPDX-License-Identifier: Apache-2.0
"""Android's sparse images: a disk without what need not be written (AOSP, libsparse).

A header, then chunks in order: bytes, four bytes that are repeated, or blocks that may stay what
they are.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.disk.runs import GRAIN, nonzero, whole_grains
from mvpsdk.errors import DiskError
from mvpsdk.units import MIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CHUNK",
    "CHUNK_CRC",
    "CHUNK_FILL",
    "CHUNK_RAW",
    "CHUNK_SKIP",
    "HEADER",
    "MAGIC",
    "is_sparse",
    "write_sparse",
]

HEADER = struct.Struct("<IHHHHIIII")
"""Magic, version (two), size of this and of a chunk's header, block, blocks, chunks, CRC or 0."""
CHUNK = struct.Struct("<HHII")
"""Type, 0, blocks that it stands for, bytes that it takes."""

MAGIC = 0xED26FF3A
CHUNK_RAW, CHUNK_FILL, CHUNK_SKIP, CHUNK_CRC = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4

_LONGEST = 64 * MIB // GRAIN  # blocks in a chunk of bytes: flashers read one into memory


def is_sparse(head: bytes) -> bool:
    """Tell by its first bytes whether a file is a sparse image."""
    return head.startswith(MAGIC.to_bytes(4, "little"))


def write_sparse(
    disk: BinaryIO, size: int, file: BinaryIO, written: Sequence[tuple[int, int]]
) -> None:
    """Write a disk as a sparse image, to a file that is empty and can be sought in.

    size: bytes of the disk, whole grains. written: in order, the half-open byte ranges whose bytes
    matter; there zeros are written as zeros, all else may stay what it is.

    Raises DiskError if the format has no numbers for so large a disk; OSError as the files do.
    """
    blocks = size // GRAIN
    if blocks >> 32:
        hint = "make less user data"
        raise DiskError(f"a sparse image has no room for {describe_size(size)}", hint=hint)
    chunks = _Chunks(file)
    for start, end in whole_grains(written, size):
        chunks.reach(start, CHUNK_SKIP)
        for offset, piece in nonzero(disk, start, end):
            chunks.reach(offset, CHUNK_FILL)
            chunks.add(piece)
        chunks.reach(end, CHUNK_FILL)
    chunks.reach(size, CHUNK_SKIP)
    chunks.close()
    file.seek(0)
    told = (GRAIN, blocks, chunks.count, 0)
    file.write(HEADER.pack(MAGIC, 1, 0, HEADER.size, CHUNK.size, *told))


@dataclass(slots=True)
class _Chunks:
    """Chunks on their way into a file. One of bytes stays open as long as they go on."""

    file: BinaryIO
    count: int = 0
    at: int = 0  # bytes of the disk that are told
    open: int = 0  # blocks in the chunk that is open

    def __post_init__(self) -> None:
        self.file.write(bytes(HEADER.size))

    def reach(self, offset: int, kind: int) -> None:
        """Tell of what lies before an offset, if anything does."""
        if offset == self.at:
            return
        self.close()
        filling = bytes(4) if kind == CHUNK_FILL else b""
        blocks = (offset - self.at) // GRAIN
        self.file.write(CHUNK.pack(kind, 0, blocks, CHUNK.size + len(filling)) + filling)
        self.count += 1
        self.at = offset

    def add(self, piece: bytes) -> None:
        """Tell bytes, whole grains of them."""
        if self.open >= _LONGEST:
            self.close()
        if not self.open:
            self.file.write(bytes(CHUNK.size))
            self.count += 1
        self.file.write(piece)
        self.at += len(piece)
        self.open += len(piece) // GRAIN

    def close(self) -> None:
        """Put the numbers before the bytes of the chunk that is open."""
        if not self.open:
            return
        taken = CHUNK.size + self.open * GRAIN
        self.file.seek(-taken, 1)
        self.file.write(CHUNK.pack(CHUNK_RAW, 0, self.open, taken))
        self.file.seek(0, 2)
        self.open = 0
