# SPDX-License-Identifier: Apache-2.0
"""Which features a handset and its board ask of the hypervisor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mvpsdk import board as boards
from mvpsdk import build, handset
from mvpsdk.abi.features import CHOICES, missing
from mvpsdk.core import facade
from mvpsdk.units import GIB, PAGE, Pa, Range

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.board.model import BringUp

HANDSET = """\
[handset]
name = "acme"
version = "1"
boards = ["qemu-virt"]

[[persona]]
name = "work"
kernel = "linux"
memory = "64 MiB"

[[persona]]
name = "personal"
kernel = "linux"
memory = "64 MiB"
rtc = false

[[persona]]
name = "boot"
format = "rom"
rom = "u-boot.bin"
memory = "64 MiB"
rtc = false # it has none

[boot]
menu-timeout = "3 s"
"""


USUAL = CHOICES - {"delegate", "far", "halt", "power", "smmu", "smp", "soft-gic"}
"""What the handset above asks for."""


def wanted(
    folder: Path,
    *changes: tuple[str, str],
    mute: bool = False,
    board: str = "qemu-virt",
    bring_up: BringUp = "psci-smc",
) -> set[str]:
    """What a build for one of QEMU's boards is asked to have."""
    text = HANDSET
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "handset.toml").write_text(text)
    loaded = handset.load(folder / "handset.toml")
    found = boards.named(board, (), folder)
    found = replace(found, cpu=replace(found.cpu, bring_up=bring_up))
    return set(build.wanted(loaded, replace(found, console=None) if mute else found))


def test_all_that_is_asked_for_is_in(tmp_path: Path) -> None:
    """One persona with a clock is enough."""
    assert wanted(tmp_path) == USUAL


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (("menu-timeout", 'default = "work"\n# menu-timeout'), "menu"),
        (('memory = "64 MiB"\n\n', 'memory = "64 MiB"\nrtc = false\n\n'), "rtc"),
        (("[boot]", "[boot]\nearly-console = false"), "early-console"),
        (('format = "rom"\nrom', 'format = "raw"\nkernel'), "flash"),
    ],
)
def test_what_nobody_asks_for_is_left_out(
    change: tuple[str, str], gone: str, tmp_path: Path
) -> None:
    """No menu, no persona with a clock or with flash, no words before the pack is read."""
    assert wanted(tmp_path, change) == USUAL - {gone}


def test_power_is_in_for_one_persona(tmp_path: Path) -> None:
    """None has one that does not ask."""
    assert wanted(tmp_path, ("rtc = false\n", "power = true\n")) == USUAL | {"power"}


def test_a_mute_board_has_no_console_early_or_late(tmp_path: Path) -> None:
    """There is no driver in its build to say anything by."""
    assert wanted(tmp_path, mute=True) == USUAL - {"early-console"}


@pytest.mark.parametrize(("bring_up", "is_in"), [("psci-smc", False), ("spin-table", True)])
def test_a_board_that_can_not_be_powered_off_says_so(
    bring_up: BringUp, is_in: bool, tmp_path: Path
) -> None:
    """Where PSCI does it, there is nothing to say."""
    assert ("halt" in wanted(tmp_path, bring_up=bring_up)) is is_in
    assert "halt" not in wanted(tmp_path, bring_up=bring_up, mute=True)


@pytest.mark.parametrize(
    ("line", "is_in"), [("cpus = [1]", True), ("cpus = [0, 0]", False), ("cpus = [0, 3]", True)]
)
def test_a_second_core_asks_for_several(line: str, is_in: bool, tmp_path: Path) -> None:
    """Two virtual CPUs on one core do not."""
    assert ("smp" in wanted(tmp_path, ("rtc = false\n", f"{line}\n"))) is is_in


@pytest.mark.parametrize(
    ("base", "size", "is_in"),
    [((1 << 39) - GIB, GIB, False), ((1 << 39) - GIB, GIB + PAGE, True), (1 << 40, GIB, True)],
)
def test_memory_beyond_512_gib_asks_for_far(
    base: int, size: int, is_in: bool, tmp_path: Path
) -> None:
    """Banks, and whatever else the hypervisor maps for itself."""
    wanted(tmp_path)
    loaded = handset.load(tmp_path / "handset.toml")
    found = boards.named("qemu-virt", (), tmp_path)
    more = replace(found, memory=(*found.memory, Range(Pa(base), size)))
    gic = replace(found.interrupt_controller, redistributor=Range(Pa(base), size))
    assert found.console is not None
    console = replace(found.console, base=Pa(base + size - PAGE))

    assert ("far" in build.wanted(loaded, more)) is is_in
    assert ("far" in build.wanted(loaded, replace(found, interrupt_controller=gic))) is is_in
    assert ("far" in build.wanted(loaded, replace(found, console=console))) is is_in


@pytest.mark.parametrize(
    ("board", "vgic", "is_in"),
    [
        ("qemu-virt", "2", True),
        ("qemu-virt", "3", False),
        ("qemu-virt", '"board"', False),
        ("qemu-virt-gicv2", "2", False),
        ("qemu-virt-gicv2", '"board"', False),
    ],
)
def test_a_gicv2_is_made_by_software_where_the_hardware_has_none(
    board: str, vgic: str, is_in: bool, tmp_path: Path
) -> None:
    """One persona that asks for version 2 is enough."""
    change = ("rtc = false\n", f"vgic = {vgic}\n")
    assert ("soft-gic" in wanted(tmp_path, change, board=board)) is is_in


UNIT = boards.Iommu(
    name="smmu",
    compatible="arm,smmu-v3",
    range=Range(Pa(0x0905_0000), 0x2_0000),
    event_irq=106,
    error_irq=109,
)


@pytest.mark.parametrize(
    ("devices", "streams", "units", "is_in"),
    [
        ("[]", (16,), (UNIT,), False),
        ('["gpio"]', (16,), (UNIT,), True),
        ('["gpio"]', (), (UNIT,), False),
        ('["gpio"]', (16,), (), False),
        ('["gpio"]', (16,), (UNIT, replace(UNIT, name="other")), False),
        ('["gpio"]', (16,), (UNIT, replace(UNIT, compatible="arm,mmu-500")), True),
        ('["gpio"]', (16,), (replace(UNIT, error_irq=None),), False),
        ('["gpio"]', (16,), (replace(UNIT, compatible="arm,mmu-500"),), False),
    ],
)
def test_an_smmu_is_driven_for_a_device_that_has_a_stream(
    devices: str,
    streams: tuple[int, ...],
    units: tuple[boards.Iommu, ...],
    is_in: bool,
    tmp_path: Path,
) -> None:
    """Of the firmware, by the board's one SMMUv3 whose interrupts are known."""
    firmware = f'[realtime]\nsource = "f"\nmemory = "2 MiB"\ndevices = {devices}\n'
    (tmp_path / "handset.toml").write_text(f"{HANDSET}\n{firmware}")
    there = boards.named("qemu-virt")
    gpio = replace(there.devices[0], stream_ids=streams)
    there = replace(there, devices=(gpio,), iommus=units)
    found = build.wanted(handset.load(tmp_path / "handset.toml"), there)
    assert ("smmu" in found) is is_in


def test_what_a_pack_needs_and_a_build_lacks_has_a_name() -> None:
    """By the bits of the pack's header; other bits are of no build's choice."""
    every = facade.CONSTANTS["FEATURES"]

    assert missing(every, ()) == ("flash", "menu", "power", "rtc", "smmu", "smp", "vgic2")
    there = ("flash", "menu", "early-console", "vgic2")
    assert missing(every, there) == ("power", "rtc", "smmu", "smp")
    assert missing(facade.CONSTANTS["FEATURE_MENU"], ("rtc",)) == ("menu",)
    assert missing(every, CHOICES | {"vgic2"}) == ()
