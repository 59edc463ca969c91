# SPDX-License-Identifier: Apache-2.0
"""From a node's interrupt to the GIC's INTID (Devicetree Specification 0.4, 2.4).

Between a device and the GIC there may be wake-up controllers, which pass interrupts on under the
same number or another, and nexus nodes with an interrupt-map.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.tree.nodes import Node, Tree

__all__ = ["Interrupt", "Line", "is_gic", "lines", "parent_of", "resolve"]

GIC_V3 = ("arm,gic-v3", "qcom,msm8996-gic-v3")
GIC_V2 = (
    "arm,gic-400",
    "arm,cortex-a15-gic",
    "arm,cortex-a7-gic",
    "arm,cortex-a9-gic",
    "arm,cortex-a5-gic",
    "arm,pl390",
    "brcm,brahma-b15-gic",
    "qcom,msm-8660-qgic",
    "qcom,msm-qgic2",
)
_PASS = re.compile(r"mediatek,.*sysirq|fsl,imx.*-gpc(v2)?|nvidia,tegra\d+-ictlr|ti,omap\d-wugen.*")
"""Wake-up controllers that are known to pass the GIC's own cells on."""
_RANGED = {"qcom,pdc": "qcom,pdc-ranges", "qcom,mpm": "qcom,mpm-pin-map"}
"""Wake-up controllers that number their inputs anew, and the property that says how."""

DEEPEST = 8
"""Controllers between a device and the GIC; more is a loop."""
SPI, PPI = 0, 1
FIRST = {SPI: 32, PPI: 16}
COUNT = {SPI: 988, PPI: 16}
EDGES = 0b0011  # IRQ_TYPE_EDGE_RISING, IRQ_TYPE_EDGE_FALLING


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An interrupt as a node names it: its controller, and the cells that the controller reads."""

    controller: Node
    cells: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Interrupt:
    """An interrupt as the GIC knows it."""

    intid: int
    edge: bool
    sure: bool = True  # False: a controller on the way is not one that we know


def is_gic(node: Node) -> int:
    """Return the version of the GIC that a node is, 2 or 3; 0 if it is none."""
    names = node.compatibles
    if any(name in GIC_V3 for name in names):
        return 3
    return 2 if any(name in GIC_V2 for name in names) else 0


def parent_of(tree: Tree, node: Node) -> Node | None:
    """Return the controller that a node's interrupts go to; None: no node on the way says it."""
    for holder in (node, *node.ancestors()):
        if holder.has("interrupt-parent"):
            return tree.phandle(holder.number("interrupt-parent", 0))
        if holder is not node and _takes_interrupts(holder):
            return holder
    return None


def _takes_interrupts(node: Node) -> bool:
    return node.has("interrupt-controller") or node.has("interrupt-map")


def lines(tree: Tree, node: Node) -> list[Line]:
    """Return a node's interrupts, from `interrupts-extended` or `interrupts`."""
    if node.has("interrupts-extended"):
        return list(_extended(tree, node.cells("interrupts-extended")))
    controller = parent_of(tree, node) or (node if is_gic(node) else None)
    count = _cell_count(controller)
    cells = node.cells("interrupts")
    if controller is None or not count:
        return []
    rows = range(0, len(cells) - count + 1, count)
    return [Line(controller=controller, cells=cells[at : at + count]) for at in rows]


def _extended(tree: Tree, cells: tuple[int, ...]) -> Iterator[Line]:
    at = 0
    while at < len(cells):
        controller = tree.phandle(cells[at])
        count = _cell_count(controller)
        if controller is None or at + 1 + count > len(cells):
            return
        yield Line(controller=controller, cells=cells[at + 1 : at + 1 + count])
        at += 1 + count


def _cell_count(controller: Node | None) -> int:
    return min(controller.number("#interrupt-cells", 0), 8) if controller else 0


def resolve(tree: Tree, node: Node, line: Line, gic: Node) -> Interrupt | None:
    """Follow an interrupt up to the GIC; None if it does not get there, or not by known ways."""
    sure = True
    for _ in range(DEEPEST):
        controller = line.controller
        if controller is gic:
            found = _intid(line.cells)
            return found and Interrupt(intid=found.intid, edge=found.edge, sure=sure)
        up = _up(tree, node, line, gic)
        if up is None:
            return None
        sure = sure and (controller.has("interrupt-map") or _is_known(controller))
        node, line = controller, up
    return None


def _is_known(controller: Node) -> bool:
    names = controller.compatibles
    return any(_PASS.fullmatch(name) or name in _RANGED for name in names)


def _intid(cells: tuple[int, ...]) -> Interrupt | None:
    """Read a GIC's cells: kind, number, flags (bindings arm,gic and arm,gic-v3)."""
    if len(cells) < 3 or cells[0] not in FIRST or cells[1] >= COUNT[cells[0]]:  # noqa: PLR2004
        return None
    return Interrupt(intid=cells[1] + FIRST[cells[0]], edge=bool(cells[2] & EDGES))


def _up(tree: Tree, node: Node, line: Line, gic: Node) -> Line | None:
    """Return the line one controller further up."""
    controller = line.controller
    if controller.has("interrupt-map"):
        return _mapped(tree, node, line)
    parent = parent_of(tree, controller)
    if parent is None or parent is controller or is_gic(controller):
        return None
    for name in controller.compatibles:
        if name in _RANGED:
            return _ranged(line, controller.cells(_RANGED[name]), parent, name)
    known = _is_known(controller) and len(line.cells) >= 3  # noqa: PLR2004 - kind, number, flags
    if known or len(line.cells) == _cell_count(parent) == _cell_count(gic):
        return Line(controller=parent, cells=line.cells)
    return None


def _ranged(line: Line, cells: tuple[int, ...], parent: Node, name: str) -> Line | None:
    """Look a Qualcomm wake-up controller's pin up (bindings qcom,pdc and qcom,mpm)."""
    pin, flags = line.cells[0], line.cells[-1]
    width = 3 if name == "qcom,pdc" else 2
    for at in range(0, len(cells) - width + 1, width):
        first, spi = cells[at], cells[at + 1]
        count = cells[at + 2] if width == 3 else 1  # noqa: PLR2004
        if first <= pin < first + count:
            return Line(controller=parent, cells=(SPI, spi + pin - first, flags))
    return None


def _mapped(tree: Tree, node: Node, line: Line) -> Line | None:
    """Look a line up in a nexus node's interrupt-map (2.4.4)."""
    nexus = line.controller
    address_cells = nexus.number("#address-cells", 0)
    width = min(address_cells + _cell_count(nexus), 16)
    mask = nexus.cells("interrupt-map-mask") or (0xFFFFFFFF,) * width
    reg = node.cells("reg")[:address_cells]
    wanted = (*reg, *(0,) * (address_cells - len(reg)), *line.cells)
    for key, controller, cells in _map_rows(tree, nexus.cells("interrupt-map"), width):
        if all((a ^ b) & m == 0 for a, b, m in zip(key, wanted, mask, strict=False)):
            return Line(controller=controller, cells=cells)
    return None


def _map_rows(
    tree: Tree, cells: tuple[int, ...], width: int
) -> Iterator[tuple[tuple[int, ...], Node, tuple[int, ...]]]:
    """Cut an interrupt-map into rows: what is matched, the controller, its cells."""
    at = 0
    while at + width < len(cells):
        controller = tree.phandle(cells[at + width])
        if controller is None:
            return
        address_cells = min(controller.number("#address-cells", 0), 4)
        start = at + width + 1 + address_cells
        end = start + _cell_count(controller)
        yield cells[at : at + width], controller, cells[start:end]
        at = end
