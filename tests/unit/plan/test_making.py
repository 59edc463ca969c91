# SPDX-License-Identifier: Apache-2.0
"""Where the planner puts things, and why it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import plan
from mvpsdk.board import Console, Cpu, Device, Reserved
from mvpsdk.board.model import CONSOLE_SPAN
from mvpsdk.core import facade
from mvpsdk.errors import PlanError
from mvpsdk.image import AbiNote
from mvpsdk.units import GIB, KIB, MIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.image import Segment

    Parts = Any  # of conftest.py

RAM = 0x4000_0000
CPUS = Cpu(core="cortex-a53", count=2, bring_up="psci-smc")


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


@pytest.mark.parametrize(
    ("base", "seen"),
    [
        ((1 << 39) - 16 * MIB, (1 << 39) - 12 * MIB),  # the last that guest addresses reach
        ((1 << 39) - 8 * MIB, 1 << 38 | GIB - 4 * MIB),
        (1 << 40, 1 << 38 | 4 * MIB),
    ],
)
def test_firmware_sees_memory_beyond_512_gib_at_lower_addresses(
    parts: Parts, base: int, seen: int
) -> None:
    """Guest addresses end there; below, they are the physical ones."""
    parts.personas.clear()
    parts.memory = (Range(Pa(base), 256 * MIB),)
    made = parts.make()
    realtime = made.partition("realtime")

    assert (realtime.ram.base, realtime.ram_pa) == (seen, base + 4 * MIB)
    assert realtime.ram.base <= realtime.entry < realtime.ram.end
    why = next(placed.why for placed in made.placements if placed.owner == "realtime")
    assert ("so this is its address too" in why) is (seen == base + 4 * MIB)
    assert next(region for region in realtime.regions if region.kind == "ram").pa == base + 4 * MIB


def test_firmware_that_sees_its_memory_elsewhere_has_no_dma(parts: Parts) -> None:
    """The device would be told addresses at which there is no RAM, or somebody else's."""
    parts.memory = (Range(Pa(1 << 40), GIB),)
    parts.devices = tuple(replace(device, dma=True) for device in parts.devices)

    with pytest.raises(PlanError, match="RAM lies beyond 512 GiB") as caught:
        parts.make()
    assert '"gpio"' in str(caught.value)


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


def test_devices_of_one_page_are_reached_through_one_window(parts: Parts) -> None:
    """Whole pages are mapped; what lies on the next page has a window of its own."""
    parts.devices = tuple(
        Device(name=name, range=Range(Pa(base), size), irq=irq, edge=False)
        for name, base, size, irq in (
            ("timer", 0x0903_1000, 0x20, 42),
            ("pwm", 0x0903_0100, 0x100, 41),
            ("gpio", 0x0903_0000, 0x100, 40),
        )
    )
    parts.realtime = replace(parts.realtime, devices=("timer", "pwm", "gpio"))
    firmware = parts.make().partition("realtime")
    windows = [region for region in firmware.regions if region.kind == "device"]
    assert [(each.name, each.ipa, each.pa) for each in windows] == [
        ("gpio+pwm", Range(0x0903_0000, 4 * KIB), 0x0903_0000),
        ("timer", Range(0x0903_1000, 4 * KIB), 0x0903_1000),
    ]
    assert {each.name for each in firmware.interrupts} == {"gpio", "pwm", "timer"}


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


@pytest.mark.parametrize(
    ("cpu", "affinity", "release"),
    [
        (CPUS, (0, 1), ()),
        (replace(CPUS, affinities=(0x100, 0x10000)), (0x100, 0x10000), ()),
        (replace(CPUS, release_addresses=(0xD8, 0xE0)), (0, 1), (0xD8, 0xE0)),
        (replace(CPUS, count=16), (0, 1, 2, 3, 4, 5, 6, 7), ()),
    ],
)
def test_the_pack_names_the_boards_cpus(
    parts: Parts, cpu: Cpu, affinity: tuple[int, ...], release: tuple[int, ...]
) -> None:
    """By affinity, and where each waits in a spin table; zeros behind the last."""
    made = parts.make()
    made = replace(made, board=replace(made.board, cpu=cpu))
    board = facade.pack_read(plan.metadata(made)).boards[0]
    zeros = (0,) * 8
    assert board.cpu_affinity == (*affinity, *zeros)[:8]
    assert board.cpu_release == (*release, *zeros)[:8]


def test_the_pack_needs_what_the_handset_asks_for(parts: Parts) -> None:
    """A clock of any persona, a menu: the hypervisor must have it, and otherwise not."""
    clock, menu = (facade.CONSTANTS[f"FEATURE_{name}"] for name in ("PL031", "MENU"))
    assert plan.needed_features(parts.make()) & (clock | menu) == clock

    parts.menu = 3000
    parts.personas = [replace(parts.personas[0], rtc=False)]
    made = parts.make()

    assert facade.pack_read(plan.metadata(made)).features == plan.needed_features(made)
    assert plan.needed_features(made) & (clock | menu) == menu
    assert "pl031" not in {region.kind for region in made.partition("work").regions}


def test_the_pack_says_how_the_console_is_driven(parts: Parts) -> None:
    """Its first register may lie anywhere; its pages hold all that a driver may touch."""
    parts.console = Console(
        driver="8250", base=Pa(0x01C2_8F80), irq=32, register_shift=2, register_width=4
    )
    board = facade.pack_read(plan.metadata(parts.make())).boards[0]
    assert (board.console_driver, board.console_irq) == ("8250", 32)
    assert (board.console_shift, board.console_width) == (2, 4)
    assert board.console_register == 0x01C2_8F80
    assert (board.console_base, board.console_size) == (0x01C2_8000, 8 * KIB)
    assert facade.CONSTANTS["CONSOLE_SPAN"] == CONSOLE_SPAN


def test_a_console_that_nothing_drives_is_not_in_the_pack(parts: Parts) -> None:
    """As if the board had none: the hypervisor stays mute and touches nothing."""
    parts.console = Console(driver="none", base=Pa(0x0900_0000), irq=33)
    mute = facade.pack_read(plan.metadata(parts.make())).boards[0]
    assert (mute.console_driver, mute.console_base, mute.console_irq) == ("none", 0, 0)
    parts.console = None
    assert facade.pack_read(plan.metadata(parts.make())).boards[0] == mute


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


def test_a_raw_image_is_entered_at_its_first_byte(parts: Parts) -> None:
    """An image without a header is started at RAM's base, if the handset says that it is raw."""
    kernel = parts.facts["work/kernel"]
    parts.facts["work/kernel"] = replace(kernel, format="unknown", architecture="", arm64=None)
    parts.personas[0] = replace(parts.personas[0], format="raw")
    work = parts.make().partition("work")
    assert work.entry == work.images[0].load == RAM
    assert work.images[0].memory == kernel.size
