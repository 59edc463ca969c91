# SPDX-License-Identifier: Apache-2.0
"""A vendor's tree that overrides the timer's frequency.

## What it does

Looks whether the tree forces a frequency on the generic timer (`clock-frequency`), which is
`timer.frequency` of the board file.

## Why is this bad?

Vendors write that where their firmware does not set CNTFRQ_EL0, or sets it wrong. Guests read the
register: a hypervisor can't correct it for them, since only EL3 may write it.

**On the device:** every clock of every guest runs too fast or too slow.

## How it is decided

The number is there. Whether the register is wrong, too, only the device can tell. Confidence:
likely.

## Example

```toml
[timer]
frequency = 8333333
```

## Use instead

Read CNTFRQ_EL0 on the device; Linux prints it: "arch_timer: cp15 timer(s) running at 19.20MHz". If
it is right, remove the key. If it isn't, repair it in the boot firmware.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.known import of_key, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD008"
NAME = "timer-frequency-override"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "likely"
CORE = ()
CONSEQUENCE = "CNTFRQ_EL0 may be wrong: every clock of every guest drifts"

KEY = "timer.frequency"


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Look whether a frequency is forced."""
    for _, flaw in remarks(subject, CODE):
        yield flaw
    frequency = subject.draft.content.timer.frequency
    if frequency is not None:
        yield of_key(
            KEY,
            f"the vendor's tree forces {frequency} Hz, so CNTFRQ_EL0 may be wrong or unset",
            ((KEY, f"{frequency} Hz"), ("CNTFRQ_EL0", "not known")),
            "read CNTFRQ_EL0 on the device: if it is right, remove the key; else repair the boot"
            " firmware, since guests read the register",
        )
