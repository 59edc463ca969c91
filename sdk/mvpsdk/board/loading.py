# SPDX-License-Identifier: Apache-2.0
"""From a `board.toml` to a `Board`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.board.model import (
    Board,
    Console,
    Cpu,
    Device,
    InterruptController,
    Reserved,
    Timer,
    Virtual,
)
from mvpsdk.errors import BoardError
from mvpsdk.units import KIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.board.schema import BoardFile
    from mvpsdk.document import Document

__all__ = ["load"]

GICD_SIZE = 64 * KIB
"""GICv3 distributor frame (Arm IHI 0069, 12.8)."""
GICR_STRIDE = 128 * KIB
"""RD_base and SGI_base frames of one core's redistributor (Arm IHI 0069, 12.10)."""
PL011_SIZE = 4 * KIB
"""Register block of a PL011 (Arm DDI 0183, 3.2)."""


def load(path: Path | str) -> Board:
    """Read a board.toml, or the one in a board's folder.

    Raises BoardError with all faults that the file has, each with its place.
    """
    # pydantic takes longer to import than all the rest, and listing boards does without it
    from mvpsdk.board.checking import faults_of
    from mvpsdk.board.schema import BoardFile
    from mvpsdk.document import read
    from mvpsdk.document.schema import check

    file = Path(path)
    document = read(file / "board.toml" if (file / "board.toml").is_file() else file, BoardError)
    content, faults = check(BoardFile, document.values, document.places)
    if content is None:
        raise BoardError.of(faults)
    board = _board(content, document)
    faults = list(faults_of(board, content.interrupt_controller.version))
    if faults:
        raise BoardError.of(faults)
    return board


def _board(content: BoardFile, document: Document) -> Board:
    return Board(
        name=content.board.name,
        vendor=content.board.vendor,
        compatible=content.board.compatible,
        el2=content.board.el2,
        cpu=Cpu(core=content.cpu.core, count=content.cpu.count, bring_up=content.cpu.bring_up),
        memory=tuple(Range(Pa(bank.base), bank.size) for bank in content.memory),
        reserved=tuple(
            Reserved(name=area.name, range=Range(Pa(area.base), area.size))
            for area in content.reserved
        ),
        interrupt_controller=_interrupt_controller(content),
        timer=Timer(
            virtual_irq=content.timer.virtual_irq,
            physical_irq=content.timer.physical_irq,
            hypervisor_irq=content.timer.hypervisor_irq,
        ),
        console=_console(content),
        devices=_devices(content),
        virtual=_virtual(content),
        path=document.path,
        places=document.places,
    )


def _interrupt_controller(content: BoardFile) -> InterruptController:
    table = content.interrupt_controller
    frames = table.redistributor_size or GICR_STRIDE * content.cpu.count
    return InterruptController(
        version=3,
        distributor=Range(Pa(table.distributor), GICD_SIZE),
        redistributor=Range(Pa(table.redistributor), frames),
        maintenance_irq=table.maintenance_irq,
    )


def _console(content: BoardFile) -> Console | None:
    table = content.console
    if table is None:
        return None
    return Console(driver=table.driver, range=Range(Pa(table.base), PL011_SIZE), irq=table.irq)


def _devices(content: BoardFile) -> tuple[Device, ...]:
    return tuple(
        Device(
            name=device.name,
            range=Range(Pa(device.base), device.size),
            irq=device.irq,
            edge=device.trigger == "edge",
        )
        for device in content.device
    )


def _virtual(content: BoardFile) -> Virtual | None:
    table = content.virtual
    if table is None:
        return None
    clock = None if table.clock is None else Pa(table.clock)
    return Virtual(machine=table.machine, cpu=table.cpu, memory=table.memory, clock=clock)
