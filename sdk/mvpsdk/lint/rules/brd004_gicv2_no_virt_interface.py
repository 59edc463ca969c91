# SPDX-License-Identifier: Apache-2.0
"""An interrupt controller whose register blocks are not all known.

## What it does

Looks whether all register blocks of the GIC are there: GICD and GICR of a GICv3; GICD, GICC, GICH
and GICV of a GICv2. Trees of a GICv2 without its virtualization extensions list only the first two.

## Why is this bad?

Guests get their interrupts through list registers, which stand in GICH of a GICv2; and a guest
acknowledges them in GICV. Without these there is no interrupt for any guest.

**On the device:** no virtual interrupts: the first guest never gets a tick, and hangs.

## How it is decided

By the board file, or by the tree's `reg`: a block that is missing, has no size, or can't be
translated. This version of mvpsdk has no software GIC that could do without. Confidence: certain.

## Example

```toml
[interrupt-controller]
version = 2
distributor = 0x01c8_1000
cpu-interface = 0x01c8_2000
hypervisor-interface = "TODO"
virtual-interface = "TODO"
```

## Use instead

Add the blocks from the SoC's manual. If its GIC has none, the SoC can't run a hypervisor for
guests.

```toml
[interrupt-controller]
version = 2
distributor = 0x01c8_1000
cpu-interface = 0x01c8_2000
hypervisor-interface = 0x01c8_4000
virtual-interface = 0x01c8_6000
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.known import contradictions, gaps, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD004"
NAME = "gicv2-no-virt-interface"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "no virtual interrupts: the first guest never gets a tick"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Name each block that is not known, and each that is missing."""
    yield from gaps(subject, CODE)
    yield from contradictions(subject, CODE)
    for _, flaw in remarks(subject, CODE):
        yield flaw
