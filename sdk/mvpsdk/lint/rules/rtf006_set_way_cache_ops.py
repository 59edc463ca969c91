# SPDX-License-Identifier: Apache-2.0
"""Realtime firmware that maintains caches by set and way.

## What it does

Looks for `DC ISW`, `DC CSW` and `DC CISW` in realtime firmware.

## Why is this bad?

These act on the caches of the core that executes them, whosever lines they hold, and on no other
core's: they are made for a boot loader that runs alone. Below a hypervisor a line may move between
caches while the loop runs, so that nothing is sure to be clean afterwards (Arm DDI 0487, D7.5.9).

**On the device:** a device reads stale memory now and then; and the persona on the same core finds
its cache empty, so that latencies vary.

## How it is decided

By the firmware's instructions. Whether they are executed after the start can't be known.
Confidence: certain; likely in a file whose code and data can't be told apart.

## Example

```text
dc cisw, x11            // in a loop over sets and ways
```

## Use instead

```text
dc civac, x0            // in a loop over addresses
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party
from mvpsdk.lint.programs import as_sure_as, firmware_code, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "RTF006"
NAME = "set-way-cache-ops"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "nothing is sure to be clean afterwards, and the core's cache is empty for everyone"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for cache maintenance by set and way."""
    code = firmware_code(subject)
    if isinstance(code, NotApplicable | NotChecked):
        yield code
    elif code.set_way:
        first = code.set_way[0]
        flaw = Flaw(
            subject=subject.id,
            message=f"{subject.owner} maintains the data cache by set and way:"
            f" {first.name} at +{first.offset:#x}",
            parties=(
                Party(name="found", value=listed(code.set_way)),
                Party(name="coherent", value="DC CVAC, DC IVAC, DC CIVAC"),
            ),
            fix="maintain it by address: DC CIVAC over the lines in question",
        )
        yield as_sure_as(code, flaw)
