# SPDX-License-Identifier: Apache-2.0
"""Facts that a person gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mvpsdk import board, port, tree
from mvpsdk.errors import InputError

GIVEN: dict[str, Any] = {
    "board.el2": "free",
    "cpu.core": "cortex-a53",
    "cpu.count": 4,
    "cpu.bring-up": "psci-smc",
    "memory": [{"base": 0x40000000, "size": "1 GiB"}],
    "interrupt-controller.version": 2,
    "interrupt-controller.distributor": 0x8000000,
    "interrupt-controller.maintenance-irq": 25,
    "timer": {"virtual-irq": 27, "physical-irq": 30, "hypervisor-irq": 26},
    "console": None,
}


@pytest.mark.parametrize(
    ("text", "base", "size"),
    [
        ("0x80000000+4GiB", 0x80000000, "4 GiB"),
        ("1073741824 + 512 MiB", 0x40000000, "512 MiB"),
        ("0x40000000+0x801000", 0x40000000, "8196 KiB"),
    ],
)
def test_a_bank_is_base_and_size(text: str, base: int, size: str) -> None:
    """Either may be in hexadecimal."""
    assert port.parse_bank(text) == {"base": base, "size": size}


@pytest.mark.parametrize(
    "text", ["", "4GiB", "0x800+4GiB", "0x80000000+0 B", "x+1 GiB", "-4096+1GiB"]
)
def test_what_is_no_bank_is_told(text: str) -> None:
    """With how to write one."""
    with pytest.raises(InputError, match="is no bank of RAM") as told:
        port.parse_bank(text)
    assert "0x80000000+4GiB" in told.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("console.irq=33", ("console.irq", 33)),
        ("cpu.core = cortex-a53", ("cpu.core", "cortex-a53")),
        ('memory[0].size="1 GiB"', ("memory[0].size", "1 GiB")),
        ("cpu.affinities=[0, 0x100]", ("cpu.affinities", [0, 256])),
        ("device[0].dma=true", ("device[0].dma", True)),
        ("console.driver=8250", ("console.driver", "8250")),
        ('console.driver="8250"', ("console.driver", "8250")),
        ("virtual.qemu=10.0", ("virtual.qemu", "10.0")),
    ],
)
def test_a_fact_is_a_key_and_a_value(text: str, expected: tuple[str, object]) -> None:
    """Written as in a board.toml; the quotes of a text may be left out."""
    assert port.parse_fact(text) == expected


@pytest.mark.parametrize("text", ["console", "=1", "Console.irq=1", "irq=1"])
def test_what_is_no_fact_is_told(text: str) -> None:
    """With how to write one."""
    with pytest.raises(InputError, match="is no fact of a board"):
        port.parse_fact(text)


def test_a_board_without_a_tree_is_made_of_what_is_given() -> None:
    """The GIC's version says which frames are to be found out; then the board is complete."""
    blank = tree.blank("acme,one", Path("board.toml"))
    assert blank.blocks == ()
    assert len(port.questions(blank)) == len(blank.todos) == 15
    found = port.with_frames(blank.given(GIVEN))
    assert [key for key, _ in port.questions(found)] == [
        "interrupt-controller.cpu-interface",
        "interrupt-controller.hypervisor-interface",
        "interrupt-controller.virtual-interface",
    ]
    frames = {
        key: 0x8010000 + 0x10000 * number for number, (key, _) in enumerate(port.questions(found))
    }
    made = board.complete(found.given(frames).draft("one"))
    assert made.interrupt_controller.version == 2
    assert made.console is None
    assert made.vendor == "acme"
