# SPDX-License-Identifier: Apache-2.0
"""The ways through a tree: addresses through buses, interrupts through controllers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.tree.interrupts import lines, resolve
from mvpsdk.tree.nodes import Tree
from mvpsdk.tree.values import flatten, nest
from tree_tables import GIC, PDC, SYSIRQ, node

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk import tree

    Survey = Callable[..., tree.Survey]

UART = "/soc/serial@1000"


def intid(table: dict[str, Any]) -> int | None:
    """Return where the UART's first interrupt gets to."""
    found = Tree(node(table))
    uart = found.by_path[UART]
    gic = found.phandle(GIC)
    assert gic is not None
    got = resolve(found, uart, lines(found, uart)[0], gic)
    return got.intid if got else None


def base(table: dict[str, Any]) -> int | None:
    """Return where the CPU finds the UART."""
    block = Tree(node(table)).by_path[UART].block()
    return block.base if block else None


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([0, 0, 0x9000000, 0x1000000], 0x9001000),
        (True, 0x1000),  # the same addresses
        (None, None),  # no way through
        ([0x1000, 1, 0, 0x1000], 0x1_0000_0000),
        ([0x2000, 0, 0x9000000, 0x1000], None),  # another window
        ([0, 0, 0x100, 0x10, 0x1000, 0, 0x5000, 0x10], 0x5000),  # the second window
        ([0, 0, 0x9000000], None),  # cut short
    ],
)
def test_addresses_go_through_ranges(
    table: dict[str, Any], ranges: Any, expected: int | None
) -> None:
    """A bus passes on what its windows say, and nothing without the property."""
    table["soc"]["ranges"] = ranges
    if ranges is None:
        del table["soc"]["ranges"]
    assert base(table) == expected


def test_addresses_go_through_nested_buses(table: dict[str, Any]) -> None:
    """Each bus translates into the one above; cells that are not given are two and one."""
    inner = table["soc"]
    table["soc"] = {"ranges": [1, 0, 0, 0x20000000, 0x10000000], "ahb": inner}
    inner["ranges"] = [0, 1, 0x100000, 0x10000]
    found = Tree(node(table)).by_path["/soc/ahb/serial@1000"].block()
    assert found is not None
    assert found.base == 0x20101000


def test_an_interrupt_goes_straight_to_the_gic(table: dict[str, Any]) -> None:
    """An SPI's number counts from 32, a PPI's from 16; other kinds have no INTID here."""
    uart = table["soc"]["serial@1000"]
    assert intid(table) == 33
    uart["interrupts"] = [1, 9, 4]
    assert intid(table) == 25
    for cells in ([2, 1, 4], [0, 988, 4], [1, 16, 4]):
        uart["interrupts"] = cells
        assert intid(table) is None


def test_interrupts_extended_comes_first(table: dict[str, Any]) -> None:
    """It names each controller itself, and takes precedence (2.4.1.2)."""
    table["soc"]["serial@1000"]["interrupts-extended"] = [GIC, 0, 40, 4]
    assert intid(table) == 72


def test_a_fourth_cell_is_no_matter(table: dict[str, Any]) -> None:
    """Binding arm,gic-v3: the fourth cell chooses the cores of a PPI."""
    table["interrupt-controller@8000000"]["#interrupt-cells"] = 4
    table["soc"]["serial@1000"]["interrupts"] = [0, 7, 4, 0]
    assert intid(table) == 39


@pytest.mark.parametrize("cells", [3, 4])
def test_a_wake_up_controller_passes_on(table: dict[str, Any], cells: int) -> None:
    """MediaTek's has three cells, whatever the GIC has."""
    table["interrupt-controller@8000000"]["#interrupt-cells"] = cells
    table["soc"]["interrupt-parent"] = SYSIRQ
    table["sysirq"] = {
        "compatible": "mediatek,mt6577-sysirq",
        "phandle": SYSIRQ,
        "interrupt-controller": True,
        "#interrupt-cells": 3,
        "interrupt-parent": GIC,
    }
    assert intid(table) == 33


def test_qualcomm_s_pdc_numbers_anew(table: dict[str, Any]) -> None:
    """Binding qcom,pdc: pin, SPI and count of each range."""
    table["pdc"] = {
        "compatible": ["acme,pdc", "qcom,pdc"],
        "phandle": PDC,
        "interrupt-controller": True,
        "#interrupt-cells": 2,
        "qcom,pdc-ranges": [0, 480, 94, 94, 609, 31],
    }
    uart = table["soc"]["serial@1000"]
    for pin, expected in ((5, 485 + 32), (95, 610 + 32), (125, None)):
        uart["interrupts-extended"] = [PDC, pin, 4]
        assert intid(table) == expected


def test_a_nexus_maps(table: dict[str, Any]) -> None:
    """2.4.4: masked by interrupt-map-mask, the rest is the parent's."""
    table["soc"] |= {
        "interrupt-map-mask": [0, 63],
        "#interrupt-cells": 1,
        "interrupt-map": [0, 1, GIC, 0, 5, 4, 0, 2, GIC, 0, 6, 4],
    }
    del table["interrupt-parent"]
    table["soc"]["serial@1000"]["interrupts"] = 2
    assert intid(table) == 38


def test_a_loop_of_controllers_ends(table: dict[str, Any]) -> None:
    """Two that point at each other lead nowhere."""
    for name, own, other in (("a", SYSIRQ, PDC), ("b", PDC, SYSIRQ)):
        table[name] = {
            "phandle": own,
            "interrupt-parent": other,
            "interrupt-controller": True,
            "#interrupt-cells": 3,
        }
    table["soc"]["interrupt-parent"] = SYSIRQ
    assert intid(table) is None


def test_a_disabled_parent_disables(surveyed: Survey, table: dict[str, Any]) -> None:
    """The console on a bus that is off is none."""
    table["soc"]["status"] = "disabled"
    assert [remark.kind for remark in surveyed(table).remarks] == ["stdout-broken", "no-uart"]


def test_keys_flatten_and_nest() -> None:
    """One is the other's inverse; gaps in lists close."""
    values = {"a": {"b": 1}, "c": [{"d": "x"}, {"d": "y"}], "e": {"f": [1, 2]}}
    flat = dict(flatten(values))
    assert flat == {"a.b": 1, "c[0].d": "x", "c[1].d": "y", "e.f": [1, 2]}
    assert nest(flat) == values
    del flat["c[0].d"]
    assert nest(flat)["c"] == [{"d": "y"}]
