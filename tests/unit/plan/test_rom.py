# SPDX-License-Identifier: Apache-2.0
"""Where the planner puts boot firmware, its flash and its device tree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fdt
import pytest

from mvpsdk import plan
from mvpsdk.core import facade
from mvpsdk.errors import PlanError
from mvpsdk.handset import Input
from mvpsdk.units import KIB, MIB, Range

if TYPE_CHECKING:
    Parts = Any  # of conftest.py

RAM = 0x4000_0000
BANK = 64 * MIB


def with_rom(parts: Parts, size: int = 900 * KIB, **changes: Any) -> Parts:
    """Make boot firmware of the persona; `vars`: the size of what its second bank holds."""
    store = changes.pop("vars", 0)
    values = {"vars_size": 768 * KIB, **changes}
    parts.personas[0] = replace(
        parts.personas[0],
        kernel=None,
        ramdisk=None,
        command_line="",
        format="rom",
        rom=Input(path=Path("u-boot.bin")),
        vars=Input(path=Path("env.img")) if store else None,
        **values,
    )
    parts.facts["work/rom"] = parts.image("work/rom", size, "unknown")
    if store:
        parts.facts["work/vars"] = parts.image("work/vars", store, "gzip")
    return parts


def test_firmware_is_entered_at_zero(parts: Parts) -> None:
    """In bank 0; the tree is at the start of RAM, and no register says so."""
    work = with_rom(parts).make().partition("work")

    assert (work.entry, work.dtb) == (0, 0)
    found = {image.name: (image.kind, image.load, image.head_room) for image in work.images}
    tree = work.images[-1].size
    assert found == {
        "work/rom": ("flash", 0, 124 * KIB),
        "work/dtb": ("dtb", RAM, 128 * MIB - tree),
    }


def test_what_flash_holds_stands_behind_the_ram(parts: Parts) -> None:
    """Whole sectors, each bank at a 2 MiB boundary, read-only to stage-2; told in the placement."""
    parts.personas[0] = replace(parts.personas[0], memory=127 * MIB)
    made = with_rom(parts, 2 * MIB + 1).make()
    work = made.partition("work")
    banks = [region for region in work.regions if region.kind == "flash"]

    assert [(bank.ipa, bank.pa) for bank in banks] == [
        (Range(0, 2 * MIB + 256 * KIB), work.ram_pa + 128 * MIB),
        (Range(BANK, 768 * KIB), work.ram_pa + 132 * MIB),
    ]
    assert all((bank.write, bank.execute) == (False, True) for bank in banks)
    placed = next(each for each in made.placements if each.owner == "work")
    assert placed.range.size == 132 * MIB + 768 * KIB
    assert "flash" in placed.why


def test_what_the_second_bank_holds_is_placed(parts: Parts) -> None:
    """It has no format of its own, so a packed one is fine."""
    work = with_rom(parts, vars=100, vars_size=BANK).make().partition("work")

    assert [(image.name, image.load, image.head_room) for image in work.images[:2]] == [
        ("work/rom", 0, 124 * KIB),
        ("work/vars", BANK, BANK - 100),
    ]


def test_its_tree_names_both_banks(parts: Parts) -> None:
    """As QEMU's own tree does (cfi-flash); other personas' trees have none."""
    data = with_rom(parts).make().partition("work").images[-1].data
    assert data
    tree = fdt.parse_dtb(data)
    node = tree.get_node("flash@0")

    assert node.get_property("compatible").value == "cfi-flash"
    assert node.get_property("bank-width").value == 4
    assert node.get_property("reg").data == [0, 0, 0, BANK, 0, BANK, 0, BANK]
    assert tree.get_property("stdout-path", "chosen").value == "/pl011@9000000"
    memory = tree.get_node("memory@40000000")
    assert memory.get_property("reg").data == [0, RAM, 0, 128 * MIB]


def test_the_pack_says_that_flash_is_needed(parts: Parts) -> None:
    """A hypervisor without it refuses the pack."""
    bit = facade.CONSTANTS["FEATURE_FLASH"]
    assert not plan.needed_features(parts.make()) & bit
    assert plan.needed_features(with_rom(parts).make()) & bit


def test_personas_take_turns_in_the_same_memory(parts: Parts) -> None:
    """The one with flash may need the most."""
    made = with_rom(parts).persona("other", 128 * MIB).make()
    assert made.partition("work").ram_pa == made.partition("other").ram_pa
    placed = next(each for each in made.placements if "other" in each.owner)
    assert placed.range.size == 128 * MIB + 2 * MIB + 768 * KIB
    assert "work needs the most" in placed.why


@pytest.mark.parametrize(
    ("size", "kind", "rule", "said"),
    [
        (BANK + 1, "unknown", "MEM005", "a bank of flash is 64 MiB"),
        (MIB, "gzip", "IMG003", "no flat image (gzip)"),
        (MIB, "elf", "IMG003", "no flat image (elf)"),
        (MIB, "pe", "IMG002", "is for x86-64"),
    ],
)
def test_firmware_that_can_not_be_started_is_refused(
    parts: Parts, size: int, kind: str, rule: str, said: str
) -> None:
    """With the rule that speaks of it."""
    with_rom(parts)
    machine = "x86-64" if kind == "pe" else ""
    parts.facts["work/rom"] = parts.image("work/rom", size, kind, architecture=machine)
    with pytest.raises(PlanError) as caught:
        parts.make()
    assert said in caught.value.message
    assert [fault.rule for fault in caught.value.faults] == [rule]
    assert caught.value.hint


def test_a_store_that_is_too_large_is_refused(parts: Parts) -> None:
    """The hint has the size that would do."""
    with pytest.raises(PlanError, match="vars-size is 768 KiB") as caught:
        with_rom(parts, vars=768 * KIB + 1).make()
    assert 'vars-size = "1 MiB"' in caught.value.hint


def test_firmware_that_is_not_there_is_missed(parts: Parts) -> None:
    """As any other image is."""
    del with_rom(parts).facts["work/rom"]
    with pytest.raises(PlanError, match="work/rom: the image is not there"):
        parts.make()
