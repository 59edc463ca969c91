# SPDX-License-Identifier: Apache-2.0
"""Android sparse images: ours are unpacked by others, others' are read by us, lies are refused."""

from __future__ import annotations

import io
import re
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import disk
from mvpsdk.disk.runs import GRAIN
from mvpsdk.disk.sparse import CHUNK_CRC, CHUNK_FILL, CHUNK_RAW, CHUNK_SKIP
from mvpsdk.errors import DiskError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

grains = st.lists(st.sampled_from([b"\0", b"\0", b"a", b"b"]), min_size=1, max_size=40)
cuts = st.lists(st.integers(0, 40 * GRAIN), max_size=6)


def ranges_of(places: list[int], size: int) -> list[tuple[int, int]]:
    """Half-open ranges between these places, in order."""
    inside = sorted(min(place, size) for place in places)
    return [(low, high) for low, high in zip(inside[::2], inside[1::2], strict=False) if low < high]


def pack(data: bytes, written: Sequence[tuple[int, int]]) -> bytes:
    """A sparse image of a disk in memory."""
    file = io.BytesIO()
    disk.write_sparse(io.BytesIO(data), len(data), file, written)
    return file.getvalue()


def unpack(image: bytes) -> bytes:
    """The disk that a sparse image stands for."""
    file = io.BytesIO(image)
    return disk.read_sparse(file, "phone.simg").over(file).read()


def chunks(image: bytes) -> list[tuple[int, int]]:
    """Kinds and blocks of an image's chunks."""
    found, at = [], 28
    while at < len(image):
        kind, _, blocks, taken = struct.unpack_from("<HHII", image, at)
        found.append((kind, blocks))
        at += taken
    return found


@settings(max_examples=80, deadline=None)
@given(grains, cuts)
def test_what_is_written_reads_back(kinds: list[bytes], places: list[int]) -> None:
    """Whole grains that were written have their bytes; what lies between them is zeros for us."""
    data = b"".join(kind * GRAIN for kind in kinds)
    written = ranges_of(places, len(data))
    found = unpack(pack(data, written))

    expected = bytearray(len(data))
    for low, high in written:
        whole = slice(low - low % GRAIN, high + -high % GRAIN)
        expected[whole] = data[whole]
    assert found == expected


@settings(max_examples=60, deadline=None)
@given(grains, st.data())
def test_any_part_reads_as_it_lies(kinds: list[bytes], draw: st.DataObject) -> None:
    """From anywhere, so many bytes."""
    data = b"".join(kind * GRAIN for kind in kinds)
    file = io.BytesIO(pack(data, [(0, len(data))]))
    view = disk.read_sparse(file).over(file)
    for _ in range(4):
        at = draw.draw(st.integers(0, len(data) + 5))
        count = draw.draw(st.integers(0, len(data)))
        view.seek(at)
        assert view.read(count) == data[at : at + count]


def test_zeros_that_were_given_are_written() -> None:
    """What nobody gave may stay what it is."""
    data = bytes(GRAIN) + b"x" * GRAIN + bytes(6 * GRAIN)

    found = chunks(pack(data, [(0, 4 * GRAIN), (6 * GRAIN, 6 * GRAIN + 1)]))

    assert found == [
        (CHUNK_FILL, 1),
        (CHUNK_RAW, 1),
        (CHUNK_FILL, 2),
        (CHUNK_SKIP, 2),
        (CHUNK_FILL, 1),
        (CHUNK_SKIP, 1),
    ]


def test_a_long_run_is_cut_into_chunks_that_a_flasher_can_hold() -> None:
    """64 MiB and one piece at most."""
    size = 65 << 20
    found = chunks(pack(b"x" * size, [(0, size)]))

    assert found == [(CHUNK_RAW, (64 << 20) // GRAIN), (CHUNK_RAW, (1 << 20) // GRAIN)]


def test_a_disk_beyond_the_formats_numbers_is_refused() -> None:
    """16 TiB are one too many."""
    with pytest.raises(DiskError, match="no room for 16 TiB"):
        disk.write_sparse(io.BytesIO(), 1 << 44, io.BytesIO(), [])


def test_holes_are_known() -> None:
    """Who copies out of a sparse image need not read zeros."""
    data = bytes(3 * GRAIN) + b"x" * GRAIN + bytes(4 * GRAIN)
    file = io.BytesIO(pack(data, [(0, 5 * GRAIN)]))
    view = disk.read_sparse(file).over(file)

    assert list(disk.data_ranges(view, 0, len(data))) == [(3 * GRAIN, 4 * GRAIN)]


# ---- lies ----


def forge(*rows: tuple[int, int, int, bytes], **header: int) -> bytes:
    """An image of these chunks: kind, blocks, bytes that it claims to take, body."""
    told = {"magic": 0xED26FF3A, "major": 1, "head": 28, "chunk": 12, "block": GRAIN}
    told |= {"blocks": sum(row[1] for row in rows), "chunks": len(rows)} | header
    head = struct.pack(
        "<IHHHHIIII", told["magic"], told["major"], 0, told["head"], told["chunk"],
        told["block"], told["blocks"], told["chunks"], 0,
    )  # fmt: skip
    return head + b"".join(
        struct.pack("<HHII", kind, 0, blocks, taken) + body for kind, blocks, taken, body in rows
    )


RAW = (CHUNK_RAW, 1, 12 + GRAIN, b"r" * GRAIN)
FILL = (CHUNK_FILL, 2, 16, b"abcd")
LIES = {
    "short": (b"\x3a\xff\x26\xed", "its header is cut short"),
    "magic": (forge(RAW, magic=1), "magic 0x1"),
    "version": (forge(RAW, major=2), "version 2"),
    "header": (forge(RAW, head=27), "headers of 27, 12 bytes"),
    "chunk header": (forge(RAW, chunk=5000), "headers of 28, 5000 bytes"),
    "block": (forge(RAW, block=0), "1 blocks of 0 bytes"),
    "odd block": (forge(RAW, block=4098), "1 blocks of 4098 bytes"),
    "endless": (forge((CHUNK_SKIP, 0xFFFF_FFFF, 12, b""), block=8192), "4294967295 blocks"),
    "chunks": (forge(RAW, chunks=0xFFFF_FFFF), "in 4294967295 chunks"),
    "no chunks": (forge(RAW, chunks=1 << 20), "it has 1048576 chunks, and ends"),
    "one more": (forge(FILL, chunks=2, head=28) + bytes(4), "chunk 1 is cut short"),
    "fewer blocks": (forge(RAW, FILL, blocks=2), "stand for 3 blocks, its header says 2"),
    "more blocks": (forge(RAW, blocks=9), "stand for 1 blocks, its header says 9"),
    "kind": (forge((0xCAC5, 1, 12, b"")), "chunk 0 of kind 0xcac5"),
    "raw size": (forge((CHUNK_RAW, 2, 12 + GRAIN, b"r" * GRAIN)), "has 2 blocks in 4108 bytes"),
    "empty": (forge((CHUNK_SKIP, 0, 12, b"")), "has 0 blocks in 12 bytes"),
    "crc of blocks": (forge((CHUNK_CRC, 1, 16, bytes(4))), "chunk 0 of kind 0xcac4"),
    "cut": (forge(RAW)[:-1], "chunk 0 ends at byte 4136, the file at 4135"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_image_that_lies_is_refused(lie: str) -> None:
    """Nothing is read beyond the file, and nothing without an end."""
    image, said = LIES[lie]

    with pytest.raises(DiskError, match=re.escape(said)) as caught:
        unpack(image)

    assert caught.value.place
    assert caught.value.place.file == "phone.simg"


def test_longer_headers_and_sums_are_passed_over() -> None:
    """A later minor version may have them."""
    row = struct.pack("<HHII", CHUNK_RAW, 0, 1, 16 + GRAIN) + b"more" + b"r" * GRAIN
    crc = struct.pack("<HHII", CHUNK_CRC, 0, 0, 20) + b"moreCRC!"
    head = forge(head=32, chunk=16, blocks=1, chunks=2) + b"more"

    assert unpack(head + row + crc) == b"r" * GRAIN


def test_a_pattern_repeats_from_its_chunks_start() -> None:
    """Wherever the reading begins."""
    file = io.BytesIO(forge(RAW, FILL))
    view = disk.read_sparse(file).over(file)
    view.seek(GRAIN + 3)

    assert view.read(6) == b"dabcda"


# ---- other people's tools ----


def test_simg2img_unpacks_what_we_write(tmp_path: Path) -> None:
    """Bit for bit."""
    data = bytes(2 * GRAIN) + b"x" * (3 * GRAIN) + bytes(5 * GRAIN) + b"y" * GRAIN
    (tmp_path / "a.simg").write_bytes(pack(data, [(0, 6 * GRAIN), (10 * GRAIN, 11 * GRAIN)]))
    subprocess.run(["simg2img", "a.simg", "a.img"], cwd=tmp_path, check=True)

    assert (tmp_path / "a.img").read_bytes() == data


def test_simg2img_refuses_what_we_refuse(tmp_path: Path) -> None:
    """The other side's check can fail."""
    (tmp_path / "a.simg").write_bytes(LIES["raw size"][0])
    done = subprocess.run(
        ["simg2img", "a.simg", "a.img"], cwd=tmp_path, check=False, capture_output=True
    )

    assert done.returncode


def test_we_read_what_img2simg_writes(tmp_path: Path) -> None:
    """Patterns other than zeros, too."""
    data = bytes(5 * GRAIN) + b"abcd" * GRAIN + bytes(range(256)) * 16 + bytes(GRAIN)
    (tmp_path / "a.img").write_bytes(data)
    subprocess.run(["img2simg", "a.img", "a.simg"], cwd=tmp_path, check=True)
    image = (tmp_path / "a.simg").read_bytes()

    assert unpack(image) == data
    assert {kind for kind, _ in chunks(image)} == {CHUNK_RAW, CHUNK_FILL}
