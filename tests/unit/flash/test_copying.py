# SPDX-License-Identifier: Apache-2.0
"""What differs is found and written, and nothing else."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import Bytes, Recorder, silent
from mvpsdk.errors import InputError
from mvpsdk.flash import BLOCK, DeviceSource, Extent, FileSource, Job, MemoryBlocks, copying, survey
from mvpsdk.units import KIB

if TYPE_CHECKING:
    from pathlib import Path

SMALL = 4 * KIB
pieces = st.lists(st.tuples(st.integers(0, 60 * BLOCK), st.binary(min_size=1, max_size=64)))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a little data is many chunks."""
    monkeypatch.setattr(copying, "CHUNK", SMALL)


class Holey(Bytes):
    """A source of which only some bytes matter."""

    def __init__(self, data: bytes, mattering: tuple[Extent, ...]) -> None:
        """Take the bytes, and which of them matter."""
        super().__init__(data)
        self.mattering = mattering

    def extents(self) -> tuple[Extent, ...]:
        """Those that matter."""
        return self.mattering


def edited(size: int, edits: list[tuple[int, bytes]]) -> bytes:
    """Zeros with some bytes in them."""
    data = bytearray(size)
    for offset, piece in edits:
        data[offset : offset + len(piece)] = piece[: max(0, size - offset)]
    return bytes(data)


@settings(deadline=None)
@given(before=pieces, after=pieces, size=st.integers(1, 60 * BLOCK))
def test_afterwards_all_is_there(
    before: list[tuple[int, bytes]], after: list[tuple[int, bytes]], size: int
) -> None:
    """Whatever was there; bytes around the place, to the next block, stay as they were."""
    wanted = edited(size, after)
    device = Recorder(bytes(8 * BLOCK) + edited(80 * BLOCK, before))
    was = bytes(device.data)
    job = survey(
        device, Job(name="p", at=Extent(8 * BLOCK, 64 * BLOCK), source=Bytes(wanted)), silent
    )
    assert job.sha256 == sha256(wanted).hexdigest()
    copying.write(device, job, silent)
    copying.read_back(device, job, silent)
    assert device.read(job.at.offset, size) == wanted
    end = job.at.offset + -(-size // BLOCK) * BLOCK
    assert device.data[: job.at.offset] == was[: job.at.offset]
    assert device.data[end:] == was[end:]
    assert survey(device, job, silent).unchanged
    assert job.unchanged == (was[job.at.offset :][:size] == wanted) == (device.log == [])


def test_only_what_matters_is_looked_at() -> None:
    """Between the extents of a source the medium keeps what it has."""
    source = Holey(b"x" * 5 * SMALL, (Extent(0, SMALL), Extent(3 * SMALL, 2 * SMALL)))
    device = MemoryBlocks(b"." * 5 * SMALL)
    job = survey(device, Job(name="disk", at=Extent(0, device.size), source=source), silent)
    assert job.differs == source.mattering
    assert job.missing == 3 * SMALL
    copying.write(device, job, silent)
    assert device.data == b"x" * SMALL + b"." * 2 * SMALL + b"x" * 2 * SMALL


def test_a_file_that_shrinks_meanwhile_is_told(tmp_path: Path) -> None:
    """Zeros are not taken for what is no longer there."""
    path = tmp_path / "boot.itb"
    path.write_bytes(b"a" * 5000)
    source = FileSource.of(path)
    assert (source.size, source.read(4990, 10)) == (5000, b"a" * 10)
    path.write_bytes(b"a" * 4000)
    with pytest.raises(InputError, match="has become shorter: 10 of 20 bytes at 3990"):
        source.read(3990, 20)


def test_a_part_is_copied_from_another_place_of_the_medium() -> None:
    """As the boot part is, when only a persona is flashed."""
    device = MemoryBlocks(b"a" * SMALL + b"b" * SMALL)
    source = DeviceSource(device=device, at=Extent(SMALL, 100))
    job = survey(device, Job(name="copy", at=Extent(0, SMALL), source=source), silent)
    copying.write(device, job, silent)
    assert bytes(device.data[:BLOCK]) == b"b" * 100 + bytes(BLOCK - 100)
    assert source.size == 100
