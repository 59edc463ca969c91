# SPDX-License-Identifier: Apache-2.0
"""The interrupt controller: which one the CPUs listen to, its frames, its own interrupt.

Bindings arm,gic and arm,gic-v3; Arm IHI 0048 (version 2), Arm IHI 0069 (versions 3 and 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.tree.interrupts import is_gic, lines, parent_of, resolve
from mvpsdk.units import KIB, PAGE, align_up, format_size

if TYPE_CHECKING:
    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes
    from mvpsdk.units import Pa, Range

__all__ = ["GICR_STRIDE", "find_gic", "note_gic", "timers"]

TIMERS = ("arm,armv8-timer", "arm,armv7-timer")
KEY = "interrupt-controller"
GICR_STRIDE = 128 * KIB
GICC_SIZE = 8 * KIB
"""GICC, GICH and GICV of a sound GICv2: GICC_DIR and GICV_DIR stand on the second page."""
ALIASED = 128 * KIB
"""A GICC of this size repeats each page sixteen times: for CPUs with 64 KiB pages."""
REACH = 1 << 48

V2_FRAMES = ("distributor", "cpu-interface", "hypervisor-interface", "virtual-interface")
SHORT = {
    "distributor": "GICD",
    "cpu-interface": "GICC",
    "hypervisor-interface": "GICH",
    "virtual-interface": "GICV",
}


def find_gic(tree: Tree) -> tuple[Node | None, Node | None]:
    """Return the GIC that the CPUs listen to, and else what stands in its place.

    It is where the tree's interrupts end: not just any GIC, for audio clusters have some as well.
    """
    timer = next(iter(timers(tree)), None)
    starts = [node for node in (timer, tree.root, *tree.below("/")) if node and node.enabled]
    other = None
    for start in starts:
        for line in lines(tree, start)[:1]:
            found = _top(tree, line.controller)
            if is_gic(found):
                return found, None
            other = other or found
        parent = parent_of(tree, start)
        above = _top(tree, parent) if parent else None
        if above and is_gic(above):
            return above, None
        other = other or above
    return _only(tree), other


def _only(tree: Tree) -> Node | None:
    """Return the single GIC of a tree that names no interrupt parent."""
    found = [node for node in tree.nodes if is_gic(node) and node.enabled]
    return found[0] if len(found) == 1 else None


def _top(tree: Tree, controller: Node) -> Node:
    """Follow interrupt parents from a controller up to the last one, or to a GIC."""
    for _ in range(8):
        above = parent_of(tree, controller)
        if is_gic(controller) or above is None or above is controller:
            return controller
        controller = above
    return controller


def timers(tree: Tree) -> list[Node]:
    """Return the generic timer's enabled nodes."""
    return [
        node
        for node in tree.nodes
        if node.enabled and any(name in TIMERS for name in node.compatibles)
    ]


def note_gic(tree: Tree, notes: Notes, cpus: int | None) -> Node | None:
    """Write down the interrupt controller; returns its node."""
    gic, other = find_gic(tree)
    if gic is None:
        _none(notes, other)
        return None
    version = is_gic(gic)
    notes.fact(f"{KEY}.version", version, gic, "certain", gic.text("compatible"))
    if version == 2:  # noqa: PLR2004 - the architecture's version
        _version_2(notes, gic)
    else:
        _version_3(notes, gic, cpus)
    _maintenance(tree, notes, gic)
    return gic


def _none(notes: Notes, other: Node | None) -> None:
    name = other.text("compatible") if other else ""
    for field in ("version", "distributor"):
        notes.missing(f"{KEY}.{field}", other, "the tree names no GIC that this version drives")
    what = f"interrupts go to {name}, which is no GIC" if name else "the tree has no GIC"
    notes.remark(
        "BRD004",
        "no-gic",
        f"{KEY}.version",
        f"{what} of version 2, 3 or 4: guests get no virtual interrupts",
        other,
        hint="the SoC can't run this hypervisor; if it has a GIC that the tree leaves out, name it",
    )
    notes.missing(f"{KEY}.maintenance-irq", other, "there is no GIC to ask")


def _frame(notes: Notes, gic: Node, number: int, key: str) -> Range[Pa] | None:
    """Write down where a block of registers is; returns it."""
    found = gic.block(number)
    usable = found if found and found.base % PAGE == 0 and found.end <= REACH else None
    reason = f"reg has no block {number}, {SHORT[key]}"
    if found is None and len(gic.raw_reg()) > number:
        reason = f"block {number} of reg, {SHORT[key]}, has no size or is out of reach"
    notes.known(f"{KEY}.{key}", usable and usable.base, gic, reason)
    return usable


def _version_2(notes: Notes, gic: Node) -> None:
    for number, key in enumerate(V2_FRAMES):
        found = _frame(notes, gic, number, key)
        if key == "distributor" or found is None or found.size == GICC_SIZE:
            continue
        size = align_up(found.size, PAGE)
        notes.fact(f"{KEY}.{key}-size", format_size(size), gic)
        if key == "cpu-interface":
            _interface_size(notes, gic, found)


def _interface_size(notes: Notes, gic: Node, found: Range[Pa]) -> None:
    if found.size < GICC_SIZE:
        notes.remark(
            "BRD006",
            "gicc-small",
            f"{KEY}.cpu-interface-size",
            f"GICC has {found.size:#x} bytes, a GICv2's has 0x2000:"
            " GICC_DIR would lie outside, and a write to it faults",
            gic,
            hint="see the SoC's reference manual: many trees give one page and mean two",
            parties=(("GICC", f"{found.size:#x} bytes"), ("needed", "0x2000 bytes")),
        )
    elif found.size == ALIASED:
        notes.remark(
            "BRD006",
            "gicc-aliased",
            f"{KEY}.cpu-interface",
            "GICC has 128 KiB: each of its pages probably stands there sixteen times,"
            f" and its two pages are neighbours only at {found.base + 0xF000:#x}",
            gic,
            hint="see the SoC's reference manual",
        )


def _version_3(notes: Notes, gic: Node, cpus: int | None) -> None:
    _frame(notes, gic, 0, "distributor")
    regions = max(1, min(gic.number("#redistributor-regions", 1), len(gic.raw_reg())))
    found = [block for number in range(1, regions + 1) if (block := gic.block(number))]
    found = [block for block in found if block.end <= REACH]
    if not found or found[0].base % PAGE:
        notes.missing(f"{KEY}.redistributor", gic, "reg has no block 1, GICR")
        return
    start, end = found[0].base, found[0].end
    apart = 0
    for block in sorted(found[1:]):
        if block.base == end:
            end = block.end
        else:
            apart += 1
    notes.fact(f"{KEY}.redistributor", start, gic)
    if end - start != (cpus or 0) * GICR_STRIDE and align_up(end - start, PAGE) < REACH:
        notes.fact(f"{KEY}.redistributor-size", format_size(align_up(end - start, PAGE)), gic)
    _redistributor_oddities(notes, gic, apart)


def _redistributor_oddities(notes: Notes, gic: Node, apart: int) -> None:
    stride = gic.cells("redistributor-stride")
    value = stride[-1] if stride else 0
    if value not in (0, GICR_STRIDE):
        notes.remark(
            "BRD006",
            "redistributor-stride",
            f"{KEY}.redistributor",
            f"redistributors stand {value:#x} bytes apart; 0x20000 is what the core reads",
            gic,
            hint="see the SoC's reference manual",
        )
    if apart:
        notes.remark(
            "BRD006",
            "redistributor-regions",
            f"{KEY}.redistributor",
            f"{apart} more regions of redistributors stand apart from the first",
            gic,
            hint="only the cores whose redistributors are in the first region can be used",
        )


def _maintenance(tree: Tree, notes: Notes, gic: Node) -> None:
    own = lines(tree, gic)
    found = resolve(tree, gic, own[0], gic) if own else None
    usable = found.intid if found and 16 <= found.intid < 32 else None  # noqa: PLR2004 - a PPI
    notes.known(f"{KEY}.maintenance-irq", usable, gic, "the GIC's node has no interrupt of its own")
