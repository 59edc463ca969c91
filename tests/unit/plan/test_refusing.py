# SPDX-License-Identifier: Apache-2.0
"""Why the planner refuses, and what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import plan
from mvpsdk.board import Device
from mvpsdk.core import facade
from mvpsdk.errors import PlanError
from mvpsdk.plan.pack import tables
from mvpsdk.plan.refusal import party
from mvpsdk.units import KIB, MIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.image import Segment

    Parts = Any  # of conftest.py

RAM = 0x4000_0000


def refusal(parts: Parts) -> PlanError:
    """What planning is answered with."""
    with pytest.raises(PlanError) as caught:
        parts.make()
    assert caught.value.hint
    return caught.value


def test_a_board_that_is_not_the_handsets_is_refused(parts: Parts) -> None:
    """The handset file must list the board."""
    parts.boards = ("other",)
    assert 'is not made for board "acme" (handset.boards: other)' in refusal(parts).message


def test_a_board_whose_el2_is_taken_is_refused(parts: Parts) -> None:
    """Where another hypervisor sits, ours can't start."""
    parts.el2 = "taken: vendor's own"
    error = refusal(parts)
    assert "EL2 is taken: vendor's own" in error.message
    assert error.faults[0].rule == "BRD003"


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (MIB, "the hypervisor's window needs 2 MiB (0x200000 bytes) in one piece"),
        (8 * MIB, "RAM of realtime needs 8 MiB (0x800000 bytes) in one piece; board"),
        (64 * MIB, 'RAM of work needs 128 MiB (0x8000000 bytes) in one piece; board "acme" has 52'),
        (140 * MIB, "the pack with all images needs 4 MiB (0x40b000"),
    ],
)
def test_a_board_with_too_little_ram_is_refused(parts: Parts, memory: int, expected: str) -> None:
    """What doesn't fit is named, with what it needs and what there is."""
    parts.memory = (Range(Pa(RAM), memory),)
    error = refusal(parts)
    assert expected in error.message
    assert error.faults[0].rule == "MEM003"


def test_images_too_large_for_their_ram_are_refused(parts: Parts) -> None:
    """A kernel and ramdisk that don't fit are told what they need and how much to give."""
    parts.personas.clear()
    parts.persona("work", 16 * MIB, kernel=9 * MIB, bss=MIB, ramdisk=7 * MIB)
    error = refusal(parts)
    assert 'persona "work": the kernel, the ramdisk and the device tree together' in error.message
    assert "but memory is 16 MiB (0x1000000 bytes)" in error.message
    assert error.hint.startswith("raise memory to 18 MiB")
    assert error.faults[0].rule == "MEM005"


def test_firmware_too_large_for_its_ram_is_refused(parts: Parts, segment: Segment) -> None:
    """Firmware must leave the last 64 KiB of its RAM to the device tree."""
    error = refusal(parts.firmware(replace(segment, memory_size=8 * MIB - 32 * KIB)))
    assert "realtime: the firmware needs 8 MiB" in error.message
    assert error.faults[0].rule == "MEM005"


def test_all_faults_are_told_at_once(parts: Parts) -> None:
    """Firmware and persona that are both wrong are both told."""
    parts.firmware(type="EXEC")
    parts.facts["work/kernel"] = replace(parts.facts["work/kernel"], format="gzip")
    assert [fault.rule for fault in refusal(parts).faults] == ["IMG006", "IMG003"]


def test_more_partitions_than_a_pack_holds_are_refused(parts: Parts) -> None:
    """By what there is room for; as many as that are planned."""
    parts.persona("second", MIB * 2).persona("third", MIB * 2)
    assert len(parts.make().partitions) == 4
    parts.persona("fourth", MIB * 2)
    assert refusal(parts).message == "5 partitions in all; the hypervisor has room for 4"


def test_an_image_that_is_not_the_pinned_one_is_refused(parts: Parts) -> None:
    """A digest in the handset file is never ignored, and both digests are told."""
    work = parts.personas[0]
    parts.personas[0] = replace(work, kernel=replace(work.kernel, sha256="bb" * 32))
    parts.make()
    parts.personas[0] = replace(work, kernel=replace(work.kernel, sha256="cc" * 32))
    error = refusal(parts)
    assert f"has SHA-256 {'bb' * 32}, the handset file says {'cc' * 32}" in error.message
    assert error.faults[0].rule == "BND001"


@pytest.mark.parametrize("role", ["realtime", "work/kernel", "work/ramdisk"])
def test_an_image_nobody_looked_at_is_refused(parts: Parts, role: str) -> None:
    """Without facts about an image there is no plan."""
    del parts.facts[role]
    assert refusal(parts).message == f"{role}: the image is not there to be looked at"


@pytest.mark.parametrize(
    ("changes", "rule", "expected"),
    [
        ({"format": "gzip"}, "IMG003", "still wrapped (gzip)"),
        ({"format": "elf", "arm64": None}, "IMG003", "is an ELF file"),
        ({"format": "zimage", "architecture": "arm"}, "IMG002", "is for arm, the CPU is arm64"),
        ({"format": "pe", "architecture": "x86-64"}, "IMG002", "is for x86-64"),
        ({"format": "unknown", "architecture": "", "arm64": None}, "IMG007", "is no arm64 Image"),
    ],
)
def test_a_kernel_of_another_kind_is_refused(
    parts: Parts, changes: dict[str, Any], rule: str, expected: str
) -> None:
    """A kernel that a CPU can't run as it is, is refused by what it is."""
    parts.facts["work/kernel"] = replace(parts.facts["work/kernel"], **changes)
    error = refusal(parts)
    assert expected in error.message
    assert error.faults[0].rule == rule


@pytest.mark.parametrize(
    ("changes", "rule", "expected"),
    [
        ({"machine": "X86_64"}, "IMG002", "for X86_64, 64 bits"),
        ({"machine": "ARM", "bits": 32}, "IMG002", "for ARM, 32 bits"),
        ({"big_endian": True}, "IMG002", "for AARCH64, 64 bits"),
        ({"type": "EXEC"}, "IMG006", "linked at 0x0 (type EXEC)"),
        ({"interpreter": "/lib/ld.so"}, "IMG006", "it asks for /lib/ld.so"),
        ({"needed": ("libc.so",)}, "IMG006", "it asks for libc.so"),
        ({"foreign_relocations": 2}, "IMG006", "it asks for 2 symbols"),
    ],
)
def test_firmware_that_cannot_run_anywhere_is_refused(
    parts: Parts, changes: dict[str, Any], rule: str, expected: str
) -> None:
    """Firmware must be one static position-independent file for AArch64."""
    error = refusal(parts.firmware(**changes))
    assert expected in error.message
    assert error.faults[0].rule == rule


def test_firmware_linked_elsewhere_is_refused(parts: Parts, segment: Segment) -> None:
    """Firmware that is linked at an address of its own is told that address."""
    error = refusal(parts.firmware(replace(segment, virtual=0x4008_0000)))
    assert "linked at 0x40080000 (type DYN), but it must run at any address" in error.message


@pytest.mark.parametrize(("kind", "rule"), [("gzip", "IMG003"), ("unknown", "IMG001")])
def test_firmware_that_is_no_elf_is_refused(parts: Parts, kind: str, rule: str) -> None:
    """Firmware is given as the linker wrote it."""
    parts.facts["realtime"] = replace(parts.facts["realtime"], elf=None, format=kind)
    error = refusal(parts)
    assert f"it looks like: {kind}" in error.message
    assert error.faults[0].rule == rule


def test_a_device_that_the_board_lacks_is_refused(parts: Parts) -> None:
    """A device must be one of the board's, which are named."""
    parts.realtime = replace(parts.realtime, devices=("gpio", "modem"))
    expected = 'realtime.devices names "modem", but board "acme" has: gpio, rng'
    assert refusal(parts).message == expected


def test_what_the_core_refuses_is_refused_with_both_parties(parts: Parts) -> None:
    """A device inside RAM gets past the planner's own eyes, not past the core's."""
    bad = Device(name="gpio", range=Range(Pa(RAM + 512 * MIB), 4 * KIB), irq=39, edge=True)
    parts.devices = (bad,)
    error = refusal(parts)
    assert "the hypervisor would refuse this plan (reason 56" in error.message
    assert 'device [0x60000000..0x60001000) of "realtime"' in error.message
    assert 'memory "ram0" [0x40000000..0x80000000)' in error.message


def test_a_device_on_the_consoles_interrupt_is_refused(parts: Parts) -> None:
    """The core knows the interrupts that the hypervisor keeps."""
    parts.devices = (replace(parts.devices[0], irq=33),)
    error = refusal(parts)
    assert 'interrupt 33 of "realtime" and board "acme"' in error.message


def test_a_window_that_needs_too_many_tables_is_refused(parts: Parts) -> None:
    """RAM in odd sizes takes small tables; when they run out the hint says how to need fewer."""
    many = tuple(
        Device(
            name=f"d{n}",
            range=Range(Pa(0x1000_0000 + n * 0x40_0000), 4 * KIB),
            irq=None,
            edge=False,
        )
        for n in range(30)
    )
    parts.devices = many
    parts.realtime = replace(parts.realtime, devices=tuple(one.name for one in many))
    error = refusal(parts)
    assert "reason 57" in error.message
    assert "multiple of 2 MiB" in error.hint


def test_a_plan_can_be_checked_again(parts: Parts) -> None:
    """A plan that was changed by hand is judged by the same core."""
    made = parts.make()
    plan.check(made)
    with pytest.raises(PlanError, match="reason 48"):
        plan.check(replace(made, window=Range(made.partition("realtime").ram_pa, 2 * MIB)))


def test_every_party_to_a_refusal_has_a_name(parts: Parts) -> None:
    """Whatever entry of the pack's tables is at fault, a person can tell which it is."""
    unit = facade.PackSmmu(
        base=0x0905_0000,
        size=0x2_0000,
        event_irq=106,
        error_irq=109,
        stream_count=1,
        stream=(16,),
        partition=(0,),
    )
    pack = replace(tables(parts.make()), smmus=(unit,))
    named = {table: party(pack, table, 0) for table in facade.Table}
    assert named == {
        facade.Table.BOARD: 'board "acme"',
        facade.Table.MEMORY: 'memory "ram0" [0x40000000..0x80000000)',
        facade.Table.PARTITION: 'partition "realtime"',
        facade.Table.VCPU: 'CPU 0 of "realtime"',
        facade.Table.REGION: 'ram [0x40400000..0x40c00000) of "realtime"',
        facade.Table.INTERRUPT: 'interrupt 39 of "realtime"',
        facade.Table.CHANNEL: "all of channel together",
        facade.Table.IMAGE: 'image "realtime/segment0" [0x40400000..0x40408000)',
        facade.Table.SMMU: "the SMMU [0x9050000..0x9070000)",
        facade.Table.HEADER: "all of header together",
    }
