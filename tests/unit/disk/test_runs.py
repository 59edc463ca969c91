# SPDX-License-Identifier: Apache-2.0
"""Files with holes: what is in them is found and copied, whoever knows of the holes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import disk
from mvpsdk.disk.runs import GRAIN
from mvpsdk.errors import DiskError

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 3 << 20
contents = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.sampled_from([b"\0" * 9000, b"x", b"y" * 70_000])),
    max_size=6,
)


def write(path: Path, parts: list[tuple[int, bytes]]) -> bytes:
    """A file with holes, and what it holds."""
    data = bytearray(SIZE)
    with path.open("wb") as file:
        file.truncate(SIZE)
        for at, part in parts:
            file.seek(at)
            file.write(part[: SIZE - at])
            data[at : at + len(part)] = part[: SIZE - at]
    return bytes(data)


@settings(max_examples=60, deadline=None)
@given(contents, st.integers(0, SIZE))
def test_a_copy_is_the_same_wherever_the_holes_are(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[int, bytes]], size: int
) -> None:
    """The bytes and their digest do not depend on what a file system knows."""
    folder = tmp_path_factory.mktemp("runs")
    data = write(folder / "holes", parts)
    told: list[int] = []
    with (folder / "holes").open("rb") as file, (folder / "copy").open("w+b") as copy:
        copy.truncate(SIZE + GRAIN)
        digest = disk.copy_runs(file, size, copy, GRAIN, told.append)
    target = io.BytesIO(bytes(SIZE + GRAIN))

    assert disk.copy_runs(io.BytesIO(data), size, target, GRAIN) == digest
    assert target.getvalue()[GRAIN : GRAIN + size] == data[:size]
    assert target.getvalue() == (folder / "copy").read_bytes()
    assert sum(told) == size


def test_digests_tell_places_and_sizes_apart() -> None:
    """The same bytes elsewhere are something else."""
    one, two = b"x" * GRAIN + bytes(GRAIN), bytes(GRAIN) + b"x" * GRAIN
    found = {
        disk.copy_runs(io.BytesIO(data), size, io.BytesIO(), 0)
        for data, size in ((one, len(one)), (two, len(two)), (one, GRAIN), (one, GRAIN - 1))
    }

    assert len(found) == 4


def test_holes_are_not_read(tmp_path: Path) -> None:
    """5 GiB of nothing take no time."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(5 << 30)
        file.seek(4 << 30)
        file.write(b"here")
    with path.open("rb") as file:
        ranges = list(disk.data_ranges(file, 0, 5 << 30))
        found = list(disk.nonzero(file, 0, 5 << 30))

    assert sum(high - low for low, high in ranges) < 1 << 20
    assert [(at, piece.rstrip(b"\0")) for at, piece in found] == [(4 << 30, b"here")]
    assert path.stat().st_blocks * 512 < 1 << 20


def test_copying_leaves_holes(tmp_path: Path) -> None:
    """What a file system is told to keep is what is there."""
    with (tmp_path / "copy").open("w+b") as copy:
        copy.truncate(64 << 20)
        disk.copy_runs(io.BytesIO(bytes(32 << 20) + b"x"), (32 << 20) + 1, copy, 1 << 20)

    assert (tmp_path / "copy").stat().st_blocks * 512 < 1 << 20


def test_a_file_that_ends_early_is_told() -> None:
    """It changed under our hands."""
    with pytest.raises(DiskError, match="ends at byte 5000, not at 6000"):
        disk.copy_runs(io.BytesIO(b"x" * 5000), 6000, io.BytesIO(), 0)
