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
"""A GICC or GICV of this size repeats each page sixteen times: for CPUs with 64 KiB pages."""
ALIASED_FRAMES = ("cpu-interface", "virtual-interface")
"""Those of two pages; GICH has its registers in its first."""
GIC_400 = "arm,gic-400"
GIC_400_BLOCKS = {"hypervisor-interface": 0x4000, "virtual-interface": 0x6000}
"""Where a GIC-400 has them, from a base at which its GICD is at 0x1000 (Arm DDI 0471, 3.2)."""
GIC_400_MAINTENANCE = 25
"""INTID that a GIC-400 has its maintenance interrupt wired to (Arm DDI 0471, 2.3)."""
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
        hint="the SoC can't run this hypervisor; if it has a GIC that the tree leaves out, name it:"
        f" --set {KEY}.version=3 and the places of its registers",
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
        if key in GIC_400_BLOCKS and _own_frame(notes, gic, key):
            continue
        found = _frame(notes, gic, number, key)
        if key == "distributor" or found is None or found.size == GICC_SIZE:
            continue
        if key in ALIASED_FRAMES and found.size == ALIASED:
            _aliased(notes, gic, key, found)
            continue
        size = align_up(found.size, PAGE)
        notes.fact(f"{KEY}.{key}-size", format_size(size), gic)
        if key == "cpu-interface":
            _interface_size(notes, gic, found)


def _own_frame(notes: Notes, gic: Node, key: str) -> bool:
    """Write down where a GIC-400 has a block that the tree leaves out; tells whether it could."""
    reg = [gic.block(number) for number in range(len(gic.raw_reg()))]
    if GIC_400 not in gic.compatibles or len(reg) != 2 or None in reg:  # noqa: PLR2004 - GICD, GICC
        return False
    first, second = (block.base for block in reg if block)
    if first % 0x8000 != 0x1000 or second != first + 0x1000:  # noqa: PLR2004 - its own layout
        return False
    base = first - 0x1000 + GIC_400_BLOCKS[key]
    note = f"the tree has no {SHORT[key]}: this is where a GIC-400 has it"
    notes.fact(f"{KEY}.{key}", base, gic, "likely", note)
    return True


def _aliased(notes: Notes, gic: Node, key: str, found: Range[Pa]) -> None:
    """Take the last copy of the first page and the first copy of the second: they are neighbours.

    Where a GIC-400's address lines 12 to 15 are not wired, each of its pages fills 64 KiB with
    sixteen copies of itself, and two pages 128 KiB.
    """
    base = found.base + ALIASED // 2 - PAGE
    what = f"{SHORT[key]} has 128 KiB, where each of its two pages stands sixteen times"
    notes.fact(f"{KEY}.{key}", base, gic, "likely", what)
    notes.remark(
        "BRD006",
        "gicc-aliased",
        f"{KEY}.{key}",
        f"{what}: they are neighbours at {base:#x}, and that is taken",
        gic,
        hint="see the SoC's reference manual",
        parties=((SHORT[key], f"{found}"), ("taken", f"{base:#x}")),
    )


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
        wide = value % GICR_STRIDE == 0
        notes.remark(
            "BRD006",
            "redistributors-wide" if wide else "redistributor-stride",
            f"{KEY}.redistributor",
            f"redistributors stand {value:#x} bytes apart; the core looks for one every 0x20000"
            + (", so between them too, where nothing may answer" if wide else ""),
            gic,
            hint="see the SoC's reference manual",
            parties=(("redistributor-stride", f"{value:#x}"), ("looked for every", "0x20000")),
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
    if not own and GIC_400 in gic.compatibles:
        note = "the tree has none: this is what a GIC-400 has it wired to"
        notes.fact(f"{KEY}.maintenance-irq", GIC_400_MAINTENANCE, gic, "likely", note)
        return
    notes.known(f"{KEY}.maintenance-irq", usable, gic, "the GIC's node has no interrupt of its own")
