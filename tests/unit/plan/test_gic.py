# SPDX-License-Identifier: Apache-2.0
"""Which GIC a partition gets on which board, and what it finds where."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import plan
from mvpsdk.board import InterruptController
from mvpsdk.core import facade
from mvpsdk.errors import PlanError
from mvpsdk.image import AbiNote
from mvpsdk.units import KIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.plan import Partition

    Parts = Any  # of conftest.py

GICV2 = InterruptController(
    version=2,
    distributor=Range(Pa(0x0700_1000), 4 * KIB),
    cpu_interface=Range(Pa(0x0700_2000), 8 * KIB),
    hypervisor_interface=Range(Pa(0x0700_4000), 8 * KIB),
    virtual_interface=Range(Pa(0x0700_6000), 8 * KIB),
    maintenance_irq=25,
)
"""As in an SoC with a GIC-400: the frames stand close to one another."""
WIDE = replace(
    GICV2,
    distributor=Range(Pa(0x0701_0000), 64 * KIB),
    cpu_interface=Range(Pa(0x0702_0000), 128 * KIB),
    hypervisor_interface=Range(Pa(0x0704_0000), 128 * KIB),
    virtual_interface=Range(Pa(0x0706_0000), 128 * KIB),
)
"""The same, spaced for pages of 64 KiB."""


def note(versions: int) -> AbiNote:
    """An image's note that names the versions it drives: bit n for version n."""
    return AbiNote(
        offset=0,
        role=1,
        psci_conduits=1,
        abi_major=1,
        abi_minor=0,
        features=1,
        calls=0,
        vgic_versions=versions,
        page_sizes=1,
        linked_ipa=0,
        layouts="00" * 32,
    )


def gic_of(partition: Partition) -> list[tuple[str, int, int, int | None]]:
    """Kind, guest address, size and physical address of what is a GIC's."""
    return [
        (region.kind, region.ipa.base, region.ipa.size, region.pa)
        for region in partition.regions
        if region.kind.startswith("gic")
    ]


def test_a_persona_finds_its_gicv2_where_the_virtual_handset_has_it(parts: Parts) -> None:
    """On every board: the distributor is emulated, the CPU interface is the board's GICV."""
    parts.gic = GICV2
    work = parts.make().partition("work")
    assert work.vgic == 2
    assert gic_of(work) == [
        ("gicd2", 0x0800_0000, 0x1000, None),
        ("gicv", 0x0801_0000, 0x1000, 0x0700_6000),
        ("gicv", 0x0801_1000, 0x1000, 0x0700_7000),
    ]


def test_on_a_gicv3_each_cpu_has_a_redistributor(parts: Parts) -> None:
    """Two frames of 64 KiB for each virtual CPU, and the device tree says so."""
    parts.personas[0] = replace(parts.personas[0], cpus=(0, 0, 0, 0))
    work = parts.make().partition("work")
    assert gic_of(work) == [
        ("gicd", 0x0800_0000, 0x10000, None),
        ("gicr", 0x080A_0000, 0x80000, None),
    ]
    frame = bytes.fromhex("00000000080a0000 0000000000080000")
    assert frame in (work.images[-1].data or b"")


def test_firmware_finds_it_at_the_boards_own_addresses(parts: Parts) -> None:
    """Where the board's GICC is stands its GICV, page by page."""
    parts.gic = WIDE
    realtime = parts.make().partition("realtime")
    assert realtime.vgic == 2
    assert gic_of(realtime) == [
        ("gicd2", 0x0701_0000, 0x1000, None),
        ("gicv", 0x0702_0000, 0x1000, 0x0706_0000),
        ("gicv", 0x0702_1000, 0x1000, 0x0707_0000),
    ]


def test_the_pack_has_the_four_frames_and_the_feature(parts: Parts) -> None:
    """What the hypervisor reads at boot."""
    parts.gic = GICV2
    pack = facade.pack_read(plan.metadata(parts.make()))
    board = pack.boards[0]
    assert board.gic_version == 2
    assert (board.gicd_base, board.gicd_size) == (0x0700_1000, 0x1000)
    assert (board.gicr_base, board.gicr_size) == (0x0700_2000, 0x2000)
    assert (board.gich_base, board.gich_size) == (0x0700_4000, 0x2000)
    assert (board.gicv_base, board.gicv_size) == (0x0700_6000, 0x2000)
    assert pack.features & facade.CONSTANTS["FEATURE_VGIC2"]
    assert not pack.features & facade.CONSTANTS["FEATURE_VGIC3"]


def test_a_gicv3_on_a_board_with_a_gicv2_is_refused_with_both(parts: Parts) -> None:
    """Its registers are the CPU's, and this one lacks them."""
    parts.gic = GICV2
    parts.personas[0] = replace(parts.personas[0], vgic=3)
    with pytest.raises(PlanError) as caught:
        parts.make()
    assert caught.value.message == (
        'persona "work" asks for vgic = 3, but board "acme" has a GICv2'
    )
    assert caught.value.hint == (
        'every board has vgic = 2; left out, or "board", it is version 2 here'
    )


def test_a_gicv2_is_there_on_a_board_with_a_gicv3(parts: Parts) -> None:
    """Its CPU interface is served, nothing is mapped; who did not ask has the board's."""
    parts.personas[0] = replace(parts.personas[0], vgic=2)
    made = parts.make()
    assert made.partition("work").vgic == 2
    assert gic_of(made.partition("work")) == [
        ("gicd2", 0x0800_0000, 0x1000, None),
        ("gicc", 0x0801_0000, 0x2000, None),
    ]
    assert made.partition("realtime").vgic == 3
    features = facade.pack_read(plan.metadata(made)).features
    both = facade.CONSTANTS["FEATURE_VGIC2"] | facade.CONSTANTS["FEATURE_VGIC3"]
    assert features & both == both


@pytest.mark.parametrize("cpus", [(0,), (0, 0, 0)])
def test_with_version_2_the_device_tree_is_the_same_on_every_board(
    parts: Parts, cpus: tuple[int, ...]
) -> None:
    """Whatever GIC the board has, and wherever its frames are: the persona's blob is one."""
    parts.personas[0] = replace(parts.personas[0], vgic=2, cpus=cpus)
    own = parts.gic
    found = set()
    for gic in (own, GICV2, WIDE):
        parts.gic = gic
        found.add(parts.make().partition("work").images[-1].data)
    assert len(found) == 1


def test_the_boards_own_version_may_be_asked_for(parts: Parts) -> None:
    """It is what the default gives, too."""
    parts.gic = GICV2
    parts.personas[0] = replace(parts.personas[0], vgic=2)
    assert parts.make().partition("work").vgic == 2


@pytest.mark.parametrize(
    ("role", "owner"), [("work/kernel", 'persona "work"'), ("realtime", "realtime")]
)
def test_an_image_that_can_not_drive_the_boards_gic_is_refused(
    parts: Parts, role: str, owner: str
) -> None:
    """Its note says what it drives."""
    facts = parts.facts[role]
    parts.gic = GICV2
    parts.facts[role] = replace(facts, note=note(1 << 3))
    with pytest.raises(PlanError) as caught:
        parts.make()
    assert caught.value.message == (
        f"{owner}: {role} drives GIC version 3, but gets version 2 here"
    )
    assert "choose another board" in caught.value.hint
    parts.facts[role] = replace(facts, note=note(1 << 2 | 1 << 3))
    assert parts.make().board.name == "acme"


def test_an_image_that_drives_version_2_alone_is_told_how_to_have_it(parts: Parts) -> None:
    """On a board with a GICv3; with it, the image is planned, and one of version 3 is not."""
    facts = parts.facts["work/kernel"]
    parts.facts["work/kernel"] = replace(facts, note=note(1 << 2))
    with pytest.raises(PlanError, match=r"drives GIC version 2, but gets version 3 here") as caught:
        parts.make()
    assert caught.value.hint == "write vgic = 2: every board has that version"
    parts.personas[0] = replace(parts.personas[0], vgic=2)
    assert parts.make().partition("work").vgic == 2
    parts.facts["work/kernel"] = replace(facts, note=note(1 << 3))
    with pytest.raises(PlanError, match=r"drives GIC version 3, but gets version 2 here"):
        parts.make()
