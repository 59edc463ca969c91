# SPDX-License-Identifier: Apache-2.0
"""From a `board.toml` to a `Draft`, and from a draft without gaps to a `Board`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mvpsdk.board.gic import gic_of
from mvpsdk.board.model import (
    Board,
    Console,
    Cpu,
    Device,
    Iommu,
    Reserved,
    Slot,
    Timer,
    Virtual,
)
from mvpsdk.errors import BoardError
from mvpsdk.units import Pa, Range

if TYPE_CHECKING:
    from mvpsdk.board.draft import Draft
    from mvpsdk.board.schema import BoardFile

__all__ = ["complete", "draft", "load", "whole"]

_T = TypeVar("_T")


def draft(path: Path | str) -> Draft:
    """Read a board.toml, or the one in a board's folder, complete or not.

    Raises BoardError with all faults that its form has, each with its place.
    """
    # pydantic takes longer to import than all the rest, and listing boards does without it
    from mvpsdk.board.draft import draft_of
    from mvpsdk.document import read, within

    document = read(within(Path(path), "board.toml"), BoardError)
    return draft_of(document.values, document.path, document.places, error=BoardError)


def load(path: Path | str) -> Board:
    """Read a board.toml, or the one in a board's folder.

    Raises BoardError with all faults that the file has, each with its place.
    """
    return complete(draft(path))


def complete(known: Draft) -> Board:
    """Make a board of a draft.

    Raises BoardError with all that it lacks or that contradicts itself, each with its place.
    """
    from mvpsdk.board.checking import faults_of
    from mvpsdk.board.todo import faults_of_todos

    faults = [*faults_of_todos(known), *faults_of(known)]
    if faults:
        raise BoardError.of(faults)
    return _board(known)


def whole(known: Draft) -> Board | None:
    """Make a board of a draft; None if it isn't one yet and lint rules say all that is wrong.

    Raises BoardError with all that is wrong, if there is something of which no rule speaks.
    """
    try:
        return complete(known)
    except BoardError as error:
        if all(fault.rule for fault in error.faults):
            return None
        raise


def _sure(value: _T | None) -> _T:
    """Return a fact of a draft that has no gaps."""
    assert value is not None  # noqa: S101 - the caller looked
    return value


def _board(known: Draft) -> Board:
    content = known.content
    return Board(
        name=content.board.name,
        vendor=content.board.vendor,
        compatible=content.board.compatible,
        el2=_sure(content.board.el2),
        cpu=_cpu(content),
        memory=tuple(Range(Pa(_sure(bank.base)), _sure(bank.size)) for bank in content.memory),
        reserved=tuple(
            Reserved(name=area.name, range=Range(Pa(area.base), area.size))
            for area in content.reserved
        ),
        interrupt_controller=_sure(gic_of(content)),
        timer=_timer(content),
        console=_console(content),
        devices=_devices(content),
        virtual=_virtual(content),
        iommus=tuple(
            Iommu(
                name=unit.name,
                compatible=unit.compatible,
                range=Range(Pa(unit.base), unit.size),
                event_irq=unit.event_irq,
                error_irq=unit.error_irq,
            )
            for unit in content.iommu
        ),
        slots=tuple(Slot(name=slot.name, size=slot.size) for slot in content.slot),
        timer_frequency=content.timer.frequency,
        path=known.path,
        places=known.places,
    )


def _cpu(content: BoardFile) -> Cpu:
    return Cpu(
        core=_sure(content.cpu.core),
        count=_sure(content.cpu.count),
        bring_up=_sure(content.cpu.bring_up),
        cores=tuple(content.cpu.cores),
        affinities=tuple(content.cpu.affinities),
        release_addresses=tuple(content.cpu.release_addresses),
    )


def _timer(content: BoardFile) -> Timer:
    return Timer(
        virtual_irq=_sure(content.timer.virtual_irq),
        physical_irq=_sure(content.timer.physical_irq),
        hypervisor_irq=_sure(content.timer.hypervisor_irq),
    )


def _console(content: BoardFile) -> Console | None:
    table = content.console
    if table is None:
        return None
    return Console(
        driver=_sure(table.driver),
        base=Pa(_sure(table.base)),
        irq=_sure(table.irq),
        compatible=table.compatible or "",
        register_shift=table.register_shift,
        register_width=table.register_width,
    )


def _devices(content: BoardFile) -> tuple[Device, ...]:
    return tuple(
        Device(
            name=device.name,
            range=Range(Pa(device.base), device.size),
            irq=device.irq,
            edge=device.trigger == "edge",
            compatible=device.compatible or "",
            dma=device.dma,
            stream_ids=tuple(device.stream_ids),
        )
        for device in content.device
    )


def _virtual(content: BoardFile) -> Virtual | None:
    table = content.virtual
    if table is None:
        return None
    clock = None if table.clock is None else Pa(table.clock)
    return Virtual(
        machine=table.machine,
        cpu=table.cpu,
        memory=table.memory,
        cpus=table.cpus,
        clock=clock,
        serial=table.serial,
        tree=table.tree,
        qemu=table.qemu or "",
    )
