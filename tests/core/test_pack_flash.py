# SPDX-License-Identifier: Apache-2.0
"""What a pack may say of a persona's flash."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import flash
import handset
import packs
from flash import BACKING, BANK, PERSONA, SECTOR
from mvpsdk.core import facade as core

R = core.Reason
OTHER = 2


def judged(*banks: core.PackRegion, **changes: Any) -> core.Reason:
    """Why the pack with these banks is refused."""
    return packs.judged(core.pack_write(replace(flash.pack(*banks), **changes))).reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, R.OK),
        ({"flags": 0}, R.OK),
        ({"partition": 0}, R.CONFIG_REGION),
        ({"ipa": SECTOR}, R.CONFIG_REGION),
        ({"ipa": 2 * BANK}, R.CONFIG_REGION),
        ({"size": SECTOR + 0x1000}, R.CONFIG_REGION),
        ({"size": BANK + SECTOR}, R.CONFIG_REGION),
        ({"size": 0}, R.MEM_ALIGN),
        ({"flags": packs.READ_WRITE_EXECUTE}, R.CONFIG_REGION),
        ({"intid": 40}, R.CONFIG_REGION),
        ({"ipa": 0}, R.MEM_IPA_OVERLAP),
        ({"pa": BACKING[0]}, R.MEM_OVERLAP),
        ({"pa": handset.PERSONA_RAM}, R.MEM_OVERLAP),
        ({"pa": handset.REALTIME_RAM}, R.MEM_OVERLAP),
        ({"pa": 0x40200000}, R.MEM_HYPERVISOR),
        ({"pa": 0x09000000}, R.MEM_DEVICE),
        ({"pa": 0x50000000}, R.MEM_OUTSIDE_RAM),
        ({"pa": BACKING[1] + 8}, R.MEM_ALIGN),
    ],
)
def test_a_bank_is_judged(changes: dict[str, Any], reason: core.Reason) -> None:
    """A field of the second bank is changed."""
    assert judged(flash.bank(0), flash.bank(1, **changes)) is reason


def test_nothing_else_is_where_a_bank_is() -> None:
    """Its 64 MiB of guest addresses are the bank's, whatever of them is backed."""
    stray = packs.ram(PERSONA, 2 * BANK - 0x1000, 0x40A00000, 0x1000)
    assert judged(flash.bank(0), flash.bank(1), stray) is R.MEM_IPA_OVERLAP
    assert judged(flash.bank(0), flash.bank(1), replace(stray, ipa=0x0A000000)) is R.OK


@pytest.mark.parametrize("concurrent", [False, True])
def test_personas_that_take_turns_may_share_its_memory(concurrent: bool) -> None:
    """Flash is scrubbed as RAM is; those that are resident together have memory of their own."""
    shared = packs.ram(OTHER, 0x50000000, BACKING[0], SECTOR)
    own = replace(handset.pack().regions[-5], pa=0x40A00000)
    regions = (*handset.pack().regions[:-5], own, *handset.pack().regions[-4:])
    banks = (flash.bank(0), flash.bank(1))
    found = judged(regions=(*regions, *banks, shared), concurrent=concurrent)
    assert found is (R.MEM_OVERLAP if concurrent else R.OK)


def test_firmware_that_may_not_be_executed_is_not_entered() -> None:
    """Its bank says what may be done there."""
    assert judged(flash.bank(0, flags=0), flash.bank(1)) is R.CONFIG_ENTRY


def test_an_image_must_fit_what_is_backed() -> None:
    """Behind that there is no memory to put it."""
    images = flash.pack().images
    large = replace(images[PERSONA], memory=SECTOR + 1)
    assert judged(images=(images[0], large, images[2])) is R.MEM_IMAGE


def test_flash_is_mapped_to_be_read_and_run() -> None:
    """As normal memory, never writable."""
    found = {each.ipa: each for each in core.stage2(core.pack_write(flash.pack()), PERSONA)}

    assert tuple(found[BANK * number].pa for number in (0, 1)) == BACKING
    for number in (0, 1):
        attributes = found[BANK * number].attributes
        assert attributes & 0x3C == 0x3C, "write-back"
        assert attributes & (1 << 7 | 1 << 6) == 1 << 6
        assert not attributes & 1 << 54
