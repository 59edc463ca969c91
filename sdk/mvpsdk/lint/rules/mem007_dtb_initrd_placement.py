# SPDX-License-Identifier: Apache-2.0
"""An entry point, a device tree or a ramdisk where the guest cannot find it.

## What it does

Looks whether each partition is entered inside an image in RAM, whether its device tree is
8-byte aligned, in RAM and at most 2 MiB long, and whether its ramdisk lies in the window around the
kernel that the arm64 boot protocol asks for.

## Why is this bad?

A kernel maps the device tree with one early mapping, and the ramdisk with another: what lies
outside is not there.

**On the device:** the kernel finds no device tree and hangs silently; or it boots and says that it
has no root file system.

## How it is decided

Entry and device tree addresses by the hypervisor's own `mvp_pack_check()` (`MVP_CONFIG_ENTRY`);
the tree's size and the ramdisk's window by Linux `Documentation/arch/arm64/booting.rst`: device
tree at most 2 MiB; ramdisk and kernel together inside 32 GiB that begin and end at 1 GiB
boundaries.
Confidence: certain.

## Example

```text
work/dtb   load 0x48000004
```

## Use instead

```text
work/dtb   load 0x48000008
```

Let the planner place everything: `mvpsdk plan HANDSET` shows where and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, Party
from mvpsdk.lint.verdict import refusals
from mvpsdk.units import BLOCK, GIB, Range, align_down, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject
    from mvpsdk.plan.model import Partition, PlannedImage

CODE = "MEM007"
NAME = "dtb-initrd-placement"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "the guest starts astray, or finds no device tree or ramdisk: a silent hang"

SAYS = {"MVP_CONFIG_ENTRY": "{this} is misaligned, or where the partition has no RAM or no image"}
CORE = tuple(SAYS)
FIX = "let the planner place it: `mvpsdk plan` shows where and why"

LARGEST_TREE = BLOCK
WINDOW = 32 * GIB


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Ask the hypervisor, then look at what only the boot protocol asks for."""
    yield from refusals(subject, SAYS, FIX)
    for partition in subject.plan.partitions:
        by_kind = {image.kind: image for image in partition.images}
        if "dtb" in by_kind and by_kind["dtb"].size > LARGEST_TREE:
            yield _large_tree(partition, by_kind["dtb"])
        if "kernel" in by_kind and "ramdisk" in by_kind:
            yield from _far_ramdisk(partition, by_kind["kernel"], by_kind["ramdisk"])


def _large_tree(partition: Partition, tree: PlannedImage) -> Flaw:
    return Flaw(
        subject=f"persona.{partition.name}",
        message=f'device tree of "{partition.name}" has {tree.size:#x} bytes,'
        f" a kernel maps {LARGEST_TREE:#x} ({describe_size(LARGEST_TREE)}) of it",
        parties=(
            Party(name=tree.name, value=f"{tree.size:#x}"),
            Party(name="most that a kernel maps", value=f"{LARGEST_TREE:#x}"),
        ),
        fix="shorten the persona's command-line",
    )


def _far_ramdisk(
    partition: Partition, kernel: PlannedImage, ramdisk: PlannedImage
) -> Iterator[Flaw]:
    low = align_down(min(kernel.load, ramdisk.load), GIB)
    high = align_up(max(kernel.load + kernel.memory, ramdisk.load + ramdisk.memory), GIB)
    if high - low <= WINDOW:
        return
    here = Range(ramdisk.load, ramdisk.memory)
    there = Range(kernel.load, kernel.memory)
    yield Flaw(
        subject=f"persona.{partition.name}.ramdisk",
        message=f"{ramdisk.name} {here} is more than {describe_size(WINDOW)} away from"
        f" {kernel.name} {there}",
        parties=(
            Party(name=ramdisk.name, value=str(here)),
            Party(name=kernel.name, value=str(there)),
        ),
        fix=FIX,
    )
