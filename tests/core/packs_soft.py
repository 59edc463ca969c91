# SPDX-License-Identifier: Apache-2.0
"""The same packs for a board with a GICv3 whose personas have a GICv2 in software."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import packs
from mvpsdk.core import facade as core
from packs2 import GICC, PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator


def _regions(good: core.Pack) -> Iterator[core.PackRegion]:
    kind = core.RegionKind
    for row in good.regions:
        is_persona = good.partitions[row.partition].kind is core.PartitionKind.PERSONA
        if is_persona and row.kind is kind.GICD:
            yield replace(row, kind=kind.GICD2, size=PAGE)
        elif is_persona and row.kind is kind.GICR:
            yield replace(row, kind=kind.GICC, ipa=GICC, size=2 * PAGE)
        else:
            yield row


def of_software(good: core.Pack) -> core.Pack:
    """The pack with personas whose GIC is version 2; the firmware's is the board's."""
    return replace(
        good,
        partitions=tuple(
            replace(row, vgic=2) if row.kind is core.PartitionKind.PERSONA else row
            for row in good.partitions
        ),
        regions=tuple(_regions(good)),
    )


def good_pack() -> core.Pack:
    """A pack that the core accepts."""
    return of_software(packs.good_pack())
