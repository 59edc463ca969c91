# SPDX-License-Identifier: Apache-2.0
"""Media that remember what was done to them, and lose power when they are told to."""

from __future__ import annotations

from dataclasses import dataclass

from mvpsdk.core.facade import Slots, slots_flash, slots_new, slots_start, slots_succeed
from mvpsdk.flash import BLOCK, Event, Extent, Job, MemoryBlocks
from mvpsdk.units import KIB

UNIT = 64 * KIB
MISC, BOOT_A, BOOT_B = (
    Extent(UNIT * start, UNIT * size) for start, size in ((1, 1), (2, 3), (5, 3))
)
"""Where partitions lie on the media of these tests."""


class PowerCutError(Exception):
    """The power went; what was not flushed is as the medium happens to have it."""


@dataclass
class Bytes:
    """A source of bytes in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.data)

    def extents(self) -> tuple[Extent, ...]:
        """All of them."""
        return (Extent(0, len(self.data)),)

    def zeros(self) -> tuple[Extent, ...]:
        """All are read."""
        return ()

    def read(self, offset: int, size: int) -> bytes:
        """Some of them."""
        return self.data[offset : offset + size]


class Recorder(MemoryBlocks):
    """A medium that keeps a list of what was done, and can lose power before the n-th block."""

    def __init__(self, data: bytes | int, *, cut: int | None = None) -> None:
        """Begin with these bytes; `cut`: blocks that are still written."""
        super().__init__(data)
        self.log: list[tuple[str, int, int]] = []
        self.cut = cut

    def write(self, offset: int, data: bytes) -> None:
        """Write block by block, as far as the power lasts."""
        assert offset % BLOCK == 0
        assert data
        assert len(data) % BLOCK == 0
        self.log.append(("write", offset, len(data)))
        for at in range(0, len(data), BLOCK):
            if self.cut == 0:
                raise PowerCutError
            if self.cut is not None:
                self.cut -= 1
            super().write(offset + at, data[at : at + BLOCK])

    def flush(self) -> None:
        """Remember it."""
        self.log.append(("flush", 0, 0))

    @property
    def blocks(self) -> int:
        """How many blocks were written."""
        return sum(size for what, _, size in self.log if what == "write") // BLOCK

    def part(self, extent: Extent, size: int) -> bytes:
        """The first bytes of a partition."""
        return self.read(extent.offset, size)


def good_a(*, floor: int = 1, index: int = 2) -> Slots:
    """Slot a runs and is well; b is empty."""
    state = slots_flash(Slots(rollback_index=floor), 0, rollback_index=index)
    return slots_succeed(slots_start(state, 0))


def medium(state: Slots, a: bytes = b"", b: bytes = b"") -> bytes:
    """The bytes of a small medium with its partitions, without a table."""
    data = bytearray(8 * UNIT)
    for extent, content in ((MISC, slots_new(state)), (BOOT_A, a), (BOOT_B, b)):
        data[extent.offset : extent.offset + len(content)] = content
    return bytes(data)


def job(data: bytes, at: Extent = BOOT_B, name: str = "boot_b") -> Job:
    """Bytes for a partition."""
    return Job(name=name, at=at, source=Bytes(data))


def silent(_event: Event) -> None:
    """Nobody listens."""
