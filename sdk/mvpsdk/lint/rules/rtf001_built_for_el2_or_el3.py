# SPDX-License-Identifier: Apache-2.0
"""Realtime firmware that was built for EL2 or EL3.

## What it does

Looks for instructions that reach registers of EL2 and EL3 in realtime firmware that never reads
`CurrentEL`.

## Why is this bad?

A partition is entered at EL1. Start-up code that was made for the exception level of a boot loader
programs that level's registers, unless it asks first where it is.

**On the device:** an undefined instruction within the first microseconds, before vectors or a
console are there: the firmware is silent, and the hypervisor's log tells of its fault.

## How it is decided

By the firmware's instructions: `MSR` and `MRS` of registers with op1 4 or 6 (Arm DDI 0487, C5.2),
and no read of `CurrentEL`. Firmware that reads it is taken to know what it does. In an ELF file
with mapping symbols only code is looked at. Confidence: certain; likely (and a warning) in a file
whose code and data can't be told apart.

## Example

```text
msr vbar_el3, x0        // and no "mrs x0, CurrentEL" anywhere
```

## Use instead

```text
msr vbar_el1, x0
```

An operating system has a switch for it: FreeRTOS for ARM_AARCH64 is built with `-DGUEST`, Zephyr
without `CONFIG_ARMV8_A_NS=n`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party
from mvpsdk.lint.programs import as_sure_as, firmware_code, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.code import Code
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "RTF001"
NAME = "built-for-el2-or-el3"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "an undefined instruction before the vectors are installed: the firmware is dead"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for registers of EL2 and EL3 where nobody asks for the exception level."""
    code = firmware_code(subject)
    if isinstance(code, NotApplicable | NotChecked):
        yield code
    elif code.above and not code.reads_current_el:
        yield as_sure_as(code, _flaw(subject, code))


def _flaw(subject: ImageSubject, code: Code) -> Flaw:
    first = next((use for use in code.above if use.written), code.above[0])
    verb = "writes" if first.written else "reads"
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} {verb} {first.name} at +{first.offset:#x} and never reads"
        " CurrentEL, but a partition runs at EL1",
        parties=(
            Party(name="registers", value=listed(code.above)),
            Party(name="exception level of a partition", value="EL1"),
        ),
        fix="build it to run at EL1 (FreeRTOS for ARM_AARCH64: -DGUEST)",
    )
