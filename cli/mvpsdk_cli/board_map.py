# SPDX-License-Identifier: Apache-2.0
"""A board and its physical memory, drawn from low addresses to high, as far as it is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mvpsdk.units import Pa, Range, describe_size
from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board import Draft
    from mvpsdk.board.schema import BoardFile

WIDTH = 52  # characters inside the drawing
TODO = "TODO"


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A stretch of physical memory and what it is."""

    kind: str  # "memory", "reserved", "device" or "iommu"
    name: str
    range: Range[Pa]
    irq: int | None = None


def areas(known: Draft) -> list[Area]:
    """Everything that the board says about addresses, from low to high, what encloses first."""
    found = [*_memory(known.content), *_frames(known.content), *_devices(known.content)]
    return sorted(found, key=lambda area: (area.range.base, -area.range.size))


def _memory(content: BoardFile) -> Iterator[Area]:
    for bank in content.memory:
        if bank.base is not None and bank.size is not None:
            yield _area("memory", "memory", bank.base, bank.size)
    for each in content.reserved:
        yield _area("reserved", each.name, each.base, each.size)


def _frames(content: BoardFile) -> Iterator[Area]:
    from mvpsdk.board.gic import gic_of

    found = gic_of(content)
    for _, name, frame in found.frames() if found else ():
        yield Area(kind="device", name=name, range=frame)
    for unit in content.iommu:
        yield _area("iommu", unit.name, unit.base, unit.size)


def _devices(content: BoardFile) -> Iterator[Area]:
    from mvpsdk.board.model import pages_around

    console = content.console
    if console and console.base is not None:
        name = f"console ({console.driver or TODO})"
        page = pages_around(Range(Pa(console.base), 1))
        yield Area(kind="device", name=name, range=page, irq=console.irq)
    for each in content.device:
        yield _area("device", each.name, each.base, each.size, each.irq)


def _area(kind: str, name: str, base: int, size: int, irq: int | None = None) -> Area:
    return Area(kind=kind, name=name, range=Range(Pa(base), size), irq=irq)


def text(known: Draft) -> Iterator[str]:
    """The board for people."""
    about = known.content.board
    yield render.style(f"{known.name}: {about.vendor}, {about.compatible}", "bold")
    yield from render.table([[f"  {name}", value] for name, value in _facts(known)])
    yield ""
    yield from drawing(areas(known))
    if known.todos:
        yield ""
        yield from _todos(known)


def _facts(known: Draft) -> Iterator[tuple[str, str]]:
    content, timer = known.content, known.content.timer
    yield "processor", f"{processor(content)}, started by {_told(content.cpu.bring_up)}"
    yield "memory", memory(content)
    yield "EL2", _told(content.board.el2)
    gic = content.interrupt_controller
    yield "interrupts", f"GICv{_told(gic.version)}, maintenance {_told(gic.maintenance_irq)}"
    timers = map(_told, (timer.virtual_irq, timer.physical_irq, timer.hypervisor_irq))
    yield "timers", "virtual {}, physical {}, hypervisor {}".format(*timers)
    if content.console is None:
        yield "console", "none: the board is mute"
    if content.virtual:
        virtual = content.virtual
        yield "virtual handset", f"-machine {virtual.machine} -cpu {virtual.cpu}"
    yield "file", render.path(known.path)


def _told(value: object) -> str:
    return TODO if value is None else str(value)


def processor(content: BoardFile) -> str:
    """The cores, counted by kind: `2 x cortex-a72, 4 x cortex-a53`."""
    kinds = Counter(content.cpu.cores)
    if not kinds:
        return f"{_told(content.cpu.count)} x {_told(content.cpu.core)}"
    return ", ".join(f"{count} x {core}" for core, count in kinds.items())


def memory(content: BoardFile) -> str:
    """RAM in all, if all of it is known."""
    sizes = [bank.size for bank in content.memory]
    return TODO if None in sizes else describe_size(sum(size or 0 for size in sizes))


def drawing(found: list[Area]) -> Iterator[str]:
    """A box for each stretch; a dotted gap where nothing is known to be."""
    end = None
    for stretch, inside in _stretches(found):
        if end is not None and stretch.base > end:
            yield f"{'':>14} :{'':{WIDTH}}:"
        if end != stretch.base:
            yield _edge(stretch.base)
        yield f"{'':>14} |{_label(inside, stretch.size):{WIDTH}}|"
        yield _edge(stretch.end)
        end = stretch.end


def _stretches(found: list[Area]) -> Iterator[tuple[Range[Pa], list[Area]]]:
    """Cut at every edge; what is in a stretch besides RAM is what the stretch is."""
    edges = sorted({edge for area in found for edge in (area.range.base, area.range.end)})
    for base, end in pairwise(edges):
        stretch = Range(Pa(base), end - base)
        inside = [area for area in found if area.range.contains(stretch)]
        if inside:
            yield stretch, [area for area in inside if area.kind != "memory"] or inside


def _edge(address: int) -> str:
    return f"{address:#14x} +{'-' * WIDTH}+"


def _label(inside: list[Area], size: int) -> str:
    what, told = " + ".join(map(_name, inside)), describe_size(size)
    room = WIDTH - 2 - len(told)
    return f" {what if len(what) < room else what[: room - 2] + '…':{room}}{told} "


def _name(area: Area) -> str:
    irq = f", interrupt {area.irq}" if area.irq is not None else ""
    return area.name + {"reserved": " (reserved)", "iommu": " (IOMMU)"}.get(area.kind, "") + irq


def _todos(known: Draft) -> Iterator[str]:
    """What is not known yet, and how to find it out."""
    from mvpsdk.board import gap

    yield render.style(f"{len(known.todos)} still TODO", "bold")
    for key in known.todos:
        yield f"  {key}: {gap(key).what}"
        yield f"      {gap(key).how}"


def document(known: Draft) -> dict[str, Any]:
    """The board as JSON: addresses and sizes in bytes, null where a fact is not known yet."""
    from mvpsdk.board import gap

    content, gic, timer = known.content, known.content.interrupt_controller, known.content.timer
    return {
        "name": known.name,
        "vendor": content.board.vendor,
        "compatible": content.board.compatible,
        "path": str(known.path),
        "el2": content.board.el2,
        "core": content.cpu.core,
        "cpus": content.cpu.count,
        "bring-up": content.cpu.bring_up,
        "gic": {"version": gic.version, "maintenance-irq": gic.maintenance_irq},
        "timer": {
            "virtual-irq": timer.virtual_irq,
            "physical-irq": timer.physical_irq,
            "hypervisor-irq": timer.hypervisor_irq,
        },
        "virtual": _virtual(content),
        "areas": [
            {
                "kind": area.kind,
                "name": area.name,
                "base": area.range.base,
                "size": area.range.size,
                "irq": area.irq,
            }
            for area in areas(known)
        ],
        "todos": [
            {"key": key, "what": gap(key).what, "how": gap(key).how, "rule": gap(key).rule}
            for key in known.todos
        ],
    }


def _virtual(content: BoardFile) -> dict[str, Any] | None:
    virtual = content.virtual
    if virtual is None:
        return None
    return {
        "machine": virtual.machine,
        "cpu": virtual.cpu,
        "memory": virtual.memory,
        "cpus": virtual.cpus or content.cpu.count or 1,
        "clock": virtual.clock,
        "serial": virtual.serial,
        "tree": virtual.tree,
        "qemu": virtual.qemu or "",
    }
