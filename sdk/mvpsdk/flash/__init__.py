# SPDX-License-Identifier: Apache-2.0
"""Flashing: what goes onto a medium, checked before the first byte and read back after the last.

`open_flashable` says what a file is, `open_target` opens what it goes to; the target makes a
`Plan`, which writes nothing, and `carry_out` does what it says.

Everything that is written to a medium that is at hand goes through a `BlockDevice`: `write_slot`
writes a slot onto one, in an order that survives a power cut at any block; `BlockTarget` plans
for one, whatever it is.
"""

from mvpsdk.flash.blocks import BLOCK, BlockDevice, Extent, FileBlocks, MemoryBlocks
from mvpsdk.flash.copying import DeviceSource, FileSource, Job, Source, survey
from mvpsdk.flash.inputs import Input, Kind, open_flashable
from mvpsdk.flash.model import (
    Check,
    Event,
    Options,
    Outcome,
    PartPlan,
    Plan,
    Result,
    Step,
    Tell,
)
from mvpsdk.flash.switching import SlotJob, running, write_slot
from mvpsdk.flash.targets import Access, Target, open_target, schemes
from mvpsdk.flash.targets._blocks import BlockTarget

__all__ = [
    "BLOCK",
    "Access",
    "BlockDevice",
    "BlockTarget",
    "Check",
    "DeviceSource",
    "Event",
    "Extent",
    "FileBlocks",
    "FileSource",
    "Input",
    "Job",
    "Kind",
    "MemoryBlocks",
    "Options",
    "Outcome",
    "PartPlan",
    "Plan",
    "Result",
    "SlotJob",
    "Source",
    "Step",
    "Target",
    "Tell",
    "open_flashable",
    "open_target",
    "running",
    "schemes",
    "survey",
    "write_slot",
]
