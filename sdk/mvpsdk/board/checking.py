# SPDX-License-Identifier: Apache-2.0
"""What makes a board's facts contradict each other."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from mvpsdk.errors import Fault
from mvpsdk.units import describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.model import Board
    from mvpsdk.units import Pa, Range

__all__ = ["faults_of"]


def faults_of(board: Board, gic_version: int) -> Iterator[Fault]:
    """Yield everything that can't be true of a board, or that this version can't drive."""
    yield from _gic(board, gic_version)
    yield from _ranges(board)
    yield from _names(board)
    yield from _interrupts(board)
    yield from _virtual(board)


def _fault(board: Board, key: str, message: str, hint: str, rule: str = "") -> Fault:
    return Fault(message=f"{key}: {message}", place=board.place(key), hint=hint, rule=rule)


def _gic(board: Board, version: int) -> Iterator[Fault]:
    key = "interrupt-controller"
    if version != 3:  # noqa: PLR2004 - the GIC's architecture version
        yield _fault(
            board,
            f"{key}.version",
            f"this version of mvpsdk drives GICv3 only, the board has version {version}",
            "boards with a GICv3 (or a GICv4, written as 3) can be used now",
            "BRD004",
        )
    have = board.interrupt_controller.redistributor.size
    need = board.cpu.count * 0x20000
    if have < need:
        yield _fault(
            board,
            f"{key}.redistributor-size",
            f"{have:#x} bytes, but {board.cpu.count} cores need {need:#x} (128 KiB each)",
            "correct the size, or cpu.count",
            "BRD006",
        )


def _owned(board: Board) -> list[tuple[str, str, Range[Pa]]]:
    """List all that stands at a physical address: key, name, range."""
    gic = board.interrupt_controller
    owned = [(f"memory[{n}]", f"RAM bank {n}", bank) for n, bank in enumerate(board.memory)]
    owned.append(("interrupt-controller.distributor", "the GIC's distributor", gic.distributor))
    owned.append(("interrupt-controller.redistributor", "the redistributors", gic.redistributor))
    if board.console:
        owned.append(("console", "the console", board.console.range))
    owned += [
        (f"device[{n}]", f'device "{device.name}"', device.range)
        for n, device in enumerate(board.devices)
    ]
    return owned


def _ranges(board: Board) -> Iterator[Fault]:
    for (_, name, first), (key, other, second) in combinations(_owned(board), 2):
        if first.overlaps(second):
            yield _fault(
                board,
                key,
                f"{other} {second} overlaps {name} {first}",
                "one of the two bases or sizes is wrong; check the SoC manual",
                "BRD002" if key.startswith("memory") else "",
            )


def _names(board: Board) -> Iterator[Fault]:
    for table, names in (
        ("device", [device.name for device in board.devices]),
        ("reserved", [area.name for area in board.reserved]),
    ):
        for name in _repeated(names):
            last = len(names) - 1 - names[::-1].index(name)
            yield _fault(
                board, f"{table}[{last}].name", f'"{name}" is taken already', "give it another name"
            )


def _repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _interrupts(board: Board) -> Iterator[Fault]:
    timer = board.timer
    lines = {
        "interrupt-controller.maintenance-irq": board.interrupt_controller.maintenance_irq,
        "timer.virtual-irq": timer.virtual_irq,
        "timer.physical-irq": timer.physical_irq,
        "timer.hypervisor-irq": timer.hypervisor_irq,
    }
    if board.console:
        lines["console.irq"] = board.console.irq
    for number, device in enumerate(board.devices):
        if device.irq is not None:
            lines[f"device[{number}].irq"] = device.irq
    for (first, irq), (second, other) in combinations(lines.items(), 2):
        if irq == other:
            yield _fault(
                board, second, f"INTID {irq} is {first} already", "each needs its own", "DEV004"
            )


def _virtual(board: Board) -> Iterator[Fault]:
    if board.virtual is None:
        return
    total = sum(bank.size for bank in board.memory)
    if board.virtual.memory != total:
        yield _fault(
            board,
            "virtual.memory",
            f"{describe_size(board.virtual.memory)}, but the banks have {describe_size(total)}",
            "the virtual handset must have as much RAM as the board",
        )
