# SPDX-License-Identifier: Apache-2.0
"""Power cuts: what a medium holds when the power fails while it is written.

A `Recorder` notes every block that is written and every flush. The power may fail at any block.
What was flushed before is there; of the blocks since, some may be, in whatever order: a disk with a
cache promises no more. The block that is being written may be torn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.flash import BLOCK, MemoryBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["BLOCK", "FLUSH", "Cut", "Recorder", "Write", "boundaries", "outcome", "outcomes"]

HALF = BLOCK // 2


@dataclass(frozen=True, slots=True)
class Write:
    """One block; None as data: all that was written before is flushed."""

    offset: int
    data: bytes | None


FLUSH = Write(0, None)


class Recorder(MemoryBlocks):
    """A medium in memory that notes what is done to it."""

    def __init__(self, data: bytes) -> None:
        """Begin with these bytes, on the medium."""
        super().__init__(data)
        self.log: list[Write] = []

    def write(self, offset: int, data: bytes) -> None:
        """Note each block; only whole ones are written."""
        assert offset % BLOCK == len(data) % BLOCK == 0
        assert offset + len(data) <= self.size
        for at in range(0, len(data), BLOCK):
            self.log.append(Write(offset + at, bytes(data[at : at + BLOCK])))
        super().write(offset, data)

    def flush(self) -> None:
        """Note it."""
        self.log.append(FLUSH)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Where the power failed, and what became of the blocks since the last flush."""

    at: int  # of the log: as many of its entries were begun
    kind: str  # "in order", "some lost", "torn"
    last: bool  # nothing more was to be done


def boundaries(log: Sequence[Write]) -> int:
    """How many places there are at which the power may fail: before, between, after."""
    return len(log) + 1


def outcomes(before: bytes, log: Sequence[Write], *, seed: int) -> Iterator[tuple[Cut, bytearray]]:
    """Yield what the medium holds after each cut. The bytes are the same object each time.

    At every place: all blocks in order; some lost of those since the flush; the last one torn.
    """
    medium = bytearray(before)
    since = 0  # of the log: what was flushed last ends here
    for at in range(len(log) + 1):
        last = at == len(log)
        yield Cut(at=at, kind="in order", last=last), medium
        waiting = [entry for entry in log[since:at] if entry.data is not None]
        if waiting:
            for kind in _undoable(medium, before, log[:since], waiting, _chance(seed, at)):
                yield Cut(at=at, kind=kind, last=False), medium
        if last:
            return
        entry = log[at]
        if entry.data is None:
            since = at + 1
        else:
            medium[entry.offset : entry.offset + BLOCK] = entry.data


def outcome(before: bytes, log: Sequence[Write], at: int, kind: str, *, seed: int) -> bytes:
    """Return what one of the cuts of `outcomes` leaves."""
    medium, since = bytearray(before), 0
    for number, entry in enumerate(log[:at]):
        if entry.data is None:
            since = number + 1
        else:
            medium[entry.offset : entry.offset + BLOCK] = entry.data
    waiting = [entry for entry in log[since:at] if entry.data is not None]
    if kind == "in order":
        return bytes(medium)
    assert waiting
    for found in _undoable(medium, before, log[:since], waiting, _chance(seed, at)):
        if found == kind:
            break
    return bytes(medium)


def _chance(seed: int, at: int) -> random.Random:
    return random.Random(seed << 32 | at)  # noqa: S311 - the same cuts in each run


def _undoable(
    medium: bytearray,
    before: bytes,
    flushed: Sequence[Write],
    waiting: Sequence[Write],
    chance: random.Random,
) -> Iterator[str]:
    """Lose some of the waiting blocks, then tear the last one; leave the medium as it was."""
    kept = {entry.offset: bytes(medium[entry.offset : entry.offset + BLOCK]) for entry in waiting}
    old = dict.fromkeys(kept, b"")
    for offset in old:
        old[offset] = before[offset : offset + BLOCK]
    for entry in flushed:
        if entry.data is not None and entry.offset in old:
            old[entry.offset] = entry.data
    for offset, data in old.items():
        if chance.random() < 0.5:
            medium[offset : offset + BLOCK] = data
    yield "some lost"
    for offset, data in kept.items():
        medium[offset : offset + BLOCK] = data
    torn = waiting[-1].offset
    medium[torn + HALF : torn + BLOCK] = old[torn][HALF:]
    yield "torn"
    medium[torn : torn + BLOCK] = kept[torn]
