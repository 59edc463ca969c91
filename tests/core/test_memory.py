# SPDX-License-Identifier: Apache-2.0
"""Stage-2 of partitions: attributes, and how many tables it takes."""

from dataclasses import replace
from mmap import mmap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import BundleError
from mvpsdk.units import GIB

# Stage-2 descriptor bits, Arm DDI 0487 D8.3.2.
WRITE = 1 << 7
READ = 1 << 6
ACCESSED = 1 << 10
NO_EXECUTE = 1 << 54
MEMORY_TYPE = 0x3C
NORMAL_WRITE_BACK, DEVICE_NGNRE = 0x3C, 0x04


def test_a_persona_sees_its_ram_and_nothing_else(metadata: bytes) -> None:
    """Emulated devices are holes: each access comes to the hypervisor."""
    (ram,) = core.stage2(metadata, 1)

    assert (ram.ipa, ram.pa, ram.size) == (0x40000000, 0x40600000, 128 * packs.MIB)


def test_ram_is_normal_memory_that_can_be_run_from(metadata: bytes) -> None:
    """Write-back; reads, writes and execution allowed; the access flag set."""
    (ram,) = core.stage2(metadata, 1)

    assert ram.attributes & MEMORY_TYPE == NORMAL_WRITE_BACK
    assert ram.attributes & (READ | WRITE | ACCESSED) == READ | WRITE | ACCESSED
    assert not ram.attributes & NO_EXECUTE


def test_a_device_is_never_executed(metadata: bytes) -> None:
    """Device-nGnRE, read and write, no speculation into it by fetches."""
    device, _ = core.stage2(metadata, 0)

    assert (device.ipa, device.pa, device.size) == (0x09030000, 0x09030000, 0x1000)
    assert device.attributes & MEMORY_TYPE == DEVICE_NGNRE
    assert device.attributes & (READ | WRITE | NO_EXECUTE) == READ | WRITE | NO_EXECUTE


def test_flags_take_rights_away(pack: core.Pack) -> None:
    """A region without WRITE is read-only, one without EXECUTE is not run from."""
    constant = replace(packs.ram(0, 0x50000000, 0x50000000, 0x1000), flags=0)
    found = core.stage2(core.pack_write(replace(pack, regions=(*pack.regions, constant))), 0)[-1]

    assert found.attributes & (READ | WRITE | NO_EXECUTE) == READ | NO_EXECUTE


def test_tables_that_do_not_fit_are_said(pack: core.Pack) -> None:
    """The planner hears of it before the board does."""
    odd = replace(pack.regions[4], pa=0x40601000)
    metadata = core.pack_write(replace(pack, regions=(odd,)))

    with pytest.raises(BundleError, match="partition 1 do not fit"):
        core.stage2(metadata, 1)
    assert (
        core.Reason.MEM_TABLES
        is packs.judged(
            core.pack_write(replace(pack, regions=(*pack.regions[:4], odd, *pack.regions[5:])))
        ).reason
    )


def test_a_pool_without_a_page_gives_no_root(metadata: bytes) -> None:
    """Zero is never a root's address."""
    empty = ffi.new("struct table_pool *")

    assert lib.memory_stage2(packs.as_buffer(metadata), 0, empty) == 0


def _used(metadata: bytes, partitions: int, pages: int) -> int:
    """Pages that building all partitions' tables really takes."""
    memory = mmap(-1, 4096 * pages)
    pool = ffi.new("struct table_pool *")
    pool.pages = ffi.cast("uint64_t *", ffi.from_buffer(memory))
    pool.base, pool.count = 0x1000, pages
    buffer = packs.as_buffer(metadata)
    for index in range(partitions):
        assert lib.memory_stage2(buffer, index, pool)
    return int(pool.used)


# Ranges of one partition, apart from each other: gap and size in pages, and how far the physical
# address is off, so that 1 GiB blocks, 2 MiB blocks and pages all occur.
steps = st.sampled_from([1, 3, 511, 512, 513, 1024, 1 << 18, (1 << 18) + 512])
offsets = st.sampled_from([0, 0, 512, 1 << 18, 1])


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.tuples(steps, steps, offsets), min_size=1, max_size=5))
def test_the_count_of_tables_is_what_building_takes(rows: list[tuple[int, int, int]]) -> None:
    """Exact, not a bound: what shares a table is counted once."""
    regions, at = [], 0
    for gap, size, offset in rows:
        at += gap * 4096
        regions.append(packs.ram(0, at, at + offset * 4096, size * 4096))
        at += size * 4096
    good = packs.good_pack()
    alone = replace(good, partitions=good.partitions[:1], memory=good.memory[:1])
    of_el2 = core.table_count(core.pack_write(replace(alone, regions=()))) - 1
    metadata = core.pack_write(replace(alone, regions=tuple(regions)))

    assert of_el2 + _used(metadata, 1, 5000) == core.table_count(metadata)


def test_the_hypervisors_own_tables_are_counted(pack: core.Pack) -> None:
    """A root, two tables for the window, and three for the devices in the first GiB."""
    none = core.pack_write(replace(pack, partitions=(), regions=()))

    assert core.table_count(none) == 6


@pytest.mark.parametrize(
    ("base", "size", "more"),
    [
        ((1 << 39) - GIB, GIB, 0),  # the last that a root of level 1 reaches
        (1 << 39, GIB, 2),  # a root of level 0, and a level 1 for each 512 GiB
        ((1 << 39) - GIB, 2 * GIB, 2),
        (1 << 40, GIB + (2 << 20), 3),
        (1 << 40, 3 << 39, 4),
        ((1 << 40) + GIB, 1 << 39, 3),
        ((1 << 48) - GIB, GIB, 2),
    ],
)
def test_memory_beyond_512_gib_takes_a_level_more(
    pack: core.Pack, base: int, size: int, more: int
) -> None:
    """The root's slots of 512 GiB hold no blocks: each that is touched has a table."""
    none = replace(pack, partitions=(), regions=())
    bank = replace(pack.memory[0], name="far", base=base, size=size)
    metadata = core.pack_write(replace(none, memory=(*pack.memory, bank)))

    assert bool(lib.memory_far(packs.as_buffer(metadata))) is (base + size > 1 << 39)
    assert core.table_count(metadata) == 6 + more


@pytest.mark.parametrize(("base", "more"), [(0x80000000, 0), (0x80200000, 1), (0x80001000, 2)])
def test_a_bank_takes_tables_by_its_alignment(pack: core.Pack, base: int, more: int) -> None:
    """Whole GiBs are blocks of the root; else it takes a level 2, and for odd pages a level 3."""
    none = replace(pack, partitions=(), regions=())
    size = 0xC0000000 - base
    bank = replace(pack.memory[0], name="more", base=base, size=size)
    reserved = replace(bank, kind=core.MemoryKind.RESERVED)

    counted = [
        core.table_count(core.pack_write(replace(none, memory=(*pack.memory, row))))
        for row in (bank, reserved)
    ]
    assert counted == [6 + more, 6]
