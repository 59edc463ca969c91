# SPDX-License-Identifier: Apache-2.0
"""A partition whose memory covers the hypervisor or the pack.

## What it does

Looks for RAM or devices of a partition that share a physical page with the hypervisor's own
2 MiB window or with the pack's home, where the pristine copies of all images stay.

## Why is this bad?

Whoever owns that partition can rewrite the hypervisor, and with it everybody's memory.

**On the device:** random faults in partitions that have nothing to do with it, or a silent stop
when the guest first clears its memory. It looks like broken RAM.

## How it is decided

The pack's tables are handed to `mvp_pack_check()`, the function that judges them at boot
(`MVP_MEM_HYPERVISOR`). Confidence: certain. The planner never makes such a plan by itself; a plan
made by hand, or by another tool, may have it.

## Example

```text
work       RAM  [0x40000000..0x48000000)
hypervisor      [0x40200000..0x40400000)
```

## Use instead

Let the planner place everything: `mvpsdk plan HANDSET` shows where and why. No file that a person
writes has physical addresses of partitions in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.verdict import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject

CODE = "MEM001"
NAME = "guest-overlaps-hypervisor"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "random faults in partitions that have nothing to do with it"

SAYS = {"MVP_MEM_HYPERVISOR": "{this} covers {that}"}
CORE = tuple(SAYS)
FIX = "let the planner place it: `mvpsdk plan` shows where and why"


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Ask the hypervisor."""
    yield from refusals(subject, SAYS, FIX)
