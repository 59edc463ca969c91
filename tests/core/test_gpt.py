# SPDX-License-Identifier: Apache-2.0
"""The firmware's reader of partition tables: what it finds, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import gpts
from gpts import BLOCK, Table, disk, entry
from mvpsdk.core._library import ffi, lib

if TYPE_CHECKING:
    from collections.abc import Callable


def find(table: Table, name: str, *, drop: int = 0) -> tuple[int, int] | None:
    """Look a partition up as the firmware does: first block and blocks. drop: blocks not given."""
    gpt, text = ffi.new("struct gpt *"), ffi.new("char[]", name.encode())
    if not lib.gpt_open(gpt, table.header(), table.at, table.blocks, text):
        return None
    array = table.array()
    assert lib.gpt_blocks(gpt) * BLOCK == len(array)
    for at in range(0, len(array) - drop * BLOCK, BLOCK):
        lib.gpt_add(gpt, array[at : at + BLOCK])
    return told(gpt)


def told(gpt: object) -> tuple[int, int] | None:
    """What the reader says in the end."""
    first, blocks = ffi.new("uint64_t *"), ffi.new("uint64_t *")
    return (first[0], blocks[0]) if lib.gpt_partition(gpt, first, blocks) else None


@pytest.mark.parametrize(
    ("name", "found"),
    [("misc", (34, 64)), ("boot_a", (98, 903)), ("boot_b", (1001, 3062))],
)
def test_a_partition_is_found_by_its_name(name: str, found: tuple[int, int]) -> None:
    """Its first block, and how many it has."""
    assert find(disk(), name) == found


@pytest.mark.parametrize("name", ["", "mi", "misc_", "MISC", "boot_c"])
def test_no_other_name_is_found(name: str) -> None:
    """Not by its beginning, nor in other letters."""
    assert find(disk(), name) is None


@pytest.mark.parametrize("length", [35, 36])
def test_a_name_may_fill_its_field(length: int) -> None:
    """Which has no end mark then; one that is longer is another one."""
    table = disk()
    table.entries.append(entry("x" * length, 500, 501))

    assert find(table, "x" * length) == (500, 2)
    assert find(table, "x" * 37) is None


def test_of_two_with_a_name_the_first_counts() -> None:
    """As in U-Boot."""
    table = disk()
    table.entries.append(entry("misc", 500, 600))

    assert find(table, "misc") == (34, 64)


@pytest.mark.parametrize(
    "row",
    [
        entry("user", 33, 40),
        entry("user", 40, 4063),
        entry("user", 50, 49),
        entry("user", 40, 1 << 63),
        entry("user", 100, 200, gpts.UNUSED),
    ],
)
def test_an_entry_that_can_not_be_is_none(row: bytes) -> None:
    """Outside of what partitions may have, empty, or not in use."""
    table = disk()
    table.entries.append(row)

    assert find(table, "user") is None
    assert find(table, "misc") == (34, 64)


def wrong(**values: object) -> Callable[[Table], None]:
    """Set fields."""

    def change(table: Table) -> None:
        for name, value in values.items():
            setattr(table, name, value)

    return change


@pytest.mark.parametrize(
    "change",
    [
        wrong(signature=b"EFI PARt"),
        wrong(revision=0x20000),
        wrong(size=91),
        wrong(size=513),
        wrong(at=2),
        wrong(own=4095),
        wrong(entry_size=256),
        wrong(count=0),
        wrong(count=1025),
        wrong(last=4096),
        wrong(first=4000, last=3999),
        wrong(table=4096),
        wrong(table=4095),
        wrong(table=1 << 62),
    ],
)
def test_a_header_that_can_not_be_is_refused(change: Callable[[Table], None]) -> None:
    """Though its checksum is right."""
    table = disk()
    change(table)

    assert find(table, "misc") is None


@pytest.mark.parametrize(("size", "count"), [(92, 4), (512, 5), (100, 1024)])
def test_other_sizes_are_read(size: int, count: int) -> None:
    """Of the header, and of a table that ends within a block."""
    table = disk()
    table.size, table.count = size, count

    assert find(table, "misc") == (34, 64)


@pytest.mark.parametrize("at", [0, 13, 16, 30, 72, 80, 90, 91])
def test_a_damaged_header_is_refused(at: int) -> None:
    """Whichever byte it is."""
    header = bytearray(disk().header())
    header[at] ^= 0x40
    gpt, name = ffi.new("struct gpt *"), ffi.new("char[]", b"misc")

    assert not lib.gpt_open(gpt, bytes(header), 1, 4096, name)


def test_a_damaged_table_tells_nothing() -> None:
    """Not even of a partition whose own entry is sound."""
    table = disk()
    header = table.header()
    table.entries[2] = entry("boot_b", 1001, 4061)
    gpt, name = ffi.new("struct gpt *"), ffi.new("char[]", b"misc")

    assert lib.gpt_open(gpt, header, 1, 4096, name)
    for at in range(0, 128 * 128, BLOCK):
        lib.gpt_add(gpt, table.array()[at : at + BLOCK])
    assert told(gpt) is None


def test_a_table_that_is_not_all_there_tells_nothing() -> None:
    """Its checksum can't be known."""
    assert find(disk(), "misc", drop=1) is None
