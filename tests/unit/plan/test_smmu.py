# SPDX-License-Identifier: Apache-2.0
"""The SMMU in a plan's pack: whose devices are held back, and what the core says of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.board import Iommu
from mvpsdk.core.facade import CONSTANTS
from mvpsdk.errors import PlanError
from mvpsdk.plan.pack import tables
from mvpsdk.units import KIB, Pa, Range

if TYPE_CHECKING:
    Parts = Any  # of conftest.py

UNIT = Iommu(
    name="smmu",
    compatible="arm,smmu-v3",
    range=Range(Pa(0x0905_0000), 256 * KIB),
    event_irq=106,
    error_irq=109,
)


def held(parts: Parts, *streams: int) -> Parts:
    """The firmware's device has these streams, and the board an SMMU."""
    gpio = replace(parts.devices[0], dma=True, stream_ids=streams)
    parts.devices, parts.iommus = (gpio, *parts.devices[1:]), (UNIT,)
    return parts


def refusal(parts: Parts) -> str:
    """What the planner says, in one line."""
    with pytest.raises(PlanError) as caught:
        parts.make()
    (fault,) = caught.value.faults
    return f"{fault.message}; {fault.hint}"


def test_streams_stand_in_the_pack_with_their_owner(parts: Parts) -> None:
    """And the pack says that it needs a build which drives the SMMU."""
    pack = tables(held(parts, 16, 24).make())
    (unit,) = pack.smmus
    assert (unit.base, unit.size, unit.event_irq, unit.error_irq) == (
        0x0905_0000,
        0x2_0000,
        106,
        109,
    )
    assert unit.stream_count == 2
    assert unit.stream[:3] == (16, 24, 0)
    assert set(unit.partition) == {0}
    assert pack.features & CONSTANTS["FEATURE_SMMU"]


def test_without_a_stream_the_smmu_is_left_alone(parts: Parts) -> None:
    """As one that nobody of the firmware's stands behind."""
    pack = tables(held(parts).make())
    assert pack.smmus == ()
    assert not pack.features & CONSTANTS["FEATURE_SMMU"]
    parts.realtime = None
    assert tables(held(parts, 16).make()).smmus == ()


def test_what_the_core_refuses_is_said_of_the_smmu(parts: Parts) -> None:
    """Streams beyond the table, and a device of the firmware's over its registers."""
    said = refusal(held(parts, 256))
    assert "reason 40" in said
    assert "the SMMU [0x9050000..0x9070000)" in said
    assert "stream-ids" in said
    parts.devices = (replace(parts.devices[0], stream_ids=(16,)), *parts.devices[1:])
    parts.iommus = (replace(UNIT, range=Range(Pa(0x0902_0000), 128 * KIB)),)
    assert "and the SMMU [0x9020000..0x9040000)" in refusal(parts)


def test_more_streams_than_there_is_room_for_are_refused(parts: Parts) -> None:
    """Before there is a pack that could not hold them."""
    assert "17 streams, but the hypervisor keeps 16" in refusal(held(parts, *range(17)))
