# SPDX-License-Identifier: Apache-2.0
"""Memory that no RAM bank holds.

## What it does

Looks for RAM of a partition, the hypervisor's window or the pack's home that does not lie whole
inside one RAM bank of the board; for handsets that need more RAM than the board has; and for
addresses beyond what the processor can translate.

## Why is this bad?

There is nothing at these addresses, or something else.

**On the device:** an external abort at the first write past the end of RAM, often only when the
guest has filled its memory: the phone runs for a day and then dies.

## How it is decided

By the planner, which says how much is missing, and by the hypervisor's own `mvp_pack_check()`:
`MVP_MEM_OUTSIDE_RAM`, `MVP_MEM_IPA_RANGE` (guest addresses beyond the stage-2 input range) and
`MVP_MEM_WRAP` (base + size wraps around). Confidence: certain, as far as the board file's
`[[memory]]` is true.

## Example

```toml
[[memory]]
base = 0x4000_0000
size = "256 MiB"

[[persona]]
memory = "512 MiB"
```

## Use instead

Give the partitions less, or correct `[[memory]]`: a vendor's device tree often leaves the size to
the boot loader, and the true one is in `/sys/firmware/fdt` of a booted device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.verdict import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject

CODE = "MEM003"
NAME = "outside-ram"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "an external abort at the first write past the end of RAM"

SAYS = {
    "MVP_MEM_OUTSIDE_RAM": "{this} lies in no RAM bank of the board",
    "MVP_MEM_IPA_RANGE": "{this} lies beyond the last guest address, {bound}",
    "MVP_MEM_WRAP": "{this} wraps around: base {value}, size {bound}",
}
CORE = tuple(SAYS)
FIX = "give the partitions less memory, or correct [[memory]] of the board"


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Ask the hypervisor."""
    yield from refusals(subject, SAYS, FIX)
