# SPDX-License-Identifier: Apache-2.0
"""Packs whose personas have a GICv2 on a board without a GICV: a distributor and an interface."""

from dataclasses import replace
from typing import Any

import pytest

import packs
import packs2
import packs_soft
from mvpsdk.core import facade as core
from packs2 import GICC, GICV, PAGE

R = core.Reason
K = core.RegionKind
ELSEWHERE = 0x0A000000
VGIC2, VGIC3 = core.CONSTANTS["FEATURE_VGIC2"], core.CONSTANTS["FEATURE_VGIC3"]


def reason(pack: core.Pack) -> core.Reason:
    """What the core says to a pack."""
    return packs.judged(core.pack_write(pack)).reason


def with_region(pack: core.Pack, partition: int, kind: core.RegionKind, size: int) -> core.Pack:
    """The pack with one more of a partition's emulated regions."""
    row = packs.emulated(partition, kind, ELSEWHERE, size)
    return replace(pack, regions=(*pack.regions, row))


def changed(kind: core.RegionKind, /, **values: Any) -> core.Pack:
    """The good pack with the first region of a kind changed."""
    good = packs_soft.good_pack()
    rows = list(good.regions)
    index = next(n for n, row in enumerate(rows) if row.kind is kind)
    rows[index] = replace(rows[index], **values)
    return replace(good, regions=tuple(rows))


def test_personas_with_a_gicv2_in_software_are_accepted() -> None:
    """Nothing is mapped at their CPU interface: each access is served."""
    good = packs_soft.good_pack()
    assert reason(good) is R.OK
    assert reason(replace(good, features=VGIC2 | VGIC3)) is R.OK
    for partition in (1, 2):
        found = core.stage2(core.pack_write(good), partition)
        assert not any(GICC - at.size < at.ipa <= GICC + PAGE for at in found)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (K.GICC, {"size": PAGE}, R.CONFIG_REGION),
        (K.GICC, {"size": 3 * PAGE}, R.CONFIG_REGION),
        (K.GICC, {"intid": 40}, R.CONFIG_REGION),
        (K.GICC, {"pa": GICV}, R.CONFIG_REGION),
        (K.GICC, {"flags": core.REGION_WRITE}, R.CONFIG_REGION),
        (K.GICC, {"ipa": 0x08000000}, R.MEM_IPA_OVERLAP),
        (K.GICC, {"ipa": ELSEWHERE}, R.OK),  # an interface may stand elsewhere
        (K.GICC, {"kind": 22}, R.CONFIG_REGION),
        (K.GICC, {"kind": K.GICR, "size": 0x20000}, R.CONFIG_REGION),
        (K.GICD2, {"kind": K.GICD, "size": 0x10000}, R.CONFIG_REGION),
        (K.GICC, {"kind": K.GICV, "size": PAGE, "flags": core.REGION_WRITE}, R.CONFIG_REGION),
        (
            K.GICC,  # what a GICv3's board says of its GICV is 0: no page of it is to be had
            {"kind": K.GICV, "size": PAGE, "flags": core.REGION_WRITE, "pa": PAGE},
            R.CONFIG_REGION,
        ),
    ],
)
def test_one_changed_region_gets_its_answer(
    kind: core.RegionKind, values: dict[str, Any], expected: core.Reason
) -> None:
    """The reason of the first rule that the pack breaks."""
    assert reason(changed(kind, **values)) is expected


def test_a_partition_has_no_part_of_another_versions_gic() -> None:
    """Whether the board has it or not."""
    for kind, size in ((K.GICC, 2 * PAGE), (K.GICD2, PAGE)):
        assert reason(with_region(packs.good_pack(), 1, kind, size)) is R.CONFIG_REGION
    for kind, size in ((K.GICD, 0x10000), (K.GICR, 0x20000), (K.GICC, 2 * PAGE)):
        assert reason(with_region(packs_soft.good_pack(), 1, kind, size)) is R.CONFIG_REGION


def test_where_there_is_a_gicv_there_is_none_in_software() -> None:
    """A board with a GICv2 has the real one."""
    assert reason(with_region(packs2.good_pack(), 1, K.GICC, 2 * PAGE)) is R.CONFIG_REGION


def test_a_gicv3_is_nowhere_made_by_software() -> None:
    """Its registers are the CPU's."""
    for vgic, expected in ((3, R.CONFIG_PARTITION), (1, R.CONFIG_PARTITION), (2, R.OK)):
        good = packs2.good_pack()
        rows = [good.partitions[0], *(replace(row, vgic=vgic) for row in good.partitions[1:])]
        assert reason(replace(good, partitions=tuple(rows))) is expected
