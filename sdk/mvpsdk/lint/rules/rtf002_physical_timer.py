# SPDX-License-Identifier: Apache-2.0
"""Realtime firmware that takes its tick from the physical timer.

## What it does

Looks for instructions that program `CNTP_*_EL0` in realtime firmware that never programs
`CNTV_*_EL0`.

## Why is this bad?

Both timers work in a partition. The virtual one is the CPU's own, which a partition has to itself
while it runs; the physical one is emulated by the hypervisor.

**On the device:** each access of the physical timer traps, which takes as long as a hypercall,
at every tick.

## How it is decided

By the firmware's instructions: `MSR` and `MRS` of S3_3_C14_C2_* and S3_3_C14_C3_* (Arm DDI 0487,
D24.8). Confidence: certain; likely in a file whose code and data can't be told apart. A note:
nothing breaks.

## Example

```text
msr cntp_cval_el0, x0   // PPI 14, interrupt 30
```

## Use instead

```text
msr cntv_cval_el0, x0   // PPI 11, interrupt 27
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party, Severity
from mvpsdk.lint.programs import as_sure_as, firmware_code, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "RTF002"
NAME = "physical-timer"
SINCE = "0.1.0"
SEVERITY = "note"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "each access of the timer traps: every tick costs what a hypercall costs"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for the physical timer where the virtual one is not used."""
    code = firmware_code(subject)
    if isinstance(code, NotApplicable | NotChecked):
        yield code
    elif code.physical_timer and not code.virtual_timer:
        first = code.physical_timer[0]
        flaw = Flaw(
            subject=subject.id,
            message=f"{subject.owner} programs {first.name} at +{first.offset:#x} and no CNTV"
            " register: the physical timer is emulated, the virtual one is not",
            parties=(
                Party(name="timer in use", value=listed(code.physical_timer)),
                Party(name="timer without traps", value="CNTV_CTL_EL0, CNTV_CVAL_EL0"),
            ),
            fix="use the virtual timer (CNTV_*_EL0, interrupt 27)",
        )
        yield replace(as_sure_as(code, flaw), severity=Severity.NOTE)
