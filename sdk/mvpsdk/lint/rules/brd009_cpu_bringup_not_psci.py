# SPDX-License-Identifier: Apache-2.0
"""Cores that are not started by PSCI over SMC.

## What it does

Looks how the cores other than the first are started, and whether the cores are known at all.

## Why is this bad?

The hypervisor starts cores, stops them and powers the phone off by PSCI 0.2 or later, over SMC.

**On the device:** only core 0 starts: guests pinned elsewhere stay silent, and nothing can power
off.

## How it is decided

By `cpu.bring-up`: "none" and "psci-hvc" are errors (HVC reaches EL2, where the hypervisor itself
is then), "spin-table" is a warning: core 0 runs. So is "none" where there is one core. Confidence:
certain.

## Example

```toml
[cpu]
core = "cortex-a53"
count = 4
bring-up = "spin-table"
```

## Use instead

Boot firmware with PSCI, such as Trusted Firmware-A, which exists for most such SoCs:

```toml
[cpu]
core = "cortex-a53"
count = 4
bring-up = "psci-smc"
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.lint.known import gaps, of_key, remarks, spoken
from mvpsdk.lint.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD009"
NAME = "cpu-bringup-not-psci"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "only core 0 starts: guests pinned elsewhere stay silent"

KEY = "cpu.bring-up"
NO_OFF = "the board neither powers off nor restarts by itself"
NEEDED = "psci-smc"
ALONE = "there is no PSCI, and one core, which needs none to start"
FIX = "use boot firmware with PSCI, such as Trusted Firmware-A, and correct cpu.bring-up"
WHY = {
    "none": "nothing starts the other cores",
    "psci-hvc": "PSCI is called by HVC, which the hypervisor itself would have to answer",
    "spin-table": 'the other cores wait in a "spin-table"',
}


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Name what is not known of the cores, then look how they start."""
    yield from gaps(subject, CODE)
    for remark, flaw in remarks(subject, CODE):
        if remark.kind == "psci-0.1-usual":
            yield replace(flaw, severity=Severity.WARNING, consequence=NO_OFF)
        else:
            yield flaw
    cpu = subject.draft.content.cpu
    found = cpu.bring_up
    if found == "none" and cpu.count == 1 and KEY not in spoken(subject, CODE):
        alone = of_key(KEY, ALONE, ((KEY, found), ("needed", NEEDED)), FIX, Severity.WARNING)
        yield replace(alone, consequence=NO_OFF)
    elif found not in (None, NEEDED) and KEY not in spoken(subject, CODE):
        yield of_key(
            KEY,
            f"{WHY[found]}; the hypervisor needs PSCI 0.2 or later over SMC",
            ((KEY, found), ("needed", NEEDED)),
            FIX,
            Severity.WARNING if found == "spin-table" else None,
        )
