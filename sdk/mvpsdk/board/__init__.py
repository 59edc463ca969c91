# SPDX-License-Identifier: Apache-2.0
"""Boards: `load` reads a board.toml, `find` lists what boards there are, `named` loads one."""

from mvpsdk.board.finding import SEARCH_VARIABLE, built_in, find, named, search_path
from mvpsdk.board.loading import load
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
    "SEARCH_VARIABLE",
    "Board",
    "Console",
    "Cpu",
    "Device",
    "InterruptController",
    "Reserved",
    "Timer",
    "Virtual",
    "built_in",
    "find",
    "load",
    "named",
    "search_path",
]
