# SPDX-License-Identifier: Apache-2.0
"""The tree that QEMU itself makes becomes the board that people wrote by hand."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from mvpsdk import board, port, tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

CORES = 8


def dumped(folder: Path, version: int, options: str = "virtualization=on") -> Path:
    """Have QEMU write its tree: nothing is started."""
    file = folder / "virt.dtb"
    machine = f"virt,{options},gic-version={version},dumpdtb={file}"
    command = ["qemu-system-aarch64", "-nodefaults", "-display", "none", "-machine", machine]
    subprocess.run(
        [*command, "-cpu", "cortex-a53", "-m", "1G", "-smp", str(CORES)],
        check=True,
        capture_output=True,
    )
    return file


@pytest.mark.parametrize("version", [2, 3])
def test_qemu_s_tree_is_a_complete_board(tmp_path: Path, version: int) -> None:
    """With either GIC, and without a word from a person: it can be built and run at once."""
    survey = tree.open(dumped(tmp_path, version))
    assert (survey.todos, survey.blocks, survey.remarks) == ((), (), ())
    made = board.load(port.write_board(survey, "mine", tmp_path))
    assert made.interrupt_controller.version == version
    assert made.virtual is not None
    assert made.virtual.machine == f"virt,virtualization=on,gic-version={version}"


@pytest.mark.parametrize(("version", "name"), [(2, "qemu-virt-gicv2"), (3, "qemu-virt")])
def test_it_is_the_board_that_was_written_by_hand(tmp_path: Path, version: int, name: str) -> None:
    """All that both say is the same; the tree knows a clock to lend, the person a secure world."""
    survey = tree.open(dumped(tmp_path, version))
    made = board.load(port.write_board(survey, "mine", tmp_path))
    known = board.named(name)
    assert (made.compatible, made.vendor, made.el2) == (known.compatible, known.vendor, known.el2)
    assert made.cpu == known.cpu
    assert made.memory == known.memory
    assert made.timer == known.timer
    assert made.virtual == known.virtual
    gic, hand = made.interrupt_controller, known.interrupt_controller
    assert (gic.version, gic.maintenance_irq) == (hand.version, hand.maintenance_irq)
    for (key, _, range_), (same, _, by_hand) in zip(gic.frames(), hand.frames(), strict=True):
        assert (key, range_.base) == (same, by_hand.base)
        assert range_.contains(by_hand)
    assert made.console is not None
    assert known.console is not None
    for key in ("driver", "base", "irq"):
        assert getattr(made.console, key) == getattr(known.console, key)
    gpio, other = made.device("gpio"), known.device("gpio")
    assert gpio is not None
    assert other is not None
    assert (gpio.range, gpio.irq, gpio.edge) == (other.range, other.irq, other.edge)


def test_without_virtualization_it_is_blocked(tmp_path: Path) -> None:
    """PSCI by HVC, since QEMU itself is what runs below; and the way out is named."""
    survey = tree.open(dumped(tmp_path, 3, "virtualization=off"))
    assert {fault.rule for fault in survey.blocks} == {"BRD003", "BRD005"}
    assert "virtualization=on" in survey.facts["board.el2"].note
    assert survey.values.get("virtual") is None
