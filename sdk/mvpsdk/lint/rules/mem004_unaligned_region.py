# SPDX-License-Identifier: Apache-2.0
"""A base or a size that translation tables cannot hold.

## What it does

Looks for regions whose base or size is no multiple of 4 KiB, which stage-2 translation cannot
map; for plans whose tables do not fit the hypervisor's pool; and, as a warning, for RAM that is no
multiple of 2 MiB.

## Why is this bad?

A page is the smallest thing that can be mapped. RAM that does not fill whole 2 MiB blocks needs
a table of 512 entries for its rest, and 512 times the TLB entries there.

**On the device:** the hypervisor refuses to start (error), or the guest is slower than it need be
(warning).

## How it is decided

By the hypervisor's own `mvp_pack_check()`: `MVP_MEM_ALIGN` and `MVP_MEM_TABLES`. The warning
compares base and size with 2 MiB. Confidence: certain.

## Example

```toml
[[persona]]
name = "work"
memory = "129 MiB"
```

## Use instead

```toml
[[persona]]
name = "work"
memory = "130 MiB"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, Party, Severity
from mvpsdk.lint.verdict import refusals
from mvpsdk.units import BLOCK, align_up, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject
    from mvpsdk.plan.model import Partition

CODE = "MEM004"
NAME = "unaligned-region"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "the hypervisor refuses to start"

SAYS = {
    "MVP_MEM_ALIGN": "{this}: {value} is no multiple of {bound}",
    "MVP_MEM_TABLES": "the stage-2 tables need {value} pages, the hypervisor has {bound}",
}
CORE = tuple(SAYS)
FIX = "make base and size multiples of 4 KiB, those of RAM multiples of 2 MiB"


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Ask the hypervisor, then look whether RAM fills whole blocks."""
    yield from refusals(subject, SAYS, FIX)
    for partition in subject.plan.partitions:
        if partition.ram.size % BLOCK or partition.ram_pa % BLOCK or partition.ram.base % BLOCK:
            yield _ragged(subject, partition)


def _ragged(subject: PlanSubject, partition: Partition) -> Flaw:
    key = "realtime" if partition.kind == "realtime" else f"persona.{partition.name}"
    whole = align_up(partition.ram.size, BLOCK)
    return Flaw(
        subject=f"{key}.memory",
        message=f'RAM of "{partition.name}" {partition.ram} does not fill whole 2 MiB blocks',
        parties=(
            Party(name=f'RAM of "{partition.name}"', value=str(partition.ram)),
            Party(name="block", value=f"{BLOCK:#x}"),
        ),
        fix=f'memory = "{format_size(whole)}"',
        edits=subject.bench.edit(f"{key}.memory", format_size(whole)),
        severity=Severity.WARNING,
        consequence="512 times the table entries and TLB misses in the last 2 MiB",
    )
