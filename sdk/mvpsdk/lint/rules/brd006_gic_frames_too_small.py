# SPDX-License-Identifier: Apache-2.0
"""Register blocks of the GIC that are smaller than what they must hold.

## What it does

Compares the size of GICR with the number of cores (128 KiB for each), and the size of a GICv2's
GICC with 8 KiB.

## Why is this bad?

Each core has a redistributor frame of its own. GICC_DIR, which deactivates an interrupt, stands on
GICC's second page; many trees list only the first.

**On the device:** core n hangs while it waits for its frame (error); or the write that deactivates
an interrupt faults (warning: the registers are usually there all the same).

## How it is decided

By the numbers of the board file: GICR < cores x 0x20000 (Arm IHI 0069, 12.10), GICC < 0x2000 (Arm
IHI 0048, 4.1.3). Confidence: certain.

## Example

```toml
[cpu]
core = "cortex-a55"
count = 8

[interrupt-controller]
version = 3
distributor = 0x0800_0000
redistributor = 0x080a_0000
redistributor-size = "768 KiB"
```

## Use instead

```toml
[cpu]
core = "cortex-a55"
count = 8

[interrupt-controller]
version = 3
distributor = 0x0800_0000
redistributor = 0x080a_0000
redistributor-size = "1 MiB"
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.lint.known import contradictions, of_key, remarks, spoken
from mvpsdk.lint.model import Severity
from mvpsdk.units import format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD006"
NAME = "gic-frames-too-small"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "a core hangs while it waits for its redistributor frame"

KEY = "interrupt-controller.cpu-interface-size"
GICC_SIZE = 0x2000
"""Bytes: GICC_DIR is the second page's (Arm IHI 0048, 4.1.3)."""
NO_DIR = "the write that deactivates an interrupt faults"
SEEN = {
    "gicc-small": NO_DIR,
    "gicc-aliased": f"if that is not so, {NO_DIR}",
    "redistributors-wide": "a core may take an abort while it looks for its redistributor",
    "redistributor-regions": "cores of the other regions can't be used",
}
"""What the reader of trees sees besides, by its kind, and what comes of it."""
BLOCKING = ("redistributor-stride",)
"""What the core can't live with."""


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Ask the loader about GICR, and look at GICC."""
    yield from contradictions(subject, CODE)
    for remark, flaw in remarks(subject, CODE):
        severity = None if remark.kind in BLOCKING else Severity.WARNING
        yield replace(flaw, severity=severity, consequence=SEEN.get(remark.kind, ""))
    if KEY not in spoken(subject, CODE):
        yield from _interface(subject)


def _interface(subject: BoardSubject) -> Iterator[Observation]:
    size = subject.draft.content.interrupt_controller.cpu_interface_size
    if size is not None and size < GICC_SIZE:
        flaw = of_key(
            KEY,
            f"GICC has {size:#x} bytes, but GICC_DIR stands at 0x1000: it needs {GICC_SIZE:#x}",
            ((KEY, f"{size:#x}"), ("GICC", f"{GICC_SIZE:#x}")),
            'see the SoC\'s manual; most have both pages: cpu-interface-size = "8 KiB"',
            Severity.WARNING,
        )
        edits = subject.bench.edit(f"board.{KEY}", format_size(GICC_SIZE))
        yield replace(flaw, consequence=NO_DIR, edits=edits)
