# SPDX-License-Identifier: Apache-2.0
"""A persona's part at boot: judged before each start of it; who starts in its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import handset
import packs
import parts
from mvpsdk.core import facade as core
from mvpsdk.core._library import lib

R = core.Reason
KERNEL = parts.IMAGES[0][2]


def reason(said: str) -> int:
    """The reason in the one line that tells of a refusal."""
    (line,) = [line for line in said.splitlines() if "refused" in line or "crashed" in line]
    return int(line.partition("reason=")[2].split()[0], 16)


def test_a_good_part_is_placed_and_runs() -> None:
    """At the entry that its header names, with its images in otherwise empty memory."""
    machine = parts.Delegated(parts.made())
    machine.write(handset.PERSONA_RAM, b"\xff" * handset.RAM_SIZE)
    assert "partition runs index=0x2" in machine.load()
    found = machine.read(handset.PERSONA_RAM, handset.RAM_SIZE)
    assert found[: len(KERNEL)] == KERNEL
    assert not any(found[len(KERNEL) : 0x80000])
    assert found[0x80000 : 0x80000 + 100] == parts.TREE[2]
    vcpu = machine.vcpu(parts.PARTITION)
    assert (vcpu.entry, vcpu.argument) == (handset.ENTRY, parts.TREE[3])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", R.PART_NOT_FOUND),
        (b"\xff" * 0x4000, R.PART_NOT_FOUND),
        (parts.made(private=parts.key(2048, "other")), R.PART_KEY),
        (parts.spoiled(abi_minor=1), R.PART_ABI),
        (parts.spoiled(rollback_index=0), R.PART_ROLLBACK),
        (parts.spoiled(total_size=0x10000), R.PART_SIZE),
    ],
)
def test_a_part_that_is_refused_does_not_start_and_nothing_was_scrubbed(
    data: bytes, expected: core.Reason
) -> None:
    """One line with the reason; another persona may have been in that memory until now."""
    machine = parts.Delegated(data)
    machine.write(handset.PERSONA_RAM, b"\x5a" * 0x1000)
    assert reason(machine.load()) == expected
    partition = machine.partition(parts.PARTITION)
    assert partition.state == lib.MVP_PARTITION_CRASHED
    assert machine.vcpu(parts.PARTITION).state == lib.VCPU_OFF
    assert machine.read(handset.PERSONA_RAM, 0x1000) == b"\x5a" * 0x1000


def test_a_changed_image_is_found_by_its_copy() -> None:
    """The header is good; the image is not the one that it has the digest of."""
    data = bytearray(parts.made())
    data[0x1000] ^= 1
    machine = parts.Delegated(bytes(data))
    assert reason(machine.load()) == R.PART_DIGEST


def test_what_was_judged_is_what_is_used() -> None:
    """Whoever writes the part's home between the steps changes nothing that was believed."""
    good, other = parts.made(), parts.spoiled(entry=handset.ENTRY + 4)
    machine = parts.Delegated(good)
    partition = machine.partition(parts.PARTITION)
    lib.partition_start(partition)
    while partition.part.phase == lib.PART_COPY:
        lib.loader_step(partition)
    machine.put(other)
    while not lib.loader_step(partition):
        pass
    assert machine.vcpu(parts.PARTITION).entry == handset.ENTRY


def test_each_start_judges_anew() -> None:
    """What was good when it booted need not be so when it restarts."""
    whole = parts.pack()
    rows = list(whole.partitions)
    rows[parts.PARTITION] = replace(rows[parts.PARTITION], restart=core.Restart.ALWAYS)
    machine = parts.Delegated(parts.made(), replace(whole, partitions=tuple(rows)))
    assert "runs" in machine.load()
    partition = machine.partition(parts.PARTITION)
    lib.partition_stop(partition)
    assert partition.state == lib.MVP_PARTITION_LOADING
    assert partition.part.phase == lib.PART_COPY
    machine.put(b"")
    while not lib.loader_step(partition):
        pass
    assert partition.state == lib.MVP_PARTITION_CRASHED, "and no restart mends it"


def states(machine: parts.Delegated) -> list[int]:
    """Of the two personas."""
    return [machine.partition(n).state for n in (1, 2)]


STOPPED, LOADING = lib.MVP_PARTITION_STOPPED, lib.MVP_PARTITION_LOADING
CRASHED, RUNNING = lib.MVP_PARTITION_CRASHED, lib.MVP_PARTITION_RUNNING


@pytest.mark.parametrize("default", [1, 2, None])
def test_another_persona_starts_in_place_of_a_refused_one(default: int | None) -> None:
    """The default, or if that is who was refused, the first that was not."""
    machine = parts.Delegated(b"", parts.pack(default_persona=default))
    machine.load()
    assert states(machine) == [LOADING, CRASHED]
    assert machine.machine.focus == machine.partition(1)
    machine.settle()
    assert states(machine) == [RUNNING, CRASHED]


def test_when_all_have_failed_none_is_tried_again() -> None:
    """The firmware goes on alone."""
    machine = parts.Delegated(b"", parts.pack(default_persona=2))
    machine.write(handset.HOME + machine.pack.images[1].offset, b"?")
    machine.start(0)
    machine.load()
    while not lib.loader_step(machine.partition(1)):
        pass
    assert states(machine) == [CRASHED, CRASHED]
    machine.settle()
    assert machine.partition(0).state == RUNNING


def test_firmware_that_is_damaged_starts_no_persona() -> None:
    """It takes no turns with them."""
    machine = parts.Delegated(parts.made())
    machine.write(handset.HOME + machine.pack.images[0].offset, b"?")
    assert reason(machine.load(0)) == R.RUN_IMAGE_DIGEST
    assert LOADING not in states(machine)


def test_where_all_are_resident_nobody_takes_a_place() -> None:
    """They have all been started."""

    def apart(row: core.PackRegion) -> core.PackRegion:
        moved = row.partition == parts.PARTITION and row.pa
        return replace(row, pa=row.pa + 0x100000) if moved else row

    whole = parts.pack()
    regions = tuple(apart(row) for row in whole.regions)
    machine = parts.Delegated(b"", replace(whole, regions=regions, concurrent=True))
    before = machine.partition(1).state
    machine.load()
    assert states(machine) == [before, CRASHED]


def test_flash_of_a_persona_may_come_in_its_part() -> None:
    """It is memory that images go to, and a device that they count on."""
    kind = core.RegionKind.FLASH
    bank = core.PackRegion(
        partition=parts.PARTITION,
        kind=kind,
        ipa=0,
        pa=0x40A00000,
        size=0x40000,
        flags=core.REGION_EXECUTE,
    )
    whole = parts.pack()
    whole = replace(whole, regions=(*whole.regions, bank), features=core.CONSTANTS["FEATURE_FLASH"])
    rom = packs.image("personal/rom", 0, core.ImageKind.FLASH, b"r" * 64, 0)
    found = parts.part(whole, images=(rom,), entry=0, dtb=0)
    data = parts.sign(core.part_write(found), parts.key()) + b"r" * 64 + bytes(4096 - 64)
    assert core.part_check(data, parts.delegate(), pack=core.pack_write(whole)).ok
    machine = parts.Delegated(data, whole)
    assert "runs index=0x2" in machine.load()
    assert machine.read(0x40A00000, 65) == b"r" * 64 + b"\xff"


def test_a_home_in_a_bank_of_flash_is_nobodys() -> None:
    """What flash holds is a partition's memory, too."""
    kind: Any = core.RegionKind.FLASH
    bank = core.PackRegion(
        partition=1, kind=kind, ipa=0, pa=0x40A00000, size=0x40000, flags=core.REGION_EXECUTE
    )
    whole = parts.pack(replace(parts.delegate(), home=0x40A3C000))
    whole = replace(whole, regions=(*whole.regions, bank), features=core.CONSTANTS["FEATURE_FLASH"])
    assert packs.judged(core.pack_write(whole)).reason is R.MEM_HYPERVISOR
