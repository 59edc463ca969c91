# SPDX-License-Identifier: Apache-2.0
"""RAM banks that share addresses, with each other or with registers.

## What it does

Compares every bank of RAM with all others and with whatever has registers: the interrupt
controller, the console, devices.

## Why is this bad?

What two banks share would be given out twice; what a bank shares with registers is no RAM at all.

**On the device:** one page given to two guests: silent corruption; or a guest's data written into
a device.

## How it is decided

By the loader of board files, which refuses the same for every other command. Confidence: certain.

## Example

```toml
[[memory]]
base = 0x8_8000_0000
size = "8058 MiB"       # runs past 0xa_0000_0000

[[memory]]
base = 0xa_0000_0000
size = "2 GiB"
```

## Use instead

```toml
[[memory]]
base = 0x8_8000_0000
size = "6 GiB"

[[memory]]
base = 0xa_0000_0000
size = "2 GiB"
```
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from mvpsdk.lint.known import contradictions, remarks
from mvpsdk.units import Pa, Range, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.document.editing import Edit
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD002"
NAME = "ram-banks-overlap"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "one page given to two owners: silent corruption"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Ask the loader."""
    edits = tuple(_shortened(subject))
    for flaw in contradictions(subject, CODE):
        alone = len(subject.faults) == 1 and len(edits) == 1
        yield replace(flaw, edits=edits if alone else ())
    for _, flaw in remarks(subject, CODE):
        yield flaw


def _shortened(subject: BoardSubject) -> Iterator[Edit]:
    """End a bank where the next one begins, if that one has all that is cut off."""
    banks = sorted(
        (Range(Pa(bank.base), bank.size), number)
        for number, bank in enumerate(subject.draft.content.memory)
        if bank.base is not None and bank.size is not None
    )
    for (first, number), (second, _) in pairwise(banks):
        if first.base < second.base and first.overlaps(second) and first.end <= second.end:
            size = format_size(second.base - first.base)
            yield from subject.bench.edit(f"board.memory[{number}].size", size)
