# SPDX-License-Identifier: Apache-2.0
"""The virtual handset: `start` boots a bundle in QEMU and returns a Session.

A session is iterated over for what happens, and ends its QEMU when its `with` block is left.
"""

from mvpsdk.run.clock import Bracket, Sample, bracket
from mvpsdk.run.model import (
    Bootable,
    Event,
    Exit,
    Expectation,
    Line,
    Machine,
    Met,
    Options,
    Reason,
    pattern,
)
from mvpsdk.run.session import Session
from mvpsdk.run.starting import boot, start
from mvpsdk.run.via import names as ways

__all__ = [
    "Bootable",
    "Bracket",
    "Event",
    "Exit",
    "Expectation",
    "Line",
    "Machine",
    "Met",
    "Options",
    "Reason",
    "Sample",
    "Session",
    "boot",
    "bracket",
    "pattern",
    "start",
    "ways",
]
