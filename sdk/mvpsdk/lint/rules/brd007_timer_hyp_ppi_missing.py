# SPDX-License-Identifier: Apache-2.0
"""A generic timer whose interrupts are not all known.

## What it does

Looks whether the INTIDs of the virtual, the physical and the hypervisor's timer are known.

## Why is this bad?

The hypervisor takes the CPU back from a guest by its own timer, CNTHP. Trees made for systems
without EL2 list three interrupts (or two), not four.

**On the device:** no preemption: the first guest runs for ever, and firmware never.

## How it is decided

By the board file; of a tree, by its reader: `interrupts` or `interrupts-extended` of the timer's
node, decoded by the cells of the interrupt parent, has fewer than four. Confidence: certain.

## Example

```toml
[timer]
virtual-irq = 27
physical-irq = 30
hypervisor-irq = "TODO"
```

## Use instead

The SoC's manual has it; it is INTID 26 (PPI 10) nearly everywhere.

```toml
[timer]
virtual-irq = 27
physical-irq = 30
hypervisor-irq = 26
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.known import gaps, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD007"
NAME = "timer-hyp-ppi-missing"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "no preemption timer at EL2: the first guest runs for ever"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Name each interrupt that is not known."""
    yield from gaps(subject, CODE)
    for _, flaw in remarks(subject, CODE):
        yield flaw
