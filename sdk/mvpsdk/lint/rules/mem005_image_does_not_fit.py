# SPDX-License-Identifier: Apache-2.0
"""Images that do not fit their partition's RAM.

## What it does

Looks whether kernel, ramdisk, device tree and firmware segments lie inside the RAM of their
partition and share no byte. What counts is what an image takes *in memory*: an arm64 kernel clears
its BSS past the end of the file, a segment has `p_memsz`.

## Why is this bad?

The boot loaders of today take the file's size, and so pass the very thing that overlaps.

**On the device:** the kernel clears its BSS over the device tree and hangs before its console is
there. Nothing is printed.

## How it is decided

By the planner, which says how much memory is needed, and by the hypervisor's own
`mvp_pack_check()`: `MVP_MEM_IMAGE`. Sizes in memory come from the arm64 Image header
(`image_size`) and from the ELF program headers. Confidence: certain.

## Example

```toml
[[persona]]
name = "work"
kernel = "linux"        # image_size says 33,619,968 bytes
memory = "32 MiB"
```

## Use instead

```toml
[[persona]]
name = "work"
kernel = "linux"
memory = "128 MiB"
```

`mvpsdk plan HANDSET` shows each image's head room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.verdict import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject

CODE = "MEM005"
NAME = "image-does-not-fit"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "an image clears its BSS over what lies behind it: a hang before the console is there"

SAYS = {"MVP_MEM_IMAGE": "{this} does not fit: it collides with {that}"}
CORE = tuple(SAYS)
FIX = "raise the partition's memory, or make the image smaller"


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Ask the hypervisor."""
    yield from refusals(subject, SAYS, FIX)
