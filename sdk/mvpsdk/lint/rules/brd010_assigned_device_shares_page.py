# SPDX-License-Identifier: Apache-2.0
"""A device whose page holds another's registers.

## What it does

Looks whether a page that the realtime firmware gets with a device (`realtime.devices`) holds
registers of a device that it does not get, or of the hypervisor's console; whether two devices
claim the same registers; and, as a warning, whether the console's page holds a device that somebody
might want to assign.

## Why is this bad?

A page, 4 KiB, is the smallest thing that stage-2 translation can map: who gets a device gets all
registers of its pages.

**On the device:** the firmware can stop a neighbour's clock or UART. It shows as a fault of the
neighbour.

## How it is decided

By the registers' ranges in the board file, rounded to whole pages; of a tree, also by its other
nodes. Any two devices share a page on three of four boards, so that alone is no finding.
Confidence: certain.

## Example

```toml
[console]
driver = "8250"
base = 0x01c2_8000
irq = 32

[[device]]
name = "uart1"          # owned by the firmware, on the console's page
base = 0x01c2_8400
size = "1 KiB"
irq = 33
```

## Use instead

Give the firmware a device that has a page of its own, or all the devices of that page:

```toml
[realtime]
memory = "8 MiB"
devices = ["uart2", "uart3"]
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.board.checking import UART_SIZE
from mvpsdk.board.model import pages_around
from mvpsdk.lint.known import contradictions, of_key, remarks
from mvpsdk.lint.model import Flaw, Party, Severity
from mvpsdk.units import Pa, Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mvpsdk.board.schema import BoardFile
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD010"
NAME = "assigned-device-shares-page"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the firmware can stop a neighbour's clock or UART"

CONSOLE = "the console"
CONSOLE_SHARED = "who gets the neighbour can write into the hypervisor's console"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Compare the pages of what is assigned, and of the console, with everyone's registers."""
    yield from contradictions(subject, CODE)
    for _, flaw in remarks(subject, CODE, Severity.WARNING):
        yield replace(flaw, consequence=CONSOLE_SHARED)
    owned = _registers(subject.draft.content)
    handset = subject.bench.handset
    assigned = handset.realtime.devices if handset and handset.realtime else ()
    for name in assigned:
        for other, registers in owned.items():
            if name in owned and other not in assigned and _share(owned[name], registers):
                yield _reachable((name, owned[name]), (other, registers))
    for other, registers in owned.items() if not subject.is_tree else ():
        if other not in (CONSOLE, *assigned) and _share(owned.get(CONSOLE), registers):
            yield _beside_console(owned[CONSOLE], other, registers)


def _registers(content: BoardFile) -> Mapping[str, Range[Pa]]:
    """List whose registers are known, and where: devices by name, and the console."""
    found = {device.name: Range(Pa(device.base), device.size) for device in content.device}
    if content.console and content.console.base is not None:
        found[CONSOLE] = Range(Pa(content.console.base), UART_SIZE)
    return found


def _share(first: Range[Pa] | None, second: Range[Pa]) -> bool:
    """Whether two have a page in common, but no register: that is a contradiction already."""
    if first is None or first.overlaps(second):
        return False
    return pages_around(first).overlaps(pages_around(second))


def _reachable(mine: tuple[str, Range[Pa]], other: tuple[str, Range[Pa]]) -> Flaw:
    return Flaw(
        subject=f"realtime.devices.{mine[0]}",
        message=f"{mine[0]} {mine[1]} shares page {pages_around(mine[1]).base:#x} with"
        f" {other[0]} {other[1]}, which the firmware does not own",
        parties=tuple(Party(name=name, value=str(registers)) for name, registers in (mine, other)),
        fix="give the firmware a device with pages of its own, or all devices of these",
    )


def _beside_console(console: Range[Pa], name: str, registers: Range[Pa]) -> Flaw:
    flaw = of_key(
        "console.base",
        f"the console {console} shares page {pages_around(console).base:#x}"
        f" with {name} {registers}",
        ((CONSOLE, str(console)), (name, str(registers))),
        f"don't assign {name}, or choose another UART for the console",
        Severity.WARNING,
    )
    return replace(flaw, consequence=CONSOLE_SHARED)
