# SPDX-License-Identifier: Apache-2.0
"""What holds for every plan, whatever the board, the handset and the images."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import plan
from mvpsdk.board import Reserved
from mvpsdk.core import facade
from mvpsdk.errors import Fault, PlanError
from mvpsdk.units import KIB, MIB, Pa, Range

if TYPE_CHECKING:
    Parts = Any  # of conftest.py

BASES = st.sampled_from([0x4000_0000, 0x4020_0000, 0x4010_1000, 0x8000_0000, 0x8_0000_0000])
RULES = {
    "MEM003",
    "MEM004",
    "MEM005",
}  # no room on the board, too many small tables, no room in RAM
IMAGE = st.integers(64, 20 * MIB)


@st.composite
def fill(draw: st.DrawFn, parts: Parts, most: int) -> Parts:
    """Draw a board's memory, firmware and up to three personas; memory: at most that many MiB."""
    base = draw(BASES)
    banks = [Range(Pa(base), draw(st.integers(64, 1024)) * MIB)]
    if draw(st.booleans()):
        banks.append(Range(Pa(0x10_0000_0000), draw(st.integers(1, 512)) * MIB))
    parts.memory = tuple(banks)
    holes = draw(st.lists(st.tuples(st.integers(0, 15000), st.integers(1, 2000)), max_size=4))
    parts.reserved = tuple(
        Reserved(name=f"r{n}", range=Range(Pa(base + start * 4 * KIB), size * 4 * KIB))
        for n, (start, size) in enumerate(holes)
    )
    size = 4 * KIB * draw(st.integers(32, most * 64))
    parts.firmware().realtime = replace(parts.realtime, memory=size)
    for name in ("one", "two", "three")[: draw(st.integers(0, 3))]:
        memory = 4 * KIB * draw(st.integers(1, most * 256))
        kernel, bss, offset = draw(IMAGE), draw(IMAGE), draw(st.sampled_from([0, 0x80000]))
        ramdisk = draw(st.one_of(st.just(0), IMAGE))
        parts.persona(name, memory, kernel=kernel, bss=bss, text_offset=offset, ramdisk=ramdisk)
    return parts


def laws(parts: Parts, made: plan.Plan) -> None:
    """No two pieces overlap, all lie in free RAM, and the core accepts the bytes."""
    ranges = [placed.range for placed in made.placements]
    assert not any(one.overlaps(two) for one, two in combinations(ranges, 2))
    for piece in ranges:
        assert any(bank.contains(piece) for bank in parts.memory)
        assert not any(area.range.overlaps(piece) for area in parts.reserved)
    for partition in made.partitions:
        taken = [Range(image.load, image.memory) for image in partition.images]
        assert not any(one.overlaps(two) for one, two in combinations(taken, 2))
        assert all(partition.ram.contains(piece) for piece in taken)
        assert all(image.head_room >= 0 for image in partition.images)
        assert any(piece.contains(Range(partition.ram_pa, partition.ram.size)) for piece in ranges)
        assert partition.ram_pa % (2 * MIB) == partition.images[-1].load % (4 * KIB) == 0
    assert facade.pack_check(plan.metadata(made), size=made.total_size).ok


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_plan_is_right_or_refused(nothing: type[Parts], data: st.DataObject) -> None:
    """Whatever is asked for, the planner makes a plan that the core accepts, or says why not."""
    parts = data.draw(fill(nothing(), 256))
    faults: tuple[Fault, ...] = ()
    try:
        laws(parts, parts.make())
    except PlanError as error:
        faults = error.faults
    assert [fault for fault in faults if fault.rule not in RULES or not fault.hint] == []


@settings(max_examples=100, deadline=None)
@given(
    base=st.sampled_from([0x4000_0000, 0x8_0020_0000]),
    sizes=st.lists(st.integers(16, 32), min_size=1, max_size=3),
    hole=st.integers(0, 200),
)
def test_what_fits_easily_is_planned(
    nothing: type[Parts], base: int, sizes: list[int], hole: int
) -> None:
    """With room to spare, no plan is refused."""
    parts = nothing(memory=(Range(Pa(base), 1024 * MIB),)).firmware()
    parts.reserved = (Reserved(name="r", range=Range(Pa(base + hole * MIB), 2 * MIB)),)
    for number, size in enumerate(sizes):
        parts.persona(f"p{number}", size * 2 * MIB, kernel=7 * MIB, ramdisk=5 * MIB)
    laws(parts, parts.make())
