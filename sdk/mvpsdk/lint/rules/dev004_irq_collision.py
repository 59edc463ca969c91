# SPDX-License-Identifier: Apache-2.0
"""An interrupt that is given twice.

## What it does

Looks whether two things have one interrupt: timers, the GIC's maintenance interrupt, the console,
devices; and in a plan, two partitions, or a device and an emulated one.

## Why is this bad?

An interrupt has one owner. Which of two is told, nobody can say.

**On the device:** one device steals the other's interrupts: it works alone, and fails when both
are used.

## How it is decided

By the loader of board files, which compares all interrupts, and by the hypervisor's own
`mvp_pack_check()`: `MVP_CONFIG_INTERRUPT`. Confidence: certain.

## Example

```toml
[console]
driver = "pl011"
base = 0x0900_0000
irq = 33

[[device]]
name = "gpio"
base = 0x0903_0000
size = "4 KiB"
irq = 33
```

## Use instead

```toml
[console]
driver = "pl011"
base = 0x0900_0000
irq = 33

[[device]]
name = "gpio"
base = 0x0903_0000
size = "4 KiB"
irq = 39
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.known import contradictions
from mvpsdk.lint.subject import BoardSubject
from mvpsdk.lint.verdict import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject

CODE = "DEV004"
NAME = "irq-collision"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "one device steals the other's interrupts"

SAYS = {"MVP_CONFIG_INTERRUPT": "interrupt {this} is taken already"}
CORE = tuple(SAYS)
FIX = "give each device an interrupt of its own: see `irq` of [console] and [[device]]"


def check(subject: BoardSubject | PlanSubject) -> Iterator[Observation]:
    """Ask the loader of the board, and the hypervisor of the plan."""
    if isinstance(subject, BoardSubject):
        yield from contradictions(subject, CODE)
    else:
        yield from refusals(subject, SAYS, FIX)
