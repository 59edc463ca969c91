# SPDX-License-Identifier: Apache-2.0
"""What there is in a file between its holes: 4 GiB of user data may be few bytes on a disk.

A file system tells where a file has data (lseek(2), SEEK_DATA); where it can't, the bytes do.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.errors import DiskError
from mvpsdk.units import KIB, MIB, align_down, align_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["GRAIN", "copy_runs", "data_ranges", "nonzero", "whole_grains"]

GRAIN = 4 * KIB
"""Bytes of zeros that are worth a hole; what sparse images and block maps count in."""

_PIECE, _ZEROS = MIB, bytes(MIB)
_GRAIN_ZEROS = bytes(GRAIN)


def data_ranges(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the half-open byte ranges of a file, within start and end, that are no holes.

    Where the file system knows of none, that is all of it.
    """
    own = getattr(getattr(file, "raw", file), "data_ranges", None)
    if own:
        yield from own(start, end)
        return
    at = start
    while at < end:
        try:
            low = os.lseek(file.fileno(), at, os.SEEK_DATA)
            high = os.lseek(file.fileno(), low, os.SEEK_HOLE) if low < end else end
        except (OSError, AttributeError):
            # ENXIO: no data from here to the end; anything else: it can't be asked
            if _only_holes(file, at):
                return
            low, high = at, end
        if low >= end:
            return
        yield low, min(high, end)
        at = high


def whole_grains(ranges: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Yield half-open byte ranges, given in order, as whole grains; those that touch are one.

    size: of what they are in, bytes: the last grain ends there.
    """
    low = high = 0
    for start, end in ranges:
        first, last = align_down(start, GRAIN), min(size, align_up(end, GRAIN))
        if first > high:
            if high > low:
                yield low, high
            low = first
        high = max(high, last)
    if high > low:
        yield low, high


def nonzero(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield offset and bytes of all that is not zero, whole grains counted from `start`.

    Raises DiskError if the file ends before `end`; OSError as it does.
    """
    done = start
    for low, high in data_ranges(file, start, end):
        at = max(done, low - (low - start) % GRAIN)
        done = min(end, high + -(high - start) % GRAIN)
        file.seek(at)
        while at < done:
            piece = file.read(min(_PIECE, done - at))
            if not piece:
                hint = "it changed in the meantime: leave it alone and run this again"
                raise DiskError(f"it ends at byte {at}, not at {end}", hint=hint)
            yield from _grains(piece, at)
            at += len(piece)


def copy_runs(
    source: BinaryIO,
    size: int,
    target: BinaryIO,
    at: int,
    done: Callable[[int], None] | None = None,
) -> str:
    """Copy the first `size` bytes of a file to a place of another that has only zeros there.

    Holes and zeros are left out. Return a digest of the bytes, the same wherever the holes are.

    Raises DiskError if the source is too short; OSError as the files do.
    """
    bytes_, places, end = hashlib.sha256(), hashlib.sha256(), 0
    for offset, piece in nonzero(source, 0, size):
        if offset != end:  # the runs of grains are the same, whatever the pieces are
            places.update(end.to_bytes(8) + offset.to_bytes(8))
        bytes_.update(piece)
        target.seek(at + offset)
        target.write(piece)
        if done:
            done(offset + len(piece) - end)
        end = offset + len(piece)
    if done:
        done(size - end)
    places.update(end.to_bytes(8) + size.to_bytes(8))
    return hashlib.sha256(bytes_.digest() + places.digest()).hexdigest()


def _only_holes(file: BinaryIO, at: int) -> bool:
    """Is there no data from here to the end? Not known counts as no."""
    try:
        os.lseek(file.fileno(), at, os.SEEK_DATA)
    except OSError as error:
        import errno

        return error.errno == errno.ENXIO
    except AttributeError:
        return False
    return False


def _grains(piece: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Cut zeros out of a piece that begins at a grain."""
    if piece == (_ZEROS if len(piece) == _PIECE else bytes(len(piece))):
        return
    begin = None
    for place in range(0, len(piece), GRAIN):
        zero = piece.startswith(_GRAIN_ZEROS[: len(piece) - place], place)
        if zero and begin is not None:
            yield at + begin, piece[begin:place]
        if zero:
            begin = None
        elif begin is None:
            begin = place
    if begin is not None:
        yield at + begin, piece[begin:]
