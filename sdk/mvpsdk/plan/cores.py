# SPDX-License-Identifier: Apache-2.0
"""Which core each virtual CPU is pinned to, held against what the board has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS
from mvpsdk.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.model import Board
    from mvpsdk.handset.model import Handset

__all__ = ["check_cores", "startable"]


def check_cores(board: Board, handset: Handset) -> Iterator[Fault]:
    """Find cores that the board lacks or can't start, and virtual CPUs beyond what a pack holds."""
    pinned = list(_pinned(handset))
    for key, core in pinned:
        why = _unusable(board, core)
        if why:
            yield Fault(
                message=f"core {core}: {why}",
                place=handset.place(key),
                hint=f"choose among {_usable(board)}",
                parties=((key, str(core)), (f'board "{board.name}"', f"{board.cpu.count} cores")),
            )
    most = CONSTANTS["MAX_VCPUS"]
    if len(pinned) > most:
        yield Fault(
            message=f"{len(pinned)} virtual CPUs in all; the hypervisor has room for {most}",
            place=handset.place(pinned[-1][0]),
            hint="give the personas fewer cpus",
        )


def _pinned(handset: Handset) -> Iterator[tuple[str, int]]:
    if handset.realtime:
        yield "realtime.cpu", handset.realtime.cpu
    for number, persona in enumerate(handset.personas):
        for core in persona.cpus:
            yield f"persona[{number}].cpus", core


def startable(board: Board) -> int:
    """Return how many cores partitions may be on, from the first.

    The first core runs already; the hypervisor starts others by the board's firmware.
    """
    if board.cpu.bring_up not in {"psci-smc", "spin-table"}:
        return 1
    return min(board.cpu.count, CONSTANTS["MAX_CPUS"])


def _unusable(board: Board, core: int) -> str:
    if core >= board.cpu.count:
        return f'board "{board.name}" has {board.cpu.count}, 0 to {board.cpu.count - 1}'
    if core < startable(board):
        return ""
    if core >= CONSTANTS["MAX_CPUS"]:
        return f"the hypervisor runs on the first {CONSTANTS['MAX_CPUS']} only"
    return f'the hypervisor can\'t start it: cpu.bring-up is "{board.cpu.bring_up}"'


def _usable(board: Board) -> str:
    return ", ".join(str(core) for core in range(startable(board)))
