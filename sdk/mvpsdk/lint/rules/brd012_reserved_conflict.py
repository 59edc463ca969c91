# SPDX-License-Identifier: Apache-2.0
"""Reserved memory that contradicts itself.

## What it does

Looks for areas of `[[reserved]]` that overlap each other; in a device tree, also for areas that are
no whole pages (warning), and for areas whose place the OS is to choose by itself (note).

## Why is this bad?

What is reserved belongs to a modem, to the secure world, or to a boot loader that stays. If two
descriptions of one area differ, one of them is wrong, and nobody knows which.

**On the device:** a modem's or the secure world's firmware writes where a guest was placed.

## How it is decided

By the ranges, all compared with all. Confidence: certain.

## Example

```toml
[[reserved]]
name = "tz-apps"
base = 0x8dd0_0000
size = "20 MiB"

[[reserved]]
name = "modem"
base = 0x8e00_0000      # inside the 20 MiB
size = "16 MiB"
```

## Use instead

Decide which is right; the bootloader's log and the vendor's source have the true ones. Where both
are right, one name for the whole is enough:

```toml
[[reserved]]
name = "tz-and-modem"
base = 0x8dd0_0000
size = "20 MiB"
```
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from mvpsdk.lint.known import of_key, remarks, spoken
from mvpsdk.lint.model import Severity
from mvpsdk.units import Pa, Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD012"
NAME = "reserved-conflict"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "a modem's or the secure world's firmware writes where a guest was placed"

NOTES = ("dynamic-reserved",)
"""What is merely worth knowing."""
HARMLESS = "none: it has no place, so each guest's kernel chooses one in its own RAM"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Compare all areas, and pass on what the tree's reader saw."""
    areas = [
        (number, area.name, Range(Pa(area.base), area.size))
        for number, area in enumerate(subject.draft.content.reserved)
    ]
    pairs = combinations(areas, 2) if not spoken(subject, CODE) else ()
    for (_, name, first), (number, other, second) in pairs:
        if first.overlaps(second):
            yield of_key(
                f"reserved[{number}]",
                f"{other} {second} overlaps {name} {first}",
                ((other, str(second)), (name, str(first))),
                "decide which of the two is right, or give the whole area one name",
            )
    for remark, flaw in remarks(subject, CODE):
        if remark.kind in NOTES:
            yield replace(flaw, severity=Severity.NOTE, consequence=HARMLESS)
        else:
            yield flaw
