# SPDX-License-Identifier: Apache-2.0
"""What a pack may say of a persona that comes in a part of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import handset
import packs
import parts
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

R = core.Reason
T = core.Table


def judged(whole: core.Pack) -> core.Verdict:
    """The verdict over a pack."""
    return packs.judged(core.pack_write(whole))


def with_delegate(**values: Any) -> core.Verdict:
    """The verdict over the pack with fields of the delegate set behind the planner's back."""
    buffer = packs.as_buffer(core.pack_write(parts.pack()))
    struct = ffi.cast("struct mvp_delegate *", lib.mvp_pack_delegate(buffer, parts.PARTITION))
    for name, value in values.items():
        field, _, index = name.partition("__")
        if index:
            getattr(struct, field)[int(index)] = value
        else:
            setattr(struct, field, value)
    return packs.judged(packs.sealed(buffer))


def with_partition(**values: Any) -> core.Verdict:
    """The same for its partition."""
    metadata = core.pack_write(parts.pack())
    return packs.judged(packs.spoiled(metadata, T.PARTITION, parts.PARTITION, **values))


def test_a_delegated_persona_is_accepted_and_read_back() -> None:
    """Its row tells where the key stands; keys of all sizes."""
    for bits in (2048, 4096):
        row = parts.delegate(parts.key(bits))
        metadata = core.pack_write(parts.pack(row))
        assert packs.judged(metadata).ok
        found = core.pack_read(metadata, size=packs.FILE_SIZE)
        assert found.delegates == (row,)
        assert found.meta_size == found.partitions[parts.PARTITION].delegate + 1088


def test_who_is_not_delegated_has_none() -> None:
    """Its images are in the pack."""
    buffer = packs.as_buffer(core.pack_write(parts.pack()))
    assert lib.mvp_pack_delegate(buffer, 1) == ffi.NULL


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"entry": handset.ENTRY}, R.CONFIG_DELEGATE),
        ({"dtb": handset.ENTRY}, R.CONFIG_DELEGATE),
        ({"abi_major": 1}, R.CONFIG_DELEGATE),
        ({"features": 1}, R.CONFIG_DELEGATE),
        ({"delegate": 4}, R.PACK_TABLE),
        ({"delegate": 8}, R.PACK_TABLE),
        ({"delegate": 257}, R.PACK_TABLE),
        ({"delegate": 1 << 60}, R.PACK_TABLE),
        ({"delegate": 0}, R.CONFIG_ENTRY),
    ],
)
def test_all_that_it_is_comes_with_its_part(values: dict[str, Any], reason: core.Reason) -> None:
    """Entry, tree and needs; where the delegate stands is bounded."""
    verdict = with_partition(**values)
    assert (verdict.reason, verdict.table, verdict.index) == (reason, T.PARTITION, parts.PARTITION)


def test_a_delegate_of_the_last_bytes_ends_with_the_metadata() -> None:
    """Eight bytes further it would not."""
    metadata = core.pack_write(parts.pack())
    last = len(metadata) - 1088
    spoil = {"delegate": last + 8}
    verdict = packs.judged(packs.spoiled(metadata, T.PARTITION, parts.PARTITION, **spoil))
    assert (verdict.reason, verdict.value, verdict.bound) == (R.PACK_TABLE, last + 8, last)


def test_firmware_is_the_makers() -> None:
    """It can't be delegated."""
    whole = parts.pack(replace(parts.delegate(), partition=0))
    rows = [replace(row, entry=0, dtb=0) for row in whole.partitions]
    own = tuple(image for image in whole.images if image.partition == 1)
    rows[1] = handset.pack().partitions[1]
    verdict = judged(
        replace(
            whole,
            partitions=(rows[0], rows[1]),
            vcpus=whole.vcpus[:2],
            regions=whole.regions[:8],
            images=own,
        )
    )
    assert (verdict.reason, verdict.index) == (R.CONFIG_DELEGATE, 0)


def test_a_pack_without_room_for_a_delegate_has_none() -> None:
    """Its metadata is shorter than one."""
    whole = handset.pack()
    realtime = replace(
        whole,
        partitions=whole.partitions[:1],
        vcpus=whole.vcpus[:1],
        regions=whole.regions[:3],
        images=whole.images[:1],
        default_persona=None,
        interrupts=(),
    )
    metadata = core.pack_write(realtime)
    assert packs.judged(metadata).ok
    assert len(metadata) < 1088 + 256
    verdict = packs.judged(packs.spoiled(metadata, T.PARTITION, 0, delegate=256))
    assert verdict.reason is R.CONFIG_DELEGATE


def test_it_has_no_image_in_the_pack() -> None:
    """Whose would it be?"""
    whole = parts.pack()
    whole = replace(whole, images=handset.pack().images)
    verdict = judged(whole)
    assert (verdict.reason, verdict.other_table, verdict.other_index) == (
        R.CONFIG_DELEGATE,
        T.IMAGE,
        2,
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"home": 0x40800800}, R.MEM_ALIGN),
        ({"room": 0x800}, R.MEM_ALIGN),
        ({"room": 0}, R.MEM_ALIGN),
        ({"home": 0xFFFFFFFFFFFFF000}, R.MEM_WRAP),
        ({"home": 0x40FFC000}, R.MEM_OUTSIDE_RAM),
        ({"home": 0x20000000}, R.MEM_OUTSIDE_RAM),
        ({"home": 0x403FC000}, R.MEM_HYPERVISOR),
        ({"home": handset.HOME}, R.MEM_HYPERVISOR),
        ({"home": handset.REALTIME_RAM + 0x1000}, R.MEM_HYPERVISOR),
        ({"home": handset.PERSONA_RAM}, R.MEM_HYPERVISOR),
        ({"words": 31}, R.CONFIG_DELEGATE),
        ({"words": 65}, R.CONFIG_DELEGATE),
        ({"words": 33}, R.CONFIG_DELEGATE),
        ({"zero": 1}, R.CONFIG_DELEGATE),
        ({"modulus__0": 2}, R.CONFIG_DELEGATE),
        ({"modulus__31": 1}, R.CONFIG_DELEGATE),
        ({"modulus__32": 1}, R.CONFIG_DELEGATE),
        ({"modulus__63": 1 << 63}, R.CONFIG_DELEGATE),
        ({"square__40": 1}, R.CONFIG_DELEGATE),
        ({"square__31": (1 << 64) - 1}, R.CONFIG_DELEGATE),
    ],
)
def test_key_and_home_are_judged(values: dict[str, Any], reason: core.Reason) -> None:
    """A home is RAM that nobody has; a key is one that the board can compute with."""
    assert with_delegate(**values).reason is reason


def test_a_home_over_reserved_memory_is_refused() -> None:
    """Somebody else may write there."""
    area = core.PackMemory(
        name="secure", base=parts.HOME, size=0x1000, kind=core.MemoryKind.RESERVED
    )
    whole = parts.pack()
    verdict = judged(replace(whole, memory=(*whole.memory, area)))
    assert verdict.reason is R.MEM_RESERVED


def test_a_remainder_that_equals_the_modulus_is_none() -> None:
    """It must be below."""
    row = parts.delegate()
    words = [row.modulus >> 64 * n & (1 << 64) - 1 for n in range(64)]
    assert with_delegate(square=words).reason is R.CONFIG_DELEGATE


def test_two_personas_have_homes_and_keys_of_their_own() -> None:
    """At one home only one part could lie."""
    other = replace(parts.delegate(parts.key(3072)), partition=1, home=parts.HOME + parts.ROOM)
    whole = parts.pack(other, parts.delegate())
    rows = tuple(
        replace(row, entry=0, dtb=0) if n else row for n, row in enumerate(whole.partitions)
    )
    whole = replace(whole, partitions=rows, images=whole.images[:1])
    assert judged(whole).ok
    clash = replace(whole, delegates=(replace(other, home=parts.HOME + 0x1000), parts.delegate()))
    verdict = judged(clash)
    assert (verdict.reason, verdict.index) == (R.MEM_OVERLAP, parts.PARTITION)
