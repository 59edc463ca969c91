# SPDX-License-Identifier: Apache-2.0
"""Personas that are updated apart: their homes, what pack and part say of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import plan as planning
from mvpsdk.abi.features import wanted
from mvpsdk.core.facade import CONSTANTS, part_guest, part_read
from mvpsdk.errors import InputError, PlanError
from mvpsdk.handset import UpdateKey
from mvpsdk.plan.pack import tables
from mvpsdk.units import GIB, MIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.plan import Plan

    Parts = Any  # of conftest.py

KEY = UpdateKey(path=Path("vendor.pub"), modulus=(1 << 2048) - 159, digest=b"k" * 32)


def apart(parts: Parts, room: int = 32 * MIB, **more: int) -> Parts:
    """One more persona, whose images come in a part."""
    parts.persona("personal", 64 * MIB)
    parts.personas[-1] = replace(parts.personas[-1], update_key=KEY, update_room=room, **more)
    return parts


def head(plan: Plan) -> Any:
    """The header of the part, read back."""
    header = planning.part_header(plan, "personal")
    return part_read(header + bytes(CONSTANTS["PART_HEAD"] - len(header)))[0]


def test_its_home_is_nobodys_and_below_the_boot_loader(parts: Parts) -> None:
    """As large as its room; a whole 64 MiB at the end of RAM stay free for who puts it there."""
    plan = apart(parts).make()
    (placed,) = [each for each in plan.placements if each.what == "part"]
    assert placed.owner == "personal"
    assert placed.range == Range(Pa(0x4000_0000 + GIB - 96 * MIB), 32 * MIB)
    assert plan.partition("personal").part.home == placed.range
    assert placed.head_room > 0
    others = [each.range for each in plan.placements if each is not placed]
    assert not any(placed.range.overlaps(other) for other in others)


def test_the_pack_has_its_key_and_none_of_its_images(parts: Parts) -> None:
    """So the bundle is the same whatever the vendor does."""
    pack = tables(apart(parts, update_least=4).make())
    (row,) = pack.delegates
    assert (row.partition, row.rollback_index, row.key) == (2, 4, KEY.digest)
    assert row.modulus == KEY.modulus
    assert all(image.partition != 2 for image in pack.images)
    assert (pack.partitions[2].entry, pack.partitions[2].features) == (0, 0)
    bigger = apart(type(parts)().firmware().persona("work", 128 * MIB, ramdisk=3 * MIB))
    bigger.facts["personal/kernel"] = bigger.image(
        "personal/kernel",
        2 * MIB,
        "arm64-image",
        architecture="arm64",
        arm64=replace(bigger.facts["personal/kernel"].arm64, image_size=2 * MIB),
    )
    assert planning.metadata(bigger.make()) == planning.metadata(
        apart(type(parts)().firmware().persona("work", 128 * MIB, ramdisk=3 * MIB)).make()
    )


def test_a_part_says_for_whom_it_was_laid_out(parts: Parts) -> None:
    """By what the hypervisor will compare."""
    plan = apart(parts, update_index=9).make()
    part = head(plan)
    assert part.guest == part_guest(planning.metadata(plan), 2)
    assert (part.guest.persona, part.guest.ram_size) == ("personal", 64 * MIB)
    assert (part.rollback_index, part.signature_size) == (9, 256)
    assert part.entry == plan.partition("personal").entry
    names = [image.name for image in part.images]
    assert names == ["personal/kernel", "personal/dtb"]
    assert part.total_size == plan.partition("personal").part.size
    offsets = [image.offset for image in plan.partition("personal").images]
    assert offsets == [image.offset for image in part.images]


def test_the_boot_script_is_told(parts: Parts) -> None:
    """By strings that U-Boot can read; and not at all where nothing is apart."""
    assert planning.boot_properties(parts.make()) == {}
    assert planning.boot_properties(apart(parts).make()) == {
        "mvp,parts": b"personal\0",
        "mvp,home-personal": b"0x7a000000\0",
        "mvp,room-personal": b"0x2000000\0",
    }


def test_a_part_that_is_too_large_is_told_when_it_is_planned(parts: Parts) -> None:
    """Both sizes, and the key to raise."""
    with pytest.raises(
        PlanError, match=r'part of persona "personal" has 1 MiB \(0x102000'
    ) as caught:
        apart(parts, room=1 * MIB).make()
    assert "update-room is 1 MiB" in str(caught.value)
    assert "raise it to 2 MiB" in str(caught.value)
    assert caught.value.faults[0].rule == "MEM005"


def test_where_ram_ends_with_the_boot_loader_there_is_no_room(parts: Parts) -> None:
    """The board has too little."""
    with pytest.raises(PlanError, match="the part of personal needs"):
        apart(parts, room=GIB).make()


def test_a_handset_asks_for_the_feature(parts: Parts) -> None:
    """Only if a persona is updated apart."""
    assert "delegate" not in wanted(parts.handset, parts.board)
    assert "delegate" in wanted(apart(parts).handset, parts.board)


@pytest.mark.parametrize("name", ["work", "nobody"])
def test_who_is_not_apart_has_no_part(parts: Parts, name: str) -> None:
    """The message names those that are."""
    plan = apart(parts).make()
    with pytest.raises(InputError, match=name) as caught:
        planning.part_header(plan, name)
    assert "there is: personal" in str(caught.value.hint)
