# SPDX-License-Identifier: Apache-2.0
"""Translation tables: largest blocks, no remapping, and what the walk says."""

from __future__ import annotations

from mmap import mmap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.core._library import ffi, lib

KIB4, MIB2, GIB1 = 1 << 12, 1 << 21, 1 << 30
BASE = 0x9_0000_0000
NORMAL: int = lib.STAGE2_NORMAL


class Tables:
    """A pool with one root in it."""

    def __init__(self, pages: int = 8) -> None:
        """Make the pool."""
        self.memory = mmap(-1, pages * KIB4)
        self.pool: Any = ffi.new("struct table_pool *")
        self.pool.pages = ffi.cast("uint64_t *", ffi.from_buffer(self.memory))
        self.pool.base, self.pool.count = BASE, pages
        self.root: int = lib.table_root(self.pool)

    def map(self, va: int, pa: int, size: int) -> bool:
        """Map normal memory."""
        return bool(lib.table_map(self.pool, self.root, va, pa, size, NORMAL))

    def walk(self, va: int) -> tuple[int, int, int]:
        """Return descriptor, first address and size of what va lies in."""
        first, size = ffi.new("uint64_t *"), ffi.new("uint64_t *")
        descriptor = lib.table_walk(self.pool, self.root, va, first, size)
        return int(descriptor), int(first[0]), int(size[0])


@pytest.mark.parametrize(("size", "kind", "pages"), [(GIB1, 1, 1), (MIB2, 1, 2), (KIB4, 3, 3)])
def test_each_block_size_takes_the_tables_above_it(size: int, kind: int, pages: int) -> None:
    """Descriptor types of VMSAv8-64: a block is 0b01, a page 0b11."""
    tables = Tables()

    assert tables.map(8 * GIB1, 3 * GIB1, size)
    assert (3 * GIB1 | NORMAL | kind, 8 * GIB1, size) == tables.walk(8 * GIB1 + size - 1)
    assert pages == tables.pool.used


def test_nothing_is_mapped_beside_a_mapping() -> None:
    """The neighbours on both sides are holes, as large as their level says."""
    tables = Tables()
    assert tables.map(GIB1 + MIB2, 0, MIB2)

    assert tables.walk(GIB1 + MIB2 - 1) == (0, GIB1, MIB2)
    assert tables.walk(GIB1 + 2 * MIB2) == (0, GIB1 + 2 * MIB2, MIB2)
    assert tables.walk(GIB1 - 1) == (0, 0, GIB1)


@pytest.mark.parametrize(
    ("va", "size"),
    [
        (0x40000000, KIB4),
        (0x40000000, MIB2),
        (0x40000000, GIB1),
        (0x3FE00000, 2 * MIB2),
        (0x40200000 - KIB4, KIB4),
    ],
)
def test_what_is_mapped_is_not_mapped_again(va: int, size: int) -> None:
    """Neither the same, nor a part of it, nor more than it."""
    tables = Tables()
    assert tables.map(0x40000000, 0x80000000, MIB2)

    assert not tables.map(va, 0x80000000 + va, size)
    assert tables.walk(0x40000000)[0] == 0x80000000 | NORMAL | 1


def test_a_large_block_is_not_put_over_a_table() -> None:
    """A page was mapped there before: the block would hide it."""
    tables = Tables()
    assert tables.map(0x40001000, 0x80001000, KIB4)

    assert not tables.map(0x40000000, 0xC0000000, MIB2)
    assert not tables.map(0x40000000, 0xC0000000, GIB1)


def test_an_empty_pool_is_said() -> None:
    """No root, or no table below it."""
    full = Tables(2)

    assert not full.map(0, 0, KIB4)
    assert lib.table_root(full.pool) == 0


def test_addresses_that_differ_in_alignment_get_pages() -> None:
    """2 MiB that lie 4 KiB off physically are 512 pages."""
    tables = Tables()

    assert tables.map(0x40000000, 0x80001000, MIB2)
    assert tables.walk(0x40000000) == (0x80001000 | NORMAL | 3, 0x40000000, KIB4)
    assert tables.walk(0x401FFFFF) == (0x80200000 | NORMAL | 3, 0x401FF000, KIB4)


def test_a_root_of_level_0_has_a_table_for_each_512_gib() -> None:
    """Each is made once, and is a root of level 1 as any other."""
    top = Tables(4)
    far = 5 << 39

    first = lib.table_level1(top.pool, top.root, far)
    assert lib.table_level1(top.pool, top.root, far + (1 << 39) - 1) == first
    assert top.pool.pages[5] == first | 3
    assert lib.table_level1(top.pool, top.root, 0) not in (0, first)
    assert lib.table_map(top.pool, first, far + GIB1, far + GIB1, GIB1, NORMAL)
    assert lib.table_level1(top.pool, top.root, 1 << 39) != 0
    assert lib.table_level1(top.pool, top.root, 2 << 39) == 0  # the pool is empty

    top.root = first
    assert top.walk(GIB1) == (far + GIB1 | NORMAL | 1, GIB1, GIB1)


pages = st.integers(min_value=0, max_value=3 * GIB1 // KIB4)


@settings(max_examples=150, deadline=None)
@given(va=pages, delta=st.sampled_from([0, 1, 512, 1 << 18, 513, (1 << 18) + 512]), count=pages)
def test_every_page_of_a_range_leads_to_its_own(va: int, delta: int, count: int) -> None:
    """First, last, and those around each block boundary; the pages beside it stay unmapped."""
    tables = Tables(4096)
    start, size = va * KIB4, (count % (GIB1 // KIB4) + 1) * KIB4
    pa = start + delta * KIB4
    assert tables.map(start, pa, size)

    for offset in {0, size - KIB4, size // 2 & -KIB4, min(size - KIB4, -start % MIB2)}:
        descriptor, first, _ = tables.walk(start + offset)
        assert (descriptor & 0xFFFFFFFFF000) + start + offset - first == pa + offset
        assert descriptor & 0xFFC == NORMAL
    assert tables.walk(start + size)[0] == 0
    assert start == 0 or tables.walk(start - KIB4)[0] == 0
