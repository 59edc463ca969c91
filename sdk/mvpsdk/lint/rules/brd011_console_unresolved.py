# SPDX-License-Identifier: Apache-2.0
"""A board whose debug UART is not known, or has no driver.

## What it does

Looks whether the hypervisor will have a console: that there is a `[console]`, that all of it is
known, and that there is a driver for it.

## Why is this bad?

The console carries the hypervisor's own messages and every guest's.

**On the device:** it may boot, but mute: no first message, and none when it stops.

## How it is decided

By the board file; of a tree, by its reader: `stdout-path` is missing or leads nowhere, or several
UARTs are enabled. A gap and a driver that does not exist are errors, since nothing can be built;
being mute is a warning, and a driver that nobody has tried on the part itself a note. Confidence:
certain.

## Example

```toml
[console]
driver = "none"
base = 0x00a9_0000
irq = 640
```

## Use instead

Say which UART it is, with one of the drivers there are; its test point is in the schematic, and
`console=` in the stock OS's /proc/cmdline names it.

```toml
[console]
driver = "pl011"
base = 0x0900_0000
irq = 33
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.core.drivers import console_drivers, experimental
from mvpsdk.lint.known import contradictions, gaps, of_key, remarks, spoken
from mvpsdk.lint.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD011"
NAME = "console-unresolved"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "it may boot, but mute: no first message, and none when it stops"

TRY = "try it early, with the boot loader's own messages for comparison"
FIX = "add [console] with a UART that there is a driver for, or write core/drivers/console_*.c"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Look for what is missing of a console, and for a mute board."""
    for flaw in gaps(subject, CODE):
        yield replace(flaw, severity=Severity.WARNING) if subject.is_tree else flaw
    yield from contradictions(subject, CODE)
    for _, flaw in remarks(subject, CODE):
        yield flaw
    console = subject.draft.content.console
    there = ", ".join(console_drivers())
    said = spoken(subject, CODE)
    if console is None and "console" not in said:
        values = (("console", "missing"), ("drivers", there))
        yield of_key("console", "the board has no [console]: it is mute", values, FIX)
    elif console and console.driver == "none" and "console.driver" not in said:
        part = console.compatible or "this UART"
        values = (("console.driver", "none"), ("drivers", there))
        yield of_key(
            "console.driver", f"there is no driver for {part} yet: it is mute", values, FIX
        )
    elif console and (why := experimental(console.driver or "")):
        yield replace(
            of_key(
                "console.driver",
                f'the driver "{console.driver}" is experimental: {why}',
                (("console.driver", str(console.driver)), ("tried on hardware", "no")),
                TRY,
                Severity.NOTE,
            ),
            consequence="the console may stay mute, or lose what is typed",
        )
