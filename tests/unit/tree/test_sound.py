# SPDX-License-Identifier: Apache-2.0
"""A sound tree gives a whole board, and each fact names its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk import board

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk import tree

    Survey = Callable[..., tree.Survey]


def test_a_sound_tree_gives_these_values(surveyed: Survey, table: dict[str, Any]) -> None:
    """All that a board.toml holds, but for the names that a person gives."""
    assert surveyed(table).values == {
        "board": {"compatible": "acme,one", "el2": "TODO"},
        "cpu": {"core": "cortex-a53", "count": 2, "bring-up": "psci-smc"},
        "memory": [{"base": 0x40000000, "size": "1 GiB"}],
        "interrupt-controller": {
            "version": 3,
            "distributor": 0x8000000,
            "redistributor": 0x80A0000,
            "maintenance-irq": 25,
        },
        "timer": {"virtual-irq": 27, "physical-irq": 30, "hypervisor-irq": 26},
        "console": {"driver": "pl011", "base": 0x9001000, "irq": 33, "compatible": "arm,pl011"},
    }


def test_only_el2_is_left_to_attest(surveyed: Survey, table: dict[str, Any]) -> None:
    """No device tree says who owns EL2; once a person does, the board is complete."""
    found = surveyed(table)
    assert found.todos == ("board.el2",)
    made = board.complete(found.given({"board.el2": "free"}).draft("one", "Acme"))
    assert (made.name, made.vendor, made.el2) == ("one", "Acme", "free")
    assert made.console is not None
    assert made.console.base == 0x9001000


def test_every_value_has_a_fact_with_its_node(surveyed: Survey, table: dict[str, Any]) -> None:
    """Keys of values and facts agree, and a fact's node is the place of its key."""
    found = surveyed(table)
    draft = found.draft("one")
    assert found.facts["console.irq"].node == "/soc/serial@1000"
    assert str(draft.place("console.irq")) == "acme.dtb:/soc/serial@1000"
    assert str(draft.place("memory[0].size")) == "acme.dtb:/memory@40000000"


def test_a_shipped_tree_s_ram_is_likely_and_a_live_one_s_certain(
    surveyed: Survey, table: dict[str, Any]
) -> None:
    """Only the boot loader of the device itself knows how much RAM it has."""
    key = "memory[0].size"
    assert surveyed(table).facts[key].confidence == "likely"
    assert surveyed(table, live=True).facts[key].confidence == "certain"


def test_what_a_person_gives_replaces_what_the_tree_says(
    surveyed: Survey, table: dict[str, Any]
) -> None:
    """A key may be a whole list; remarks on it are of no interest any more."""
    del table["chosen"]
    table["soc"]["serial@2000"] = {**table["soc"]["serial@1000"], "reg": [0x2000, 0x1000]}
    found = surveyed(table)
    assert [remark.kind for remark in found.remarks] == ["several-uarts"]
    mended = found.given(
        {
            "memory": [{"base": 0x80000000, "size": "2 GiB"}],
            "console": {"driver": "none", "base": 0x9002000, "irq": 34},
        }
    )
    assert mended.values["memory"] == [{"base": 0x80000000, "size": "2 GiB"}]
    assert mended.values["console"] == {"driver": "none", "base": 0x9002000, "irq": 34}
    assert mended.remarks == ()
    assert mended.facts["memory[0].base"].note == "given"
