# SPDX-License-Identifier: Apache-2.0
"""From a device tree's nodes to a survey: each part of a board in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.tree.console import note_console
from mvpsdk.tree.cpus import note_cpus
from mvpsdk.tree.devices import note_devices
from mvpsdk.tree.gic import GICR_STRIDE, note_gic
from mvpsdk.tree.identity import compatibles_of, note_el2, note_virtual
from mvpsdk.tree.iommus import note_iommus
from mvpsdk.tree.memory import note_memory, note_reserved
from mvpsdk.tree.model import Fact, Survey
from mvpsdk.tree.nodes import Tree
from mvpsdk.tree.notes import Notes
from mvpsdk.tree.socs import soc_of
from mvpsdk.tree.timer import note_timer
from mvpsdk.tree.values import TODO, nest
from mvpsdk.units import KIB, Pa, Range, parse_size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mvpsdk.core.facade import FdtNode

__all__ = ["blank", "survey"]

FRAMES = {
    "distributor": 64 * KIB,
    "cpu-interface": 8 * KIB,
    "hypervisor-interface": 8 * KIB,
    "virtual-interface": 8 * KIB,
}
"""What each frame of a GIC takes, if the tree says no more."""
UNKNOWN = (
    "board.el2",
    "cpu.core",
    "cpu.count",
    "cpu.bring-up",
    "memory[0].base",
    "memory[0].size",
    "interrupt-controller.version",
    "interrupt-controller.distributor",
    "interrupt-controller.maintenance-irq",
    "timer.virtual-irq",
    "timer.physical-irq",
    "timer.hypervisor-irq",
    "console.driver",
    "console.base",
    "console.irq",
)
"""What must be found out of a board without a tree."""
UART_SIZE = 0x20
"""What a UART's registers take at least: eight of four bytes."""


def survey(
    root: FdtNode,
    path: Path,
    *,
    live: bool = False,
    reservations: Sequence[Range[Pa]] = (),
    console: str = "",
    digest: str = "",
) -> Survey:
    """Read a board's facts out of a device tree.

    Args:
        root: of the tree.
        path: of its file, for the places.
        live: it comes from a running device.
        reservations: of the file's header (/memreserve/).
        console: path or alias of the UART to take, whatever the tree says.
        digest: SHA-256 of the file, in hex; "" if there is none.

    Raises InputError if the tree is of no board, or has no such console.
    """
    tree, notes = Tree(root), Notes(path, live=live)
    compatibles = compatibles_of(tree, notes.file)
    notes.fact("board.compatible", compatibles[0], tree.root)
    soc = soc_of(compatibles)
    cpus = note_cpus(tree, notes)
    note_memory(tree, notes)
    note_reserved(tree, notes, reservations)
    gic = note_gic(tree, notes, cpus)
    note_timer(tree, notes, gic)
    uart = note_console(tree, notes, gic, console)
    note_el2(tree, notes, soc)
    note_iommus(tree, notes, gic)
    note_devices(tree, notes, gic, uart, _taken(notes, cpus))
    note_virtual(tree, notes)
    return Survey(
        path=path,
        live=live,
        compatible=compatibles[0],
        compatibles=compatibles,
        vendor=(soc.vendor if soc else "") or compatibles[0].partition(",")[0] or "unknown",
        model=tree.root.text("model"),
        values=nest(notes.values),
        facts=notes.facts,
        remarks=tuple(notes.remarks),
        digest=digest,
    )


def blank(compatible: str, path: Path) -> Survey:
    """Return a survey of no tree: nothing is known of the board but its compatible.

    Args:
        compatible: the root node's, as the device's own tree will have it.
        path: of the file that is to be named in messages.
    """
    values = dict.fromkeys(UNKNOWN, TODO)
    facts = {key: Fact(key=key, node="", confidence="certain") for key in values}
    why = Fact(key="board.compatible", node="", confidence="certain", note="given")
    return Survey(
        path=path,
        live=False,
        compatible=compatible,
        compatibles=(compatible,),
        vendor=compatible.partition(",")[0],
        model="",
        values=nest({"board.compatible": compatible, **values}),
        facts={"board.compatible": why, **facts},
    )


def _taken(notes: Notes, cpus: int | None) -> list[Range[Pa]]:
    """Return where no device of the firmware may stand: the GIC, the console, RAM."""
    values = notes.values
    sizes = {**FRAMES, "redistributor": GICR_STRIDE * (cpus or 1)}
    blocks = [
        (values.get(f"interrupt-controller.{frame}"), _size(notes, frame, least))
        for frame, least in sizes.items()
    ]
    blocks.append((values.get("console.base"), UART_SIZE))
    number = 0
    while (base := values.get(f"memory[{number}].base")) is not None:
        size = values[f"memory[{number}].size"]
        blocks.append((base, 0 if size == TODO else parse_size(size)))
        number += 1
    return [Range(Pa(base), size) for base, size in blocks if isinstance(base, int)]


def _size(notes: Notes, frame: str, least: int) -> int:
    """Return the size of a frame of the GIC."""
    said = notes.values.get(f"interrupt-controller.{frame}-size")
    return parse_size(said) if said else least
