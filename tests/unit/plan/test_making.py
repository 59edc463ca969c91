# SPDX-License-Identifier: Apache-2.0
"""Where the planner puts things, and why it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import plan
from mvpsdk.board import Device, Reserved
from mvpsdk.core import facade
from mvpsdk.errors import PlanError
from mvpsdk.image import AbiNote
from mvpsdk.plan.pack import tables
from mvpsdk.plan.refusal import party
from mvpsdk.units import GIB, KIB, MIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.image import Segment

    Parts = Any  # of conftest.py

RAM = 0x4000_0000


def test_everything_has_its_place(parts: Parts) -> None:
    """Window where loaders put it, then firmware, then the persona; the pack on top."""
    made = parts.make()
    found = [(placed.owner, placed.what, placed.range) for placed in made.placements]
    top = RAM + GIB
    pack = top - (-(-made.total_size // (2 * MIB)) * 2 * MIB)
    assert found == [
        ("hypervisor", "window", Range(RAM + 2 * MIB, 2 * MIB)),
        ("realtime", "ram", Range(RAM + 4 * MIB, 8 * MIB)),
        ("work", "ram", Range(RAM + 12 * MIB, 128 * MIB)),
        ("pack", "images", Range(pack, made.total_size)),
    ]
    assert made.window == found[0][2]
    assert made.pack == found[3][2]
    gap = pack - (RAM + 140 * MIB)
    assert [placed.head_room for placed in made.placements] == [0, 0, gap, gap]
    assert all(placed.why for placed in made.placements)


def test_a_window_that_is_not_free_is_moved(parts: Parts) -> None:
    """Where the usual window is reserved, the lowest free block is taken, and said so."""
    parts.reserved = (Reserved(name="loader", range=Range(Pa(RAM), 3 * MIB)),)
    made = parts.make()
    assert made.window == Range(RAM + 4 * MIB, 2 * MIB)
    assert "[0x40200000..0x40400000) is not free" in made.placements[0].why


def test_nothing_is_put_into_reserved_memory(parts: Parts) -> None:
    """RAM goes around memory that nobody may have."""
    parts.reserved = (Reserved(name="modem", range=Range(Pa(RAM + 6 * MIB), 16 * MIB)),)
    made = parts.make()
    assert made.partition("realtime").ram_pa == RAM + 22 * MIB


def test_ram_does_not_span_banks(parts: Parts) -> None:
    """A persona that doesn't fit the first bank stands in the second."""
    parts.memory = (Range(Pa(RAM), 64 * MIB), Range(Pa(0x1_0000_0000), GIB))
    made = parts.make()
    assert made.partition("work").ram_pa == 0x1_0000_0000
    assert made.pack.end <= 0x1_4000_0000


def test_personas_take_turns_in_one_place(parts: Parts) -> None:
    """Exclusive personas share one range as large as the largest."""
    made = parts.persona("personal", 256 * MIB).make()
    work, personal = made.partition("work"), made.partition("personal")
    assert work.ram_pa == personal.ram_pa == RAM + 12 * MIB
    assert (work.ram.size, personal.ram.size) == (128 * MIB, 256 * MIB)
    shared = next(placed for placed in made.placements if placed.owner == "work or personal")
    assert shared.range.size == 256 * MIB
    assert "personal needs the most" in shared.why


def test_a_personas_images_keep_to_the_boot_protocol(parts: Parts) -> None:
    """Kernel at the base, ramdisk behind its BSS, device tree behind both, each at 2 MiB."""
    parts.personas.clear()
    parts.persona("work", 64 * MIB, kernel=5 * MIB, bss=4 * MIB, ramdisk=3 * MIB)
    work = parts.make().partition("work")
    kernel, ramdisk, dtb = work.images
    assert (kernel.load, kernel.memory, kernel.size) == (RAM, 9 * MIB, 5 * MIB)
    assert ramdisk.load == RAM + 10 * MIB
    assert dtb.load == RAM + 14 * MIB
    assert (work.entry, work.dtb, work.ram.base) == (RAM, dtb.load, RAM)
    assert [image.head_room for image in (kernel, ramdisk)] == [MIB, MIB]
    assert dtb.head_room == 50 * MIB - dtb.size
    assert dtb.data
    assert len(dtb.data) == dtb.size


def test_a_kernels_text_offset_is_honoured(parts: Parts) -> None:
    """An older kernel stands where its header asks, above a 2 MiB boundary."""
    parts.personas.clear()
    work = parts.persona("work", 64 * MIB, text_offset=0x80000).make().partition("work")
    assert work.entry == work.images[0].load == RAM + 0x80000
    assert "0x80000 above it" in work.images[0].why


def test_a_full_ram_has_its_tree_at_the_end(parts: Parts) -> None:
    """Where no whole block is left, the device tree stands on the last pages."""
    parts.personas.clear()
    work = parts.persona("work", 4 * MIB, kernel=3 * MIB).make().partition("work")
    dtb = work.images[-1]
    assert dtb.load == RAM + 4 * MIB - 4 * KIB
    assert "end of RAM" in dtb.why


def test_firmware_stands_where_its_ram_is(parts: Parts, segment: Segment) -> None:
    """Direct map: segments at RAM's base plus their address, IPA = PA, the tree at the end."""
    data = replace(segment, index=1, virtual=0x10000, file_size=0x100, memory_size=0x4000)
    empty = replace(segment, index=2, virtual=0x20000, file_size=0, memory_size=0)
    made = parts.firmware(segment, data, empty, entry=0x40).make()
    realtime = made.partition("realtime")
    base = RAM + 4 * MIB
    assert (realtime.ram, realtime.ram_pa) == (Range(base, 8 * MIB), base)
    assert realtime.entry == base + 0x40
    names = [(image.name, image.load, image.size, image.memory) for image in realtime.images]
    assert names[:2] == [
        ("realtime/segment0", base, 0x8000, 0x8000),
        ("realtime/segment1", base + 0x10000, 0x100, 0x4000),
    ]
    assert names[2][:2] == ("realtime/dtb", base + 8 * MIB - 64 * KIB)
    assert [image.file_offset for image in realtime.images] == [0x1000, 0x1000, 0]


def test_firmware_owns_its_devices(parts: Parts) -> None:
    """The devices of realtime.devices, and only they, are mapped, with their interrupts."""
    realtime = parts.make().partition("realtime")
    kinds = {region.name: (region.kind, region.ipa.base, region.pa) for region in realtime.regions}
    base = RAM + 4 * MIB
    assert kinds == {
        "ram": ("ram", base, base),
        "gicd": ("gicd", 0x0800_0000, None),
        "gicr": ("gicr", 0x080A_0000, None),
        "gpio": ("device", 0x0903_0000, 0x0903_0000),
    }
    assert [(one.name, one.physical, one.intid) for one in realtime.interrupts] == [
        ("gpio", 39, 39)
    ]


def test_a_device_may_lack_an_interrupt(parts: Parts) -> None:
    """A device without an interrupt is mapped all the same."""
    parts.realtime = replace(parts.realtime, devices=("rng",))
    realtime = parts.make().partition("realtime")
    assert realtime.interrupts == ()
    assert realtime.regions[-1].name == "rng"


def test_a_note_is_carried_over(parts: Parts) -> None:
    """What a guest's note needs stands in its partition; a hypervisor's own note is none."""
    note = AbiNote(
        offset=0,
        role=1,
        psci_conduits=1,
        abi_major=1,
        abi_minor=0,
        features=1,
        calls=0,
        vgic_versions=8,
        page_sizes=1,
        linked_ipa=0,
        layouts="00" * 32,
    )
    kernel = parts.facts["work/kernel"]
    parts.facts["work/kernel"] = replace(kernel, note=note)
    work = parts.make().partition("work")
    assert (work.abi, work.features) == ((1, 0), 1)
    parts.facts["work/kernel"] = replace(kernel, note=replace(note, role=2))
    assert parts.make().partition("work").abi == (0, 0)


def test_the_pack_says_what_the_plan_says(parts: Parts) -> None:
    """The metadata, read back by the core, has the plan's places, names and policies."""
    parts.menu = 3000
    made = parts.persona("personal", 64 * MIB).make()
    pack = facade.pack_read(plan.metadata(made))
    assert (pack.meta_size, pack.total_size) == (made.meta_size, made.total_size)
    assert [image.offset for image in pack.images] == [image.offset for image in made.images]
    assert [image.digest.hex() for image in pack.images] == [image.sha256 for image in made.images]
    assert [one.name for one in pack.partitions] == ["realtime", "work", "personal"]
    assert (pack.default_persona, pack.menu_ms, pack.rollback_index) == (1, 3000, 3)
    assert (pack.boards[0].window, pack.boards[0].pack_home) == (made.window.base, made.pack.base)
    assert pack.interrupts[0].physical == 39
    assert [one.partition for one in pack.vcpus] == [0, 1, 2]


def test_a_plan_is_a_pure_function(parts: Parts) -> None:
    """The same board, handset and facts give the same plan and the same bytes."""
    first, second = parts.make(), parts.make()
    assert first == second
    assert plan.metadata(first) == plan.metadata(second)


def test_firmware_alone_is_a_plan(nothing: type[Parts]) -> None:
    """Without personas there is no default, and the plan holds."""
    made = nothing().firmware().make()
    assert [partition.name for partition in made.partitions] == ["realtime"]
    assert facade.pack_read(plan.metadata(made)).default_persona is None


def test_personas_alone_are_a_plan(nothing: type[Parts]) -> None:
    """Without firmware a persona may have the board to itself."""
    parts = nothing(realtime=None).persona("work", 64 * MIB)
    assert [partition.name for partition in parts.make().partitions] == ["work"]


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


def test_a_raw_image_is_entered_at_its_first_byte(parts: Parts) -> None:
    """An image without a header is started at RAM's base, if the handset says that it is raw."""
    kernel = parts.facts["work/kernel"]
    parts.facts["work/kernel"] = replace(kernel, format="unknown", architecture="", arm64=None)
    parts.personas[0] = replace(parts.personas[0], format="raw")
    work = parts.make().partition("work")
    assert work.entry == work.images[0].load == RAM
    assert work.images[0].memory == kernel.size


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
    pack = tables(parts.make())
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
        facade.Table.HEADER: "all of header together",
    }
