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

BOARDS = sorted(path.parent for path in board.built_in().glob("*/board.toml"))


@pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: str(folder.name))
def test_a_board_is_whole(folder: Path) -> None:
    """A board's file is right, its folder has its name, and a README says what the board is."""
    loaded = board.named(folder.name, [folder.parent])
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert loaded.name in readme.splitlines()[0]
    assert loaded.path == folder / "board.toml"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> fdt.FDT:
    """The device tree that QEMU makes for qemu-virt."""
    virtual = board.named("qemu-virt").virtual
    assert virtual
    blob = tmp_path_factory.mktemp("tree") / "virt.dtb"
    command = ["qemu-system-aarch64", "-cpu", virtual.cpu, "-m", str(virtual.memory // MIB)]
    count = str(board.named("qemu-virt").cpu.count)
    machine = f"{virtual.machine},dumpdtb={blob}"
    subprocess.run(
        [*command, "-smp", count, "-machine", machine, "-nic", "none"],
        check=True,
        timeout=60,
        capture_output=True,
    )
    return fdt.parse_dtb(blob.read_bytes())


def cells(tree: fdt.FDT, path: str, name: str) -> list[int]:
    """The cells of a property."""
    return list(tree.get_node(path).get_property(name).data)


def test_qemu_virt_is_what_qemu_makes(tree: fdt.FDT) -> None:
    """RAM, GIC, console, device and their interrupts stand where QEMU's tree has them."""
    virt = board.named("qemu-virt")
    gic = virt.interrupt_controller
    assert virt.console
    assert cells(tree, "memory@40000000", "reg") == [0, virt.memory[0].base, 0, virt.memory[0].size]
    regions = cells(tree, "intc@8000000", "reg")
    assert regions[:4] == [0, gic.distributor.base, 0, gic.distributor.size]
    assert regions[5] == gic.redistributor.base
    assert regions[7] >= gic.redistributor.size
    assert cells(tree, "intc@8000000", "interrupts")[1] + 16 == gic.maintenance_irq
    assert cells(tree, "pl011@9000000", "reg")[1] == virt.console.range.base
    assert cells(tree, "pl011@9000000", "interrupts")[1] + 32 == virt.console.irq
    gpio = virt.device("gpio")
    assert gpio
    assert gpio.irq
    assert cells(tree, "pl061@9030000", "reg")[1] == gpio.range.base
    assert cells(tree, "pl061@9030000", "interrupts")[1] + 32 == gpio.irq


def test_qemu_virt_has_the_timers_of_qemu(tree: fdt.FDT) -> None:
    """The timer's interrupts are secure, physical, virtual and hypervisor, in this order."""
    timer = board.named("qemu-virt").timer
    numbers = [number + 16 for number in cells(tree, "timer", "interrupts")[1::3]]
    assert numbers[1:] == [timer.physical_irq, timer.virtual_irq, timer.hypervisor_irq]


def test_qemu_virt_calls_firmware_by_smc(tree: fdt.FDT) -> None:
    """With virtualization on, the machine's PSCI is called by SMC, and its name is the board's."""
    virt = board.named("qemu-virt")
    assert tree.get_node("psci").get_property("method").value == "smc"
    assert virt.cpu.bring_up == "psci-smc"
    assert tree.root.get_property("compatible").value == virt.compatible
