# SPDX-License-Identifier: Apache-2.0
"""A bundle that is larger than where it is flashed to.

## What it does

Compares the size of a bundle with every `[[slot]]` of its board.

## Why is this bad?

Flashing tools write until the partition is full. **On the device:** the flasher stops half way, and
the slot does not boot.

## How it is decided

By the file's size, as it lies there, and the board that its manifest names: without `[[slot]]` in
its file there is nothing to compare with. Confidence: certain.

## Example

```toml
[[slot]]
name = "hyp_a"
size = "32 MiB"
```

## Use instead

Take out what the phone does not need (a ramdisk's modules, symbols), or give the slot more room in
the phone's partition table, and say so here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party
from mvpsdk.units import describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BundleSubject

CODE = "BND005"
NAME = "slot-too-small"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "the flasher stops half way, and the slot does not boot"
CORE = ()


def check(subject: BundleSubject) -> Iterator[Observation]:
    """Compare with each slot of the board."""
    bundle, draft = subject.bundle, subject.bench.draft
    if draft is None:
        whose = f'board "{bundle.board}"' if bundle.board else "which board it is for"
        yield NotChecked(reason=f"{whose} is not known here: --board-dir says where boards are")
        return
    if not draft.content.slot:
        yield NotApplicable(reason=f'board "{draft.name}" has no [[slot]]')
    for number, slot in enumerate(draft.content.slot):
        if bundle.size > slot.size:
            yield Flaw(
                subject=f"board.slot[{number}]",
                message=(
                    f"{bundle.file} has {describe_size(bundle.size)} ({bundle.size:#x} bytes), slot"
                    f" {slot.name} {describe_size(slot.size)} ({slot.size:#x} bytes)"
                ),
                parties=(
                    Party(name=bundle.file, value=f"{bundle.size:#x}"),
                    Party(name=f"slot {slot.name}", value=f"{slot.size:#x}"),
                ),
                fix="take out of the bundle what the phone does not need, or enlarge the slot",
            )
