# SPDX-License-Identifier: Apache-2.0
"""Every board that ships: it loads, it explains itself, and QEMU's own device tree agrees."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import fdt
import pytest

from mvpsdk import board
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.board import Board

BOARDS = sorted(path.parent for path in board.built_in().glob("*/board.toml"))


@pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: str(folder.name))
def test_a_board_is_whole(folder: Path) -> None:
    """A board's file is right, its folder has its name, and a README says what the board is."""
    loaded = board.named(folder.name, [folder.parent])
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert loaded.name in readme.splitlines()[0]
    assert loaded.path == folder / "board.toml"


@pytest.fixture(scope="module", params=["qemu-virt", "qemu-virt-gicv2"])
def virt(request: pytest.FixtureRequest) -> Board:
    """A board that is QEMU's own machine."""
    return board.named(request.param)


@pytest.fixture(scope="module")
def tree(virt: Board, tmp_path_factory: pytest.TempPathFactory) -> fdt.FDT:
    """The device tree that QEMU makes for it."""
    virtual = virt.virtual
    assert virtual
    blob = tmp_path_factory.mktemp("tree") / "virt.dtb"
    command = ["qemu-system-aarch64", "-cpu", virtual.cpu, "-m", str(virtual.memory // MIB)]
    machine = f"{virtual.machine},dumpdtb={blob}"
    subprocess.run(
        [*command, "-smp", str(virt.cpu.count), "-machine", machine, "-nic", "none"],
        check=True,
        timeout=60,
        capture_output=True,
    )
    return fdt.parse_dtb(blob.read_bytes())


def cells(tree: fdt.FDT, path: str, name: str) -> list[int]:
    """The cells of a property."""
    return list(tree.get_node(path).get_property(name).data)


def test_a_qemu_board_is_what_qemu_makes(virt: Board, tree: fdt.FDT) -> None:
    """RAM, console, device and their interrupts stand where QEMU's tree has them."""
    assert virt.console
    assert cells(tree, "memory@40000000", "reg") == [0, virt.memory[0].base, 0, virt.memory[0].size]
    assert cells(tree, "pl011@9000000", "reg")[1] == virt.console.range.base
    assert cells(tree, "pl011@9000000", "interrupts")[1] + 32 == virt.console.irq
    gpio = virt.device("gpio")
    assert gpio
    assert gpio.irq
    assert cells(tree, "pl061@9030000", "reg")[1] == gpio.range.base
    assert cells(tree, "pl061@9030000", "interrupts")[1] + 32 == gpio.irq


def test_a_qemu_board_has_the_last_transport_of_qemu(virt: Board, tree: fdt.FDT) -> None:
    """The disk's page is that of the transport which QEMU plugs the first virtio device into."""
    disk = virt.device("disk")
    assert disk
    assert cells(tree, "virtio_mmio@a003e00", "reg")[1] == disk.range.end - 0x200
    assert [cells(tree, "virtio_mmio@a003e00", "interrupts")[n] for n in (1, 2)] == [
        (disk.irq or 0) - 32,
        1 if disk.edge else 4,
    ]


def test_a_qemu_board_has_the_gic_of_qemu(virt: Board, tree: fdt.FDT) -> None:
    """Its version, and each of its frames within QEMU's region of the same name."""
    gic = virt.interrupt_controller
    compatible = {3: "arm,gic-v3", 2: "arm,cortex-a15-gic"}[gic.version]
    assert tree.get_node("intc@8000000").get_property("compatible").value == compatible
    reg = cells(tree, "intc@8000000", "reg")
    found = [(reg[n + 1], reg[n + 3]) for n in range(0, len(reg), 4)]
    frames = [frame for _, _, frame in gic.frames()]
    assert [base for base, _ in found] == [frame.base for frame in frames]
    assert all(frame.size <= size for frame, (_, size) in zip(frames, found, strict=True))
    assert cells(tree, "intc@8000000", "interrupts")[1] + 16 == gic.maintenance_irq


def test_a_qemu_board_has_the_timers_of_qemu(virt: Board, tree: fdt.FDT) -> None:
    """The timer's interrupts are secure, physical, virtual and hypervisor, in this order."""
    timer = virt.timer
    numbers = [number + 16 for number in cells(tree, "timer", "interrupts")[1::3]]
    assert numbers[1:] == [timer.physical_irq, timer.virtual_irq, timer.hypervisor_irq]


def test_a_qemu_board_calls_firmware_by_smc(virt: Board, tree: fdt.FDT) -> None:
    """With virtualization on, the machine's PSCI is called by SMC, and its name is the board's."""
    assert tree.get_node("psci").get_property("method").value == "smc"
    assert virt.cpu.bring_up == "psci-smc"
    assert tree.root.get_property("compatible").value == virt.compatible
