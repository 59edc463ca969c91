# SPDX-License-Identifier: Apache-2.0
"""Two owners of one page.

## What it does

Looks for two things that stand at one physical address, or at one guest address of one
partition: RAM of different partitions, devices, reserved memory, RAM banks. Personas that take
turns (`mode = "exclusive"`) may have the same RAM: it is scrubbed in between.

## Why is this bad?

Two owners write one page. Isolation, the reason for a hypervisor, is gone.

**On the device:** the modem's or the secure world's firmware writes where a guest was placed, or a
guest stops a device of the firmware. It shows hours later, somewhere else.

## How it is decided

By the hypervisor's own `mvp_pack_check()`: `MVP_MEM_OVERLAP` (physical), `MVP_MEM_IPA_OVERLAP`
(guest addresses), `MVP_MEM_RESERVED` (memory that nobody may have), `MVP_MEM_DEVICE` (a device
window over RAM, the interrupt controller or the hypervisor's console). Confidence: certain.

## Example

```toml
[[device]]
name = "uart"
base = 0x0900_0000      # the console, which the hypervisor keeps for itself
size = "4 KiB"
```

## Use instead

Give each address one owner. If two descriptions of one range contradict each other, the chip's
manual decides; if the two devices really share a page, only one partition may have both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.verdict import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject

CODE = "MEM002"
NAME = "regions-overlap"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "two owners write one page: silent corruption that shows somewhere else"

SAYS = {
    "MVP_MEM_OVERLAP": "{this} overlaps {that}",
    "MVP_MEM_IPA_OVERLAP": "{this} and {that} share guest addresses",
    "MVP_MEM_RESERVED": "{this} covers {that}",
    "MVP_MEM_DEVICE": "{this} covers {that}",
}
CORE = tuple(SAYS)
FIX = "give each address one owner: check [[memory]], [[reserved]] and [[device]] of the board"


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Ask the hypervisor."""
    yield from refusals(subject, SAYS, FIX)
