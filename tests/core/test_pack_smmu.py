# SPDX-License-Identifier: Apache-2.0
"""What a pack may say of an SMMU and its streams."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import handset
import packs
import smmu
from mvpsdk.core import facade as core
from mvpsdk.core._library import lib

R = core.Reason
FULL = tuple((n, 0) for n in range(16))


def judged(row: core.PackSmmu, **changes: Any) -> core.Reason:
    """Why the pack with this SMMU is refused."""
    return packs.judged(core.pack_write(handset.pack(smmus=(row,), **changes))).reason


def spoiled(index: int, field: str, value: int) -> core.PackSmmu:
    """Two streams, one element of a row's field changed."""
    row = smmu.unit((16, 0), (24, 0))
    values = list(getattr(row, field))
    values[index] = value
    changes: dict[str, Any] = {field: tuple(values)}
    return replace(row, **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, R.OK),
        ({"size": 0x40000}, R.OK),
        ({"error_irq": smmu.EVENT_IRQ}, R.OK),
        ({"base": 0x09050800}, R.MEM_ALIGN),
        ({"base": 0xFFFFFFFFFFFF0000}, R.MEM_WRAP),
        ({"size": 0}, R.MEM_ALIGN),
        ({"size": 0x10000}, R.CONFIG_SMMU),
        ({"event_irq": 31}, R.CONFIG_SMMU),
        ({"event_irq": 33}, R.CONFIG_SMMU),
        ({"error_irq": 1020}, R.CONFIG_SMMU),
        ({"error_irq": 33}, R.CONFIG_SMMU),
        ({"event_irq": handset.DEVICE_IRQ}, R.CONFIG_INTERRUPT),
        ({"error_irq": handset.DEVICE_IRQ}, R.CONFIG_INTERRUPT),
        ({"stream_count": 0}, R.CONFIG_SMMU),
        ({"stream_count": 17}, R.CONFIG_SMMU),
        ({"zero": 1}, R.CONFIG_SMMU),
        ({"base": 0x08000000}, R.MEM_DEVICE),
        ({"base": 0x08FF0000}, R.MEM_DEVICE),
        ({"base": 0x40000000}, R.MEM_DEVICE),
    ],
)
def test_the_unit_is_judged(changes: dict[str, Any], reason: core.Reason) -> None:
    """A field is changed; its registers are clear of the hypervisor's other devices and of RAM."""
    metadata = core.pack_write(smmu.pack())
    assert packs.judged(packs.spoiled(metadata, core.Table.SMMU, 0, **changes)).reason is reason


@pytest.mark.parametrize(
    ("index", "field", "value", "reason"),
    [
        (0, "stream", 255, R.OK),
        (0, "stream", 256, R.CONFIG_SMMU),
        (1, "stream", 16, R.CONFIG_SMMU),
        (2, "stream", 1, R.CONFIG_SMMU),
        (15, "partition", 1, R.CONFIG_SMMU),
        (1, "partition", 3, R.CONFIG_SMMU),
        (1, "partition", 1, R.CONFIG_SMMU),
    ],
)
def test_a_stream_is_judged(index: int, field: str, value: int, reason: core.Reason) -> None:
    """In range, once, and of firmware; behind the last one nothing stands."""
    assert judged(spoiled(index, field, value)) is reason


def test_there_may_be_as_many_as_there_is_room_for() -> None:
    """All of one partition."""
    assert judged(smmu.unit(*FULL)) is R.OK


def test_nobody_is_given_its_registers() -> None:
    """A device window over them is refused, and names it."""
    window = packs.device(0, smmu.BASE + 0x10000)
    whole = handset.pack(smmus=smmu.pack().smmus)
    whole = replace(whole, regions=(*whole.regions, window))
    verdict = packs.judged(core.pack_write(whole))
    assert (verdict.reason, verdict.other_table) == (R.MEM_DEVICE, core.Table.SMMU)
    assert verdict.index == len(whole.regions) - 1
    clear = replace(whole, regions=(*whole.regions[:-1], packs.device(0, 0x09030000)))
    assert packs.judged(core.pack_write(clear)).ok


def test_the_hypervisors_tables_count_its_registers() -> None:
    """In a GiB of its own they take two more tables."""

    def tables(whole: core.Pack) -> int:
        return int(lib.memory_tables(packs.as_buffer(core.pack_write(whole))))

    far = replace(smmu.unit((16, 0)), base=0x1_0900_0000)
    assert tables(handset.pack(smmus=(far,))) == tables(handset.pack()) + 2
    near = replace(far, base=0x0940_0000)
    assert tables(handset.pack(smmus=(near,))) == tables(handset.pack()) + 1
    assert tables(smmu.pack()) == tables(handset.pack()), "in the console's 2 MiB"


def test_it_is_read_back_as_it_was_written() -> None:
    """By `pack_read`, streams and all."""
    whole = smmu.pack((16, 0), (24, 0))
    metadata = core.pack_write(whole)
    assert core.pack_read(metadata, size=packs.FILE_SIZE).smmus == whole.smmus
