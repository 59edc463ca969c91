# SPDX-License-Identifier: Apache-2.0
"""Packs for boards with a GICv2: its frames, and who may reach the virtual CPU interface."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
import packs2
from mvpsdk.core import facade as core
from packs2 import GICC, GICD, GICH, GICV, PAGE
from test_pack_property import Run, reachable

R = core.Reason
T = core.Table
VGIC2, VGIC3 = core.CONSTANTS["FEATURE_VGIC2"], core.CONSTANTS["FEATURE_VGIC3"]


@pytest.fixture(scope="module")
def metadata() -> bytes:
    """Header and tables of a good pack."""
    return core.pack_write(packs2.good_pack())


def reason(pack: core.Pack) -> core.Reason:
    """What the core says to a pack."""
    return packs.judged(core.pack_write(pack)).reason


def test_a_board_with_a_gicv2_is_accepted(metadata: bytes) -> None:
    """And each partition reaches the two pages of GICV at its CPU interface, and no other frame."""
    assert packs.judged(metadata).ok
    for partition in range(3):
        found = [(at.ipa, at.pa, at.size) for at in core.stage2(metadata, partition)]
        assert (GICC, GICV, 2 * PAGE) in found
        assert [at for at in found if at[1] < GICV] == []


def test_frames_spaced_for_large_pages_are_mapped_where_their_pages_are() -> None:
    """The second page of a GICV of 128 KiB is 64 KiB above the first."""
    good = packs2.good_pack()
    wide = replace(good.boards[0], gicr_size=0x20000, gicv_size=0x20000)
    far = [
        replace(row, pa=GICV + 0x10000) if row.pa == GICV + PAGE else row for row in good.regions
    ]

    assert reason(replace(good, boards=(wide,))) is R.MEM_DEVICE
    assert reason(replace(good, boards=(wide,), regions=tuple(far))) is R.OK
    assert reason(replace(good, regions=tuple(far))) is R.MEM_DEVICE


@pytest.mark.parametrize(
    ("table", "index", "values", "expected"),
    [
        (T.HEADER, 0, {"features": VGIC3}, R.PACK_FEATURE),
        (T.HEADER, 0, {"features": VGIC2}, R.OK),
        (T.BOARD, 0, {"gic_version": 3}, R.CONFIG_BOARD),
        (T.BOARD, 0, {"gic_version": 1}, R.CONFIG_BOARD),
        (T.BOARD, 0, {"gic_version": 4}, R.CONFIG_BOARD),
        (T.BOARD, 0, {"gich_size": 0}, R.MEM_ALIGN),
        (T.BOARD, 0, {"gich_base": GICH + 0x800}, R.MEM_ALIGN),
        (T.BOARD, 0, {"gicv_base": 1 << 48}, R.MEM_WRAP),
        (T.BOARD, 0, {"gicr_size": PAGE}, R.CONFIG_BOARD),
        (T.BOARD, 0, {"gicv_size": PAGE}, R.CONFIG_BOARD),
        (T.BOARD, 0, {"gicd_size": 0x11000}, R.MEM_DEVICE),
        (T.BOARD, 0, {"gich_base": GICC + PAGE}, R.MEM_DEVICE),
        (T.BOARD, 0, {"gicv_base": 0x08FFF000}, R.MEM_DEVICE),
        (T.BOARD, 0, {"gich_base": 0x40000000}, R.MEM_DEVICE),
        (T.PARTITION, 1, {"vgic": 3}, R.CONFIG_PARTITION),
        (T.PARTITION, 1, {"features": VGIC3}, R.PACK_FEATURE),
        (T.PARTITION, 1, {"features": VGIC2}, R.OK),
        (T.REGION, 6, {"kind": 16}, R.CONFIG_REGION),
        (T.REGION, 6, {"kind": 17}, R.CONFIG_REGION),
        (T.REGION, 6, {"size": 0x10000}, R.CONFIG_REGION),
        (T.REGION, 6, {"intid": 40}, R.CONFIG_REGION),
        (T.REGION, 7, {"size": 2 * PAGE}, R.CONFIG_REGION),
        (T.REGION, 7, {"flags": 0}, R.CONFIG_REGION),
        (T.REGION, 7, {"flags": 3}, R.CONFIG_REGION),
        (T.REGION, 7, {"intid": 40}, R.CONFIG_REGION),
        (T.REGION, 7, {"pa": GICV + PAGE}, R.MEM_OVERLAP),
        (T.REGION, 7, {"pa": GICV + 2 * PAGE}, R.MEM_DEVICE),
        (T.REGION, 7, {"pa": GICH}, R.MEM_DEVICE),
        (T.REGION, 7, {"pa": GICC}, R.MEM_DEVICE),
        (T.REGION, 7, {"pa": GICD}, R.MEM_DEVICE),
        (T.REGION, 7, {"kind": 2}, R.MEM_DEVICE),
        (T.REGION, 1, {"pa": GICH}, R.MEM_DEVICE),
        (T.REGION, 1, {"pa": GICV + PAGE}, R.MEM_DEVICE),
        (T.REGION, 7, {"ipa": 0x0A000000}, R.OK),  # a CPU interface may stand elsewhere
        (T.REGION, 9, {"ipa": GICC}, R.MEM_IPA_OVERLAP),
    ],
)
def test_one_changed_field_gets_its_answer(
    metadata: bytes, table: core.Table, index: int, values: dict[str, Any], expected: core.Reason
) -> None:
    """The reason of the first rule that the pack breaks."""
    assert packs.judged(packs.spoiled(metadata, table, index, **values)).reason is expected


@pytest.mark.parametrize("kind", [core.RegionKind.GICV, core.RegionKind.GICD2])
def test_a_partition_with_a_gicv3_has_none_of_it(kind: core.RegionKind) -> None:
    """Neither has its board the pages, nor is its vGIC such a one."""
    row = replace(packs2.gicv(1, 0), kind=kind, ipa=0x0A000000, flags=0, pa=0)
    good = packs.good_pack()
    assert reason(replace(good, regions=(*good.regions, row))) is R.CONFIG_REGION
    assert reason(replace(good, features=VGIC3)) is R.OK


def test_no_accepted_pack_lets_a_partition_reach_another_frame() -> None:
    """Wherever a CPU interface or a device is said to be: of the GIC, GICV alone is reached."""
    tried: list[bool] = []
    pages = st.integers(0, 0x50).map(lambda n: GICD + PAGE * n)
    kept = [Run(GICD, PAGE), Run(GICC, 2 * PAGE), Run(GICH, PAGE)]

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(
        interface=st.one_of(st.sampled_from([GICV, GICV + PAGE]), pages),
        device=st.one_of(st.just(0x0A100000), pages),
        index=st.sampled_from([3, 4, 7, 8]),
    )
    def check(interface: int, device: int, index: int) -> None:
        good = packs2.good_pack()
        rows = list(good.regions)
        rows[index] = replace(rows[index], pa=interface)
        rows.append(packs.device(1, device))
        metadata = core.pack_write(replace(good, regions=tuple(rows)))
        tried.append(packs.judged(metadata).ok)
        if not tried[-1]:
            return
        for partition in range(3):
            runs = reachable(metadata, partition)
            assert not any(run.meets(frame) for run in runs for frame in kept)
            seen = [run.pa for run in runs if run.meets(Run(GICV, 2 * PAGE))]
            assert sorted(seen) == [GICV, GICV + PAGE]

    check()
    assert 0.1 * len(tried) <= sum(tried) <= 0.9 * len(tried)
