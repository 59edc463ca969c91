# SPDX-License-Identifier: Apache-2.0
"""GUID partition tables: ours are read by others, others' by us, and damage is noticed."""

from __future__ import annotations

import io
import re
import struct
import subprocess
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID, uuid5
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import disk
from mvpsdk.disk import BLOCK, NAMESPACE, TYPE_BOOT, TYPE_LINUX, TYPE_MISC, Disk, Wanted
from mvpsdk.disk.gpt_write import backup, primary
from mvpsdk.errors import DiskError
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WANTED = (
    Wanted(name="misc", type=TYPE_MISC, size=MIB),
    Wanted(name="boot_a", type=TYPE_BOOT, size=2 * MIB - 5),
    Wanted(name="boot_b", type=TYPE_BOOT, size=MIB),
    Wanted(name="userdata", type=TYPE_LINUX, size=MIB),
)
PLANNED = disk.plan(WANTED, "test")
BACKUP = (PLANNED.blocks - 33) * BLOCK

names = st.text(
    st.characters(exclude_categories=["Cs"]).filter(str.isprintable), min_size=1, max_size=18
).filter(lambda text: "\ufffd" not in text)
wanted = st.lists(
    st.builds(
        Wanted,
        name=names,
        type=st.uuids().filter(lambda uuid: uuid.int),
        size=st.integers(1, 5 * MIB),
    ),
    max_size=12,
    unique_by=lambda each: each.name,
)


def image(planned: Disk) -> bytes:
    """The whole disk, empty between its tables."""
    first, last = primary(planned), backup(planned)
    return first + bytes(planned.size - len(first) - len(last)) + last


WHOLE = image(PLANNED)


def read(data: bytes) -> Disk:
    """Read a disk in memory."""
    return disk.read(io.BytesIO(data), "phone.img")


def test_partitions_stand_in_order_at_whole_mib() -> None:
    """The first begins 1 MiB in; a size is rounded up, never down."""
    rows = [(each.name, each.offset // MIB, each.size // MIB) for each in PLANNED.partitions]

    assert rows == [("misc", 1, 1), ("boot_a", 2, 2), ("boot_b", 4, 1), ("userdata", 5, 1)]
    assert PLANNED.size == 7 * MIB
    assert PLANNED.find("boot_b") is PLANNED.partitions[2]
    assert PLANNED.find("boot_c") is None


def test_identifiers_are_derived() -> None:
    """The same contents give the same GUIDs, others others."""
    assert disk.plan(WANTED, "test") == PLANNED
    assert PLANNED.guid == uuid5(NAMESPACE, "test")
    assert PLANNED.partitions[1].guid == uuid5(PLANNED.guid, "boot_a")
    assert disk.plan(WANTED, "other").guid != PLANNED.guid


@settings(max_examples=40, deadline=None)
@given(wanted, st.text())
def test_a_disk_reads_back_as_it_was_planned(partitions: list[Wanted], contents: str) -> None:
    """Writing and reading is the identity, and no two partitions share a block."""
    planned = disk.plan(partitions, contents)
    file = io.BytesIO()
    disk.write(file, planned)

    assert disk.read(file) == planned
    assert file.seek(0, 2) == planned.size
    ends = [(each.first, each.last) for each in planned.partitions]
    assert all(last < first for (_, last), (first, _) in pairwise(ends))


def test_writing_leaves_what_lies_between_alone() -> None:
    """Only the two tables are touched."""
    file = io.BytesIO(b"\xa5" * PLANNED.size)
    disk.write(file, PLANNED)

    assert file.getvalue()[34 * BLOCK : BACKUP] == b"\xa5" * (BACKUP - 34 * BLOCK)
    assert file.getvalue()[: 34 * BLOCK] == WHOLE[: 34 * BLOCK]
    assert file.getvalue()[BACKUP:] == WHOLE[BACKUP:]


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 92 * 8 - 1), st.sampled_from([BLOCK, PLANNED.size - BLOCK]))
def test_any_flipped_bit_in_a_header_is_noticed(bit: int, header: int) -> None:
    """The other copy is used, and what is wrong is told."""
    data = bytearray(WHOLE)
    data[header + bit // 8] ^= 1 << bit % 8

    found = read(bytes(data))

    assert found.partitions == PLANNED.partitions
    (damage,) = found.damage
    assert damage.startswith("primary table: " if header == BLOCK else "backup table: ")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 128 * 128 * 8 - 1), st.booleans())
def test_any_flipped_bit_in_an_entry_is_noticed(bit: int, first: bool) -> None:
    """Unused entries count too."""
    data = bytearray(WHOLE)
    data[(2 * BLOCK if first else BACKUP) + bit // 8] ^= 1 << bit % 8

    found = read(bytes(data))

    assert found.partitions == PLANNED.partitions
    assert re.match(r"(primary|backup) table: its entries have CRC 0x\w{8}", found.damage[0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 91 * 8 + 7), st.integers(0, 91 * 8 + 7))
def test_two_damaged_headers_are_no_disk(one: int, other: int) -> None:
    """Both reasons are told."""
    data = bytearray(WHOLE)
    data[BLOCK + one // 8] ^= 1 << one % 8
    data[-BLOCK + other // 8] ^= 1 << other % 8

    with pytest.raises(DiskError, match=r"(?s)primary table: .*; backup table: ") as caught:
        read(bytes(data))

    assert caught.value.place
    assert caught.value.place.file == "phone.img"


def test_copies_that_say_different_things_are_told() -> None:
    """Each counts by itself; the primary is used."""
    other = disk.plan(WANTED, "other")
    found = read(WHOLE[:BACKUP] + backup(other))

    assert found.guid == PLANNED.guid
    assert found.damage == ("the backup table is another one than the primary",)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 1024, 34 * BLOCK, len(WHOLE) - 1, BACKUP])
def test_a_disk_that_was_cut_short_is_refused(size: int) -> None:
    """Wherever it was cut."""
    with pytest.raises(DiskError):
        read(WHOLE[:size])


def test_a_disk_on_a_larger_device_is_read() -> None:
    """The table knows where the disk ends."""
    assert read(WHOLE + bytes(5 * BLOCK)) == PLANNED


@pytest.mark.parametrize("place", [446 + 4, 446 + 8, 510, 511])
def test_without_a_protective_mbr_it_is_no_disk(place: int) -> None:
    """Its type, its first block and the signature are needed."""
    data = bytearray(WHOLE)
    data[place] ^= 0x10

    with pytest.raises(DiskError, match="this is no disk"):
        read(bytes(data))
    assert not disk.is_disk(bytes(data[:512]))
    assert disk.is_disk(WHOLE[:512])


def forge(change: Callable[[bytearray, bytearray], None]) -> bytes:
    """A disk with one table only, whose CRCs are right, but what it says is changed."""
    head, entries = bytearray(primary(PLANNED)[BLOCK : 2 * BLOCK]), bytearray(128 * 128)
    entries[:] = primary(PLANNED)[2 * BLOCK :]
    change(head, entries)
    struct.pack_into("<I", head, 88, crc32(entries))
    struct.pack_into("<I", head, 16, 0)
    struct.pack_into("<I", head, 16, crc32(head[:92]))
    return WHOLE[:BLOCK] + bytes(head) + bytes(entries) + bytes(PLANNED.size - 34 * BLOCK)


HEADER_LIES = {
    "revision": (8, "<I", 0x20000, "revision"),
    "length": (12, "<I", 513, "and 513 bytes"),
    "reserved": (20, "<I", 1, "its header has revision"),
    "own block": (24, "<Q", 2, "stands in block 1, and says 2"),
    "other block": (32, "<Q", 1, "stand in blocks 1 and 1"),
    "first usable": (40, "<Q", 33, "its entries take blocks 2 to 33"),
    "last usable": (48, "<Q", 1 << 60, "its usable blocks"),
    "entries": (72, "<Q", 1, "its entries take blocks 1 to 32"),
    "far entries": (72, "<Q", 1 << 63, "its entries take"),
    "no entries": (80, "<I", 0, "it has 0 entries"),
    "many entries": (80, "<I", 0xFFFF_FFFF, "it has 4294967295 entries"),
    "small entries": (84, "<I", 64, "its entries have 64 bytes"),
    "large entries": (84, "<I", 8192, "its entries have 8192 bytes"),
}


@pytest.mark.parametrize("lie", HEADER_LIES)
def test_a_header_that_lies_is_refused(lie: str) -> None:
    """A right CRC makes nothing true."""
    at, form, value, said = HEADER_LIES[lie]

    with pytest.raises(DiskError, match=re.escape(said)):
        read(forge(lambda head, _: struct.pack_into(form, head, at, value)))


ENTRY_LIES = {
    "overlap": (
        128 + 32,
        struct.pack("<Q", 2048),
        '"misc", blocks 2048 to 4095, overlaps "boot_a"',
    ),
    "before": (32, struct.pack("<Q", 1), "entry 1 takes blocks 1 to 4095, outside"),
    "behind": (3 * 128 + 40, struct.pack("<Q", 1 << 62), "entry 4 takes blocks"),
    "backwards": (32, struct.pack("<Q", 4097), "entry 1 takes blocks 4097 to 4095"),
    "twin": (128 + 16, PLANNED.partitions[0].guid.bytes_le, "the same GUID"),
    "escape": (56, "\x1b[2J".encode("utf-16-le"), "entry 1 has a name that can't be printed"),
    "surrogate": (56, b"\x00\xd8", "entry 1 has a name that can't be printed"),
}


@pytest.mark.parametrize("lie", ENTRY_LIES)
def test_an_entry_that_lies_is_refused(lie: str) -> None:
    """Partitions lie apart, in the disk, and can be told."""
    at, value, said = ENTRY_LIES[lie]

    def change(_: bytearray, entries: bytearray) -> None:
        entries[at : at + len(value)] = value

    with pytest.raises(DiskError, match=re.escape(said)):
        read(forge(change))


def test_the_forger_changes_nothing_of_itself() -> None:
    """A table that was only signed anew counts."""
    found = read(forge(lambda _head, _entries: None))

    assert found.partitions == PLANNED.partitions
    assert found.damage[0].startswith("backup table: block ")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([Wanted(name="", type=TYPE_MISC, size=1)], "0 UTF-16 units"),
        ([Wanted(name="\U0001f4f1" * 19, type=TYPE_MISC, size=1)], "38 UTF-16 units"),
        ([Wanted(name="a\nb", type=TYPE_MISC, size=1)], "can't be printed"),
        ([Wanted(name="a", type=TYPE_MISC, size=0)], "has 0 bytes"),
        ([Wanted(name="a", type=TYPE_MISC, size=1)] * 2, 'two partitions are called "a"'),
        ([Wanted(name=str(n), type=TYPE_MISC, size=1) for n in range(129)], "129 partitions"),
    ],
)
def test_what_no_table_can_hold_is_refused(wrong: list[Wanted], said: str) -> None:
    """Before anything is written."""
    with pytest.raises(DiskError, match=said):
        disk.plan(wrong, "")


# ---- other people's tools ----


def sgdisk(*arguments: str) -> str:
    """What sgdisk says."""
    done = subprocess.run(["sgdisk", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def test_sgdisk_accepts_what_we_write(tmp_path: Path) -> None:
    """Its verification finds nothing, and it reads what we meant."""
    path = tmp_path / "phone.img"
    path.write_bytes(WHOLE)

    assert "No problems found." in sgdisk("-v", str(path))
    listed = sgdisk("-p", str(path))
    assert f"Disk identifier (GUID): {str(PLANNED.guid).upper()}" in listed
    for number, each in enumerate(PLANNED.partitions, 1):
        told = sgdisk("-i", str(number), str(path))
        assert f"Partition unique GUID: {str(each.guid).upper()}" in told
        assert f"Partition GUID code: {str(each.type).upper()}" in told
        assert f"First sector: {each.first} (" in told
        assert f"Last sector: {each.last} (" in told
        assert f"Partition name: '{each.name}'" in told


def test_sgdisk_refuses_what_we_refuse(tmp_path: Path) -> None:
    """The check of the other side can fail."""
    path = tmp_path / "phone.img"
    data = bytearray(WHOLE)
    data[2 * BLOCK + 40] ^= 1
    path.write_bytes(data)

    assert "No problems found." not in subprocess.run(
        ["sgdisk", "-v", str(path)], capture_output=True, text=True, check=False
    ).stdout  # fmt: skip


def test_we_read_what_sgdisk_writes(tmp_path: Path) -> None:
    """Names, places, types and attributes."""
    path = tmp_path / "other.img"
    path.write_bytes(bytes(8 * MIB))
    guid = "01234567-89AB-CDEF-0123-456789ABCDEF"
    sgdisk(
        *("-U", guid, "-n", "1:2048:+1M", "-c", "1:misc", "-t", f"1:{TYPE_MISC}"),
        *("-n", "2:8192:+1M", "-c", "2:größer", "-A", "2:set:2", str(path)),
    )
    with path.open("rb") as file:
        found = disk.read(file, path)

    assert found.guid == UUID(guid)
    assert found.damage == ()
    assert found.size == 8 * MIB
    rows = [(each.name, each.first, each.last, each.attributes) for each in found.partitions]
    assert rows == [("misc", 2048, 4095, 0), ("größer", 8192, 10239, 4)]
    assert [each.type for each in found.partitions] == [TYPE_MISC, TYPE_LINUX]


def test_what_sgdisk_read_back_we_write_the_same(tmp_path: Path) -> None:
    """A table of another tool's goes through us bit for bit, but for the MBR's cylinders."""
    path = tmp_path / "other.img"
    path.write_bytes(bytes(8 * MIB))
    sgdisk("-n", "1:2048:+1M", "-c", "1:misc", "-n", "2:8192:+1M", "-c", "2:boot", str(path))
    data = path.read_bytes()
    found = read(data)

    assert primary(found)[BLOCK:] == data[BLOCK : 34 * BLOCK]
    assert backup(found) == data[-33 * BLOCK :]
