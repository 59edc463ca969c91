# SPDX-License-Identifier: Apache-2.0
"""A board and its physical memory, drawn from low addresses to high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.units import describe_size
from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board import Board
    from mvpsdk.units import Pa, Range

WIDTH = 44  # characters inside the drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A stretch of physical memory and what it is."""

    kind: str  # "memory", "reserved" or "device"
    name: str
    range: Range[Pa]
    irq: int | None = None


def areas(board: Board) -> list[Area]:
    """Everything that the board says about addresses, from low to high."""
    gic = board.interrupt_controller
    found = [Area(kind="memory", name="memory", range=bank) for bank in board.memory]
    found += [Area(kind="reserved", name=each.name, range=each.range) for each in board.reserved]
    found += [Area(kind="device", name=name, range=frame) for _, name, frame in gic.frames()]
    if board.console:
        console = board.console
        name = f"console ({console.driver})"
        found.append(Area(kind="device", name=name, range=console.range, irq=console.irq))
    found += [
        Area(kind="device", name=each.name, range=each.range, irq=each.irq)
        for each in board.devices
    ]
    return sorted(found, key=lambda area: (area.range.base, -area.range.size))


def text(board: Board) -> Iterator[str]:
    """The board for people."""
    yield render.style(f"{board.name}: {board.vendor}, {board.compatible}", "bold")
    yield from render.table([[f"  {name}", value] for name, value in _facts(board)])
    yield ""
    yield from _drawing(areas(board))


def _facts(board: Board) -> Iterator[tuple[str, str]]:
    timer, gic = board.timer, board.interrupt_controller
    yield "processor", f"{board.cpu.count} x {board.cpu.core}, started by {board.cpu.bring_up}"
    yield "EL2", board.el2
    yield "interrupts", f"GICv{gic.version}, maintenance {gic.maintenance_irq}"
    timers = (timer.virtual_irq, timer.physical_irq, timer.hypervisor_irq)
    yield "timers", "virtual {}, physical {}, hypervisor {}".format(*timers)
    if board.virtual:
        yield "virtual handset", f"-machine {board.virtual.machine} -cpu {board.virtual.cpu}"
    if board.path:
        yield "file", render.path(board.path)


def _drawing(found: list[Area]) -> Iterator[str]:
    """A box for each area; a dotted gap where nothing is known to be."""
    end = None
    for area in found:
        if end is not None and area.range.base > end:
            yield f"{'':>14} :{'':{WIDTH}}:"
        if end != area.range.base:
            yield _edge(area.range.base)
        yield f"{'':>14} |{_label(area):{WIDTH}}|"
        yield _edge(area.range.end)
        end = area.range.end


def _edge(address: int) -> str:
    return f"{address:#14x} +{'-' * WIDTH}+"


def _label(area: Area) -> str:
    irq = f", interrupt {area.irq}" if area.irq is not None else ""
    what = f"{area.name} (reserved)" if area.kind == "reserved" else area.name
    size = describe_size(area.range.size)
    return f" {what + irq:{WIDTH - 2 - len(size)}}{size} "


def document(board: Board) -> dict[str, Any]:
    """The board as JSON; addresses and sizes are numbers, in bytes."""
    timer, gic = board.timer, board.interrupt_controller
    return {
        "name": board.name,
        "vendor": board.vendor,
        "compatible": board.compatible,
        "path": str(board.path) if board.path else None,
        "el2": board.el2,
        "core": board.cpu.core,
        "cpus": board.cpu.count,
        "bring-up": board.cpu.bring_up,
        "gic": {"version": gic.version, "maintenance-irq": gic.maintenance_irq},
        "timer": {
            "virtual-irq": timer.virtual_irq,
            "physical-irq": timer.physical_irq,
            "hypervisor-irq": timer.hypervisor_irq,
        },
        "virtual": _virtual(board),
        "areas": [
            {
                "kind": area.kind,
                "name": area.name,
                "base": area.range.base,
                "size": area.range.size,
                "irq": area.irq,
            }
            for area in areas(board)
        ],
    }


def _virtual(board: Board) -> dict[str, Any] | None:
    virtual = board.virtual
    if virtual is None:
        return None
    return {
        "machine": virtual.machine,
        "cpu": virtual.cpu,
        "memory": virtual.memory,
        "clock": virtual.clock,
    }
