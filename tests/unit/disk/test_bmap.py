# SPDX-License-Identifier: Apache-2.0
"""Block maps: bmaptool copies by ours, we read its own, and what lies is refused."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import disk
from mvpsdk.disk import Mapped
from mvpsdk.disk.runs import GRAIN
from mvpsdk.errors import DiskError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DATA = b"a" * (2 * GRAIN) + bytes(3 * GRAIN) + b"b" * GRAIN + bytes(2 * GRAIN) + b"c" * 100
RANGES = [(0, 2 * GRAIN), (5 * GRAIN, 5 * GRAIN + 7), (8 * GRAIN, len(DATA))]


def write(data: bytes, ranges: Sequence[tuple[int, int]]) -> bytes:
    """The block map of a disk in memory."""
    file = io.BytesIO()
    disk.write_bmap(io.BytesIO(data), len(data), file, lambda: iter(ranges))
    return file.getvalue()


def read(data: bytes) -> disk.Bmap:
    """Read a block map in memory."""
    return disk.read_bmap(io.BytesIO(data), "phone.bmap")


MAP = write(DATA, RANGES)


def resum(text: str) -> bytes:
    """A map whose own sum is right again."""
    blank = re.sub(r"(<BmapFileChecksum> *)\w*", rf"\g<1>{'0' * 64}", text)
    return blank.replace("0" * 64, hashlib.sha256(blank.encode()).hexdigest(), 1).encode()


def test_a_map_says_what_is_written() -> None:
    """Whole blocks around the ranges, each with its digest."""
    found = read(MAP)

    assert (found.size, found.block) == (len(DATA), GRAIN)
    assert found.ranges == tuple(
        Mapped(first=first, last=last, sha256=hashlib.sha256(part).hexdigest())
        for first, last, part in (
            (0, 1, DATA[: 2 * GRAIN]),
            (5, 5, DATA[5 * GRAIN : 6 * GRAIN]),
            (8, 8, DATA[8 * GRAIN :]),
        )
    )


def test_a_disk_is_checked_against_its_map() -> None:
    """The range that has other bytes is named; what the map leaves out may be anything."""
    found = read(MAP)
    other = bytearray(DATA)
    other[5 * GRAIN + 9] ^= 1
    other[3 * GRAIN] ^= 1

    assert disk.check_bmap(found, io.BytesIO(DATA)) == ()
    assert disk.check_bmap(found, io.BytesIO(other)) == (found.ranges[1],)
    assert disk.check_bmap(found, io.BytesIO(DATA[:-1])) == (found.ranges[2],)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(DATA)), max_size=12))
def test_any_ranges_are_covered_by_as_few_as_there_can_be(places: list[int]) -> None:
    """Ranges in order lie apart, and hold every byte that was written."""
    inside = sorted(places)
    ranges = [
        (low, high) for low, high in zip(inside[::2], inside[1::2], strict=False) if low < high
    ]
    found = read(write(DATA, ranges))

    covered = {block for each in found.ranges for block in range(each.first, each.last + 1)}
    wanted = {at // GRAIN for low, high in ranges for at in (*range(low, high, GRAIN), high - 1)}
    assert covered == wanted
    assert all(high.first > low.last + 1 for low, high in pairwise(found.ranges))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(MAP) * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    """The map has a sum of its own."""
    data = bytearray(MAP)
    data[bit // 8] ^= 1 << bit % 8

    with pytest.raises(DiskError):
        read(bytes(data))


LIES = {
    "no XML": ("<bmap", "<bmap <", "it is no XML"),
    "document type": ("<bmap", '<!DOCTYPE b [<!ENTITY a "aa">]><bmap', "it has a document type"),
    "version": ('"2.0"', '"3.0"', "its version is '3.0'"),
    "old version": ('"2.0"', '"1.4"', "its version is '1.4'"),
    "sum's kind": ("> sha256 <", "> md5 <", "version 2.0 with SHA-256"),
    "another root": ("bmap", "cmap", "where no block map has it"),
    "twice": ("<BlockMap>", "<ImageSize> 1 </ImageSize><BlockMap>", "has bmap/ImageSize, where"),
    "deeper": ("<BlockMap>", "<BlockMap><a/>", "it has bmap/BlockMap/a, where"),
    "size": ("ImageSize> 3", "ImageSize> -3", "is no number"),
    "large block": ("BlockSize> 4096", "BlockSize> 99999999", "its blocks have 99999999 bytes"),
    "no block": ("BlockSize> 4096", "BlockSize> 0", "its blocks have 0 bytes"),
    "blocks": ("BlocksCount> 9 ", "BlocksCount> 8 ", "BlocksCount is 8, should be 9"),
    "mapped": ("<MappedBlocksCount> 4", "<MappedBlocksCount> 5", "is 5, should be 4"),
    "behind": ("> 8 <", "> 8-9 <", "the range 8-9 is not behind 5 and in the disk's 9 blocks"),
    "order": ("> 5 <", "> 1-5 <", "the range 1-5 is not behind 1"),
    "backwards": ("> 0-1 <", "> 1-0 <", "the range 1-0 is not"),
    "no digest": ('chksum="', 'chksum="x', "has no SHA-256"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_map_that_lies_is_refused(lie: str) -> None:
    """A right sum makes nothing true."""
    old, new, said = LIES[lie]
    text = MAP.decode()
    assert old in text

    with pytest.raises(DiskError, match=re.escape(said)) as caught:
        read(resum(text.replace(old, new)))

    assert caught.value.place
    assert caught.value.place.file == "phone.bmap"


def test_a_map_without_a_sum_or_larger_than_any_is_refused() -> None:
    """Both would let anything in."""
    with pytest.raises(DiskError, match="no sum of its own"):
        read(re.sub(rb"<BmapFile.*\n", b"", MAP))
    with pytest.raises(DiskError, match="larger than any disk needs"):
        read(MAP + b" " * (32 << 20))


# ---- other people's tools ----


def bmaptool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run bmaptool in a folder."""
    return subprocess.run(
        ["bmaptool", "--quiet", *words], cwd=folder, check=False, capture_output=True, text=True
    )


def test_bmaptool_copies_by_our_map(tmp_path: Path) -> None:
    """Bit for bit; and it refuses a disk that is another one."""
    (tmp_path / "a.img").write_bytes(DATA)
    (tmp_path / "a.bmap").write_bytes(MAP)
    words = ("copy", "--bmap", "a.bmap", "a.img", "b.img")

    assert bmaptool(tmp_path, *words).returncode == 0
    assert (tmp_path / "b.img").read_bytes() == DATA

    (tmp_path / "a.img").write_bytes(DATA[:-1] + b"!")
    refused = bmaptool(tmp_path, *words)
    assert refused.returncode
    assert "checksum mismatch" in refused.stderr


def test_we_read_what_bmaptool_writes(tmp_path: Path) -> None:
    """And the disk is what it says."""
    with (tmp_path / "a.img").open("wb") as file:
        file.truncate(1 << 20)
        file.seek(64 * GRAIN)
        file.write(b"x" * 5000)
    assert bmaptool(tmp_path, "create", "-o", "a.bmap", "a.img").returncode == 0

    found = read((tmp_path / "a.bmap").read_bytes())

    assert found.size == 1 << 20
    assert found.ranges
    with (tmp_path / "a.img").open("rb") as file:
        assert disk.check_bmap(found, file) == ()
