# SPDX-License-Identifier: Apache-2.0
"""The device tree of a machine that QEMU makes none for."""

from __future__ import annotations

from dataclasses import replace

import packs
from mvpsdk.core.facade import fdt_read
from mvpsdk.run import minimal


def test_it_has_the_board_its_memory_and_its_console() -> None:
    """As the pack has them; the hypervisor's early console finds the UART by it."""
    pack = packs.good_pack()
    tree = fdt_read(minimal.tree(pack))
    board = pack.boards[0]
    assert tree.text("compatible") == board.compatible
    path = tree.get("chosen").text("stdout-path")  # type: ignore[union-attr]
    uart = tree.get(path)
    assert uart
    assert uart.text("compatible") == "arm,pl011"
    assert uart.properties["reg"][:8] == board.console_register.to_bytes(8, "big")
    memory = [node for node in tree.children if node.text("device_type") == "memory"]
    first = pack.memory[0]
    cells = first.base.to_bytes(8, "big") + first.size.to_bytes(8, "big")
    assert memory[0].properties["reg"] == cells


def test_a_mute_board_has_no_console() -> None:
    """Nor a path to one."""
    pack = packs.good_pack()
    mute = replace(pack.boards[0], console_driver="none")
    tree = fdt_read(minimal.tree(replace(pack, boards=(mute,))))
    chosen = tree.get("chosen")
    assert chosen
    assert chosen.properties == {}
