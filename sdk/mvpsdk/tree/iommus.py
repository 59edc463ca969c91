# SPDX-License-Identifier: Apache-2.0
"""The IOMMUs: every enabled node that other nodes' `iommus` may name (binding iommu)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.board.model import SMMUV3
from mvpsdk.tree.interrupts import lines, resolve
from mvpsdk.tree.names import Names
from mvpsdk.units import PAGE, align_down, align_up, format_size

if TYPE_CHECKING:
    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes

__all__ = ["note_iommus", "stream_ids"]

WORD = re.compile(r"[!-~]{1,63}")
SMMU = re.compile(r"arm,(smmu.*|mmu-\d+)|qcom,.*smmu.*|nvidia,.*smmu.*")
"""Those whose specifier begins with the stream id (bindings arm,smmu and arm,smmu-v3)."""


def note_iommus(tree: Tree, notes: Notes, gic: Node | None) -> None:
    """Write down the IOMMUs that the CPUs reach, and the interrupts of those that are driven."""
    names = Names(31)
    number = 0
    for node in tree.nodes:
        block = node.block() if node.has("#iommu-cells") and node.enabled else None
        compatible = node.text("compatible")
        if block is None or block.end > 1 << 48 or not WORD.fullmatch(compatible):
            continue
        base = align_down(block.base, PAGE)
        size = align_up(block.end, PAGE) - base
        if size >= 1 << 48:
            continue
        key = f"iommu[{number}]"
        why = "" if size == block.size else f"{block} in the tree"
        notes.fact(f"{key}.name", names.take("iommu", base, generic=True), node)
        notes.fact(f"{key}.compatible", compatible, node)
        notes.fact(f"{key}.base", base, node, "certain", why)
        notes.fact(f"{key}.size", format_size(size), node, "certain", why)
        if compatible == SMMUV3 and gic:
            _note_interrupts(tree, notes, key, node, gic)
        number += 1


def _note_interrupts(tree: Tree, notes: Notes, key: str, node: Node, gic: Node) -> None:
    """Write down the lines of the event queue and of errors (binding arm,smmu-v3)."""
    found = dict(zip(node.texts("interrupt-names"), lines(tree, node), strict=False))
    for what, name in (("event-irq", "eventq"), ("error-irq", "gerror")):
        line = found.get(name) or found.get("combined")
        interrupt = resolve(tree, node, line, gic) if line else None
        if interrupt:
            notes.fact(f"{key}.{what}", interrupt.intid, node)


def stream_ids(tree: Tree, node: Node) -> list[int]:
    """Return by which ids an SMMU knows a device's DMA; none if no SMMU does."""
    cells = node.cells("iommus")
    found, at = [], 0
    while at < len(cells):
        iommu = tree.phandle(cells[at])
        if iommu is None:
            break
        count = min(iommu.number("#iommu-cells", 0), 4)
        if count and at + count < len(cells) and _is_smmu(iommu):
            found.append(cells[at + 1])
        at += 1 + count
    return found


def _is_smmu(node: Node) -> bool:
    return any(SMMU.fullmatch(name) for name in node.compatibles)
