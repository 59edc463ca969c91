# SPDX-License-Identifier: Apache-2.0
"""Flashing: what goes onto a medium, checked before the first byte and read back after the last.

Everything that is written goes through a `BlockDevice`: `write_slot` writes a slot onto one, in an
order that survives a power cut at any block.
"""

from mvpsdk.flash.blocks import BLOCK, BlockDevice, Extent, FileBlocks, MemoryBlocks
from mvpsdk.flash.copying import DeviceSource, FileSource, Job, Source, survey
from mvpsdk.flash.model import Check, Event, Outcome, Step
from mvpsdk.flash.switching import SlotJob, running, write_slot

__all__ = [
    "BLOCK",
    "BlockDevice",
    "Check",
    "DeviceSource",
    "Event",
    "Extent",
    "FileBlocks",
    "FileSource",
    "Job",
    "MemoryBlocks",
    "Outcome",
    "SlotJob",
    "Source",
    "Step",
    "running",
    "survey",
    "write_slot",
]
