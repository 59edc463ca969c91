# SPDX-License-Identifier: Apache-2.0
"""A build that lacks a feature refuses the pack that needs it, and runs all others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import packs
from mvpsdk.abi.features import CHOICES
from mvpsdk.build import image
from mvpsdk.core import facade as core
from mvpsdk.store import Cache
from powered import powered

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

MENU, RTC = core.CONSTANTS["FEATURE_MENU"], core.CONSTANTS["FEATURE_PL031"]
NOR = core.CONSTANTS["FEATURE_FLASH"]
FLASH = core.PackRegion(partition=1, kind=core.RegionKind.FLASH, ipa=0, pa=0x50000000, size=0x40000)
STOP = re.compile(rb"\[mvp\] stop reason=0x(\w+) .* value=0x(\w+) bound=0x(\w+)\r\n")
GOES_ON = b"[mvp] hypervisor window="


def first_line(features: frozenset[str], pack: core.Pack, folder: Path) -> bytes:
    """What a build with these features says first of a pack."""
    kernel, initrd = folder / "hypervisor", folder / "pack"
    kernel.write_bytes(image("pl011", features=features, cache=Cache.default()).binary)
    metadata = core.pack_write(pack)
    initrd.write_bytes(metadata.ljust(core.pack_read(metadata).total_size, b"\0"))
    with powered("-kernel", str(kernel), "-initrd", str(initrd)) as (_, lines):
        return next(lines)


def plain() -> core.Pack:
    """A pack that needs no feature: no menu, no clock, and the firmware alone is started."""
    pack = packs.good_pack()
    regions = tuple(each for each in pack.regions if each.kind is not core.RegionKind.PL031)
    return replace(pack, menu_ms=0, default_persona=None, regions=regions)


NEEDS = {
    "menu": replace(plain(), menu_ms=3000),
    "rtc": replace(packs.good_pack(), menu_ms=0),
    "flash": replace(plain(), regions=(*plain().regions, FLASH)),
}


@pytest.mark.parametrize(("name", "bit"), [("menu", MENU), ("rtc", RTC), ("flash", NOR)])
def test_what_a_pack_has_is_refused_where_it_can_not_be_served(
    name: str, bit: int, tmp_path: Path
) -> None:
    """By what stands in its tables, whether or not its header says so."""
    pack = NEEDS[name]
    assert first_line(CHOICES, pack, tmp_path).startswith(GOES_ON)

    found = STOP.fullmatch(first_line(CHOICES - {name}, pack, tmp_path))

    assert found
    reason, value, bound = (int(each, 16) for each in found.groups())
    assert (reason, value) == (core.Reason.PACK_FEATURE, bit)
    assert not bound & bit


@pytest.mark.parametrize(("name", "bit"), [("menu", MENU), ("rtc", RTC), ("flash", NOR)])
def test_what_a_header_names_must_be_there(name: str, bit: int, tmp_path: Path) -> None:
    """Though nothing else in the pack speaks of it."""
    pack = replace(plain(), features=bit)
    assert first_line(CHOICES, pack, tmp_path).startswith(GOES_ON)

    found = STOP.fullmatch(first_line(CHOICES - {name}, pack, tmp_path))

    assert found
    assert (int(found[1], 16), int(found[2], 16)) == (core.Reason.PACK_FEATURE, bit)


def test_the_smallest_build_runs_what_needs_none(tmp_path: Path) -> None:
    """Its console is the pack's."""
    assert first_line(frozenset(), plain(), tmp_path).startswith(GOES_ON)
