# SPDX-License-Identifier: Apache-2.0
"""Boards: `load` reads a board.toml, `find` looks a board up by name, both give a `Board`."""

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

__all__ = [
    "Board",
    "Console",
    "Cpu",
    "Device",
    "InterruptController",
    "Reserved",
    "Timer",
    "Virtual",
]
