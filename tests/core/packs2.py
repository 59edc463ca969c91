# SPDX-License-Identifier: Apache-2.0
"""The same packs for a board with a GICv2."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import packs
from mvpsdk.core import facade as core

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 0x1000
GICD, GICC, GICH, GICV = 0x08000000, 0x08010000, 0x08030000, 0x08040000


def board(good: core.PackBoard) -> core.PackBoard:
    """A board's facts with the frames of QEMU's GICv2."""
    return replace(
        good,
        gic_version=2,
        gicd_base=GICD,
        gicd_size=PAGE,
        gicr_base=GICC,
        gicr_size=2 * PAGE,
        gich_base=GICH,
        gich_size=PAGE,
        gicv_base=GICV,
        gicv_size=2 * PAGE,
    )


def gicv(partition: int, page: int, pa: int | None = None) -> core.PackRegion:
    """A page of the board's GICV at the partition's GICC."""
    return core.PackRegion(
        partition=partition,
        kind=core.RegionKind.GICV,
        ipa=GICC + PAGE * page,
        pa=GICV + PAGE * page if pa is None else pa,
        size=PAGE,
        flags=core.REGION_WRITE,
    )


def _regions(good: core.Pack) -> Iterator[core.PackRegion]:
    kind = core.RegionKind
    for row in good.regions:
        if row.kind is kind.GICD:
            yield replace(row, kind=kind.GICD2, size=PAGE)
        elif row.kind is kind.GICR:
            yield from (gicv(row.partition, page) for page in (0, 1))
        else:
            yield row


def of_gicv2(good: core.Pack) -> core.Pack:
    """The pack for a board whose GIC is version 2."""
    return replace(
        good,
        boards=tuple(board(row) for row in good.boards),
        partitions=tuple(replace(row, vgic=2) for row in good.partitions),
        regions=tuple(_regions(good)),
    )


def good_pack() -> core.Pack:
    """A pack that the core accepts.

    Its regions: 0 RAM, 1 a device, 2 GICD2, 3 and 4 GICV of the firmware; 5 RAM, 6 GICD2, 7 and 8
    GICV, 9 PL011 and 10 PL031 of one persona; 11 RAM .. of the other.
    """
    return of_gicv2(packs.good_pack())
