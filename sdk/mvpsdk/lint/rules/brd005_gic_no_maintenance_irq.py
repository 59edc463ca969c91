# SPDX-License-Identifier: Apache-2.0
"""An interrupt controller whose maintenance interrupt is not known.

## What it does

Looks whether the INTID is known by which the GIC's virtual interface calls the hypervisor.

## Why is this bad?

There are few list registers (four are usual). When more interrupts are pending than fit, the
hypervisor must be called when some are done, to put the next ones in.

**On the device:** list registers run dry, interrupts vanish under load.

## How it is decided

By the board file: `maintenance-irq` is "TODO"; of a tree, by its reader: the GIC's node has no
`interrupts`. Confidence: certain.

## Example

```toml
[interrupt-controller]
version = 3
distributor = 0x0800_0000
redistributor = 0x080a_0000
maintenance-irq = "TODO"
```

## Use instead

The SoC's manual has it. It is PPI 9 (INTID 25) on nine of ten SoCs, PPI 0 (INTID 16) with
Qualcomm's QGIC2.

```toml
[interrupt-controller]
version = 3
distributor = 0x0800_0000
redistributor = 0x080a_0000
maintenance-irq = 25
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.known import gaps, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD005"
NAME = "gic-no-maintenance-irq"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "list registers run dry: interrupts vanish under load"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Name the gap."""
    yield from gaps(subject, CODE)
    for _, flaw in remarks(subject, CODE):
        yield flaw
