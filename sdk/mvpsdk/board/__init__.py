# SPDX-License-Identifier: Apache-2.0
"""Boards: `load` reads a board.toml, `find` lists what boards there are, `named` loads one.

A board whose facts are not all known is a `Draft`: `draft` reads one, `draft_of` makes one of facts
from elsewhere, `complete` makes a `Board` of it.
"""

from mvpsdk.board.draft import Draft, Remark, draft_of
from mvpsdk.board.finding import SEARCH_VARIABLE, built_in, find, named, search_path, sketch
from mvpsdk.board.loading import complete, draft, load, whole
from mvpsdk.board.model import (
    Board,
    Console,
    Cpu,
    Device,
    InterruptController,
    Iommu,
    Reserved,
    Slot,
    Timer,
    Virtual,
)
from mvpsdk.board.todo import Gap, gap

__all__ = [
    "SEARCH_VARIABLE",
    "Board",
    "Console",
    "Cpu",
    "Device",
    "Draft",
    "Gap",
    "InterruptController",
    "Iommu",
    "Remark",
    "Reserved",
    "Slot",
    "Timer",
    "Virtual",
    "built_in",
    "complete",
    "draft",
    "draft_of",
    "find",
    "gap",
    "load",
    "named",
    "search_path",
    "sketch",
    "whole",
]
