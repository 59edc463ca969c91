# SPDX-License-Identifier: Apache-2.0
"""A board whose RAM nobody knows.

## What it does

Looks whether base and size of every bank of RAM are known. Most vendors' device trees leave them
zero, and their boot loader fills them in.

## Why is this bad?

Everything that is placed is placed in RAM.

**On the device:** the hypervisor stops before its first message, or trusts a wrong size and dies
at the first touch past the end.

## How it is decided

By the board file: `[[memory]]` with "TODO" in it; of a device tree, by its reader, which takes a
size of zero for unknown. Confidence: certain.

## Example

```toml
[[memory]]
base = 0x8000_0000
size = "TODO"
```

## Use instead

Boot the stock OS and copy `/sys/firmware/fdt` from it: that is the tree with all that the boot
loader filled in, and `mvpsdk new-board NAME --from-live-fdt fdt` reads it. Or write what the data
sheet says:

```toml
[[memory]]
base = 0x8000_0000
size = "3 GiB"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.known import gaps, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD001"
NAME = "ram-unknown"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = (
    "the hypervisor stops before its first message, or dies at the first touch past the end"
)


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Name each bank that has gaps, and what the tree's reader says of RAM."""
    yield from gaps(subject, CODE)
    for _, flaw in remarks(subject, CODE):
        yield flaw
