# SPDX-License-Identifier: Apache-2.0
"""The promise itself: whatever pack is accepted, its stage-2 tables keep partitions apart.

The tables are walked here by a walker of the test's own, from their bytes.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from mmap import mmap
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

PAGE = 4096
BASE = 0x40000000
BANK = 64 * packs.MIB
HOLE = 0x08000000  # where devices are
VALID, TABLE = 1, 2


class Run(NamedTuple):
    """Physical pages that a partition reaches."""

    pa: int
    size: int

    def meets(self, other: Run) -> bool:
        """Whether they share a page."""
        return self.pa < other.pa + other.size and other.pa < self.pa + self.size


def _blocks(memory: mmap, base: int, table: int, shift: int) -> list[Run]:
    found = []
    for index in range(512):
        at = table - base + 8 * index
        descriptor = int.from_bytes(memory[at : at + 8], "little")
        address = descriptor & 0x0000FFFFFFFFF000
        if not descriptor & VALID:
            continue
        if shift > 12 and descriptor & TABLE:
            found += _blocks(memory, base, address, shift - 9)
        else:
            assert descriptor & TABLE or shift > 12
            found.append(Run(address, 1 << shift))
    return found


def reachable(metadata: bytes, partition: int) -> list[Run]:
    """Everything that the partition's tables lead to."""
    base = 0x7_0000_0000
    memory = mmap(-1, PAGE * lib.TABLE_POOL_PAGES)
    pool = ffi.new("struct table_pool *")
    pool.pages = ffi.cast("uint64_t *", ffi.from_buffer(memory))
    pool.base, pool.count = base, lib.TABLE_POOL_PAGES
    root = lib.memory_stage2(packs.as_buffer(metadata), partition, pool)
    assert root, "an accepted pack's tables fit the pool"
    return _blocks(memory, base, root, 30)


# Slots of 6 MiB: what lies in different ones is apart, what fills one touches its neighbour.
SLOT = 6 * packs.MIB
SLOTS = 10
sizes = st.sampled_from([PAGE, 2 * packs.MIB, 2 * packs.MIB, 4 * packs.MIB, SLOT])
anywhere = st.one_of(
    st.integers(0, 33).map(lambda n: BASE + 2 * n * packs.MIB),
    st.integers(0, 40).map(lambda n: BASE + n * packs.MIB + PAGE),
)


@st.composite
def layouts(draw: st.DrawFn) -> list[int]:
    """Where window, firmware, two personas and reserved memory go: apart, or as it happens."""
    order = draw(st.permutations(range(SLOTS)))
    places = [BASE + SLOT * slot for slot in order[:5]]
    if draw(st.booleans()):
        places[3] = places[2]  # personas at one place, as exclusive ones mostly are
    if draw(st.integers(0, 2)) == 0:
        places[draw(st.integers(0, 4))] = draw(anywhere)
    return places


@st.composite
def extras(draw: st.DrawFn) -> core.PackRegion:
    """A device window, or a second piece of RAM."""
    partition = draw(st.integers(0, 2))
    if draw(st.integers(0, 3)):
        page = draw(st.integers(min_value=0, max_value=0x1200))
        return packs.device(partition, HOLE + page * PAGE, draw(st.sampled_from([PAGE, 4 * PAGE])))
    return packs.ram(partition, 0x80000000, draw(anywhere), draw(sizes))


@st.composite
def packs_of_any_kind(draw: st.DrawFn) -> core.Pack:
    """Packs near the edge between accepted and refused."""
    good = packs.good_pack()
    window, firmware, *personas, carved = draw(layouts())
    regions = [packs.ram(0, firmware, firmware, draw(sizes))]
    regions += [packs.ram(n + 1, BASE, pa, draw(sizes)) for n, pa in enumerate(personas)]
    regions += draw(st.lists(extras(), max_size=2))
    bank = core.PackMemory(name="ram", base=BASE, size=BANK, kind=core.MemoryKind.RAM)
    reserved = core.PackMemory(
        name="carved", base=carved, size=draw(sizes), kind=core.MemoryKind.RESERVED
    )
    entries = [regions[n].ipa for n in range(3)]
    kernel = core.ImageKind.KERNEL
    return replace(
        good,
        boards=(replace(good.boards[0], window=window, pack_home=BASE + BANK - packs.MIB),),
        memory=(bank, reserved),
        regions=tuple(regions),
        partitions=tuple(
            replace(row, entry=at, dtb=0) for row, at in zip(good.partitions, entries, strict=True)
        ),
        images=tuple(
            packs.image(f"image{n}", n, kernel, b"code", at) for n, at in enumerate(entries)
        ),
        interrupts=(),
        concurrent=draw(st.integers(0, 4)) == 0,
    )


def _kept(pack: core.Pack) -> list[Run]:
    """What no partition may reach: the hypervisor's, the pack's, the GIC, reserved memory."""
    board = pack.boards[0]
    return [
        Run(board.window, core.WINDOW_SIZE),
        Run(board.pack_home, pack.total_size),
        Run(board.gicd_base, board.gicd_size),
        Run(board.gicr_base, board.gicr_size),
        Run(board.console_base, board.console_size),
        *(Run(row.base, row.size) for row in pack.memory if row.kind is core.MemoryKind.RESERVED),
    ]


def _shared(pack: core.Pack, a: int, b: int) -> list[Run]:
    """What the two may share: RAM of personas that take turns."""
    if pack.concurrent or core.PartitionKind.REALTIME in (
        pack.partitions[a].kind,
        pack.partitions[b].kind,
    ):
        return []
    return [
        Run(row.pa, row.size)
        for row in pack.regions
        if row.kind is core.RegionKind.RAM and row.partition in (a, b)
    ]


def _is_declared(run: Run, shared: list[Run]) -> bool:
    return any(area.pa <= run.pa and run.pa + run.size <= area.pa + area.size for area in shared)


def prove(metadata: bytes) -> None:
    """Walk the tables of an accepted pack; fail on a page that someone must not reach."""
    pack = core.pack_read(metadata)
    reach = [reachable(metadata, n) for n in range(len(pack.partitions))]
    for runs in reach:
        for run in runs:
            assert not any(run.meets(kept) for kept in _kept(pack))
    for a, b in combinations(range(len(reach)), 2):
        common = _shared(pack, a, b)
        for one in reach[a]:
            for two in reach[b]:
                if one.meets(two):
                    assert _is_declared(one, common)
                    assert _is_declared(two, common)


def test_no_accepted_pack_lets_a_partition_reach_what_is_not_its_own() -> None:
    """Over packs of which at least 30 % are accepted, so that the proof is not an empty one."""
    tried: list[bool] = []

    @settings(max_examples=400, deadline=None, derandomize=True, database=None)
    @given(pack=packs_of_any_kind())
    def check(pack: core.Pack) -> None:
        metadata = core.pack_write(pack)
        accepted = packs.judged(metadata).ok
        tried.append(accepted)
        if accepted:
            prove(metadata)

    check()
    assert sum(tried) >= 0.3 * len(tried), f"only {sum(tried)} of {len(tried)} accepted"
    assert sum(tried) <= 0.9 * len(tried), "hardly any was refused: the test lost its edge"


def test_the_proof_notices_a_page_that_leaks() -> None:
    """A pack that the judge would refuse fails the walk: the walker sees what it should."""
    good = packs.good_pack()
    leak = replace(good.regions[4], pa=0x40400000)
    metadata = core.pack_write(replace(good, regions=(*good.regions[:4], leak, *good.regions[5:])))

    firmware, persona = reachable(metadata, 0), reachable(metadata, 1)
    assert any(a.meets(b) for a in firmware for b in persona)
    assert core.Reason.MEM_OVERLAP is packs.judged(metadata).reason
