# SPDX-License-Identifier: Apache-2.0
"""Cores that firmware mends, and a guest that can't ask it to.

## What it does

Looks whether the hypervisor serves the calls `SMCCC_ARCH_WORKAROUND_1` to `_3` on a board with a
core that needs them.

## Why is this bad?

A guest's kernel asks for such a call at its start, and makes it at each switch of programs. Without
an answer it runs on unmended: programs in one guest can read each other's memory by speculation.

**On the device:** it boots; `/sys/devices/system/cpu/vulnerabilities` of a Linux guest says
"Vulnerable" for `spectre_v2` or `spec_store_bypass`.

## How it is decided

By asking the hypervisor's own code what it answers to `SMCCC_ARCH_FEATURES` (Arm DEN0028) for each
call that the board's cores need. Which ones these are is from Trusted Firmware-A's advisories TFV-6
and TFV-7 and from Linux. Between guests and the hypervisor the board's firmware is what helps, and
that is not looked at. A core that is not in the table is not checked. Confidence: certain.

## Example

```toml
[cpu]
core = "cortex-a72"     # SMCCC_ARCH_WORKAROUND_1
```

## Use instead

No key mends it: this version of the hypervisor forwards none of these calls. Who runs programs that
do not trust each other in one guest on such a board needs to know that; else say so:

```toml
[[allow]]
rule = "CPU005"
reason = "one guest runs one vendor's programs only"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import arch_feature
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party
from mvpsdk.lint.programs import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.cores import Core
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "CPU005"
NAME = "erratum-not-forwarded"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "a guest's kernel runs unmended, and says that it is vulnerable"

WORKAROUNDS = {1: 0x8000_8000, 2: 0x8000_7FFF, 3: 0x8000_3FFF}
"""Function ids of SMCCC_ARCH_WORKAROUND_n (Arm DEN0028, 7.5 to 7.7)."""


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Ask the hypervisor about every call that the board's cores need."""
    cpu = subject.draft.content.cpu
    names = tuple(dict.fromkeys(cpu.cores or ([cpu.core] if cpu.core else [])))
    cores, unknown = known(names)
    if not names:
        yield NotApplicable(reason="the board doesn't say what core it has")
    for core in cores:
        missing = [n for n in core.workarounds if arch_feature(WORKAROUNDS[n]) < 0]
        if missing:
            yield _flaw(core, missing)
    if unknown:
        yield NotChecked(reason=f"what {unknown[0]} needs is not in mvpsdk's table of cores")


def _flaw(core: Core, missing: list[int]) -> Flaw:
    calls = ", ".join(f"SMCCC_ARCH_WORKAROUND_{n}" for n in missing)
    return Flaw(
        subject="board.cpu.core",
        message=f"{core.name} is mended by {calls}; the hypervisor answers that it is not there",
        parties=(
            Party(name=core.name, value=calls),
            Party(name="SMCCC_ARCH_FEATURES", value="not supported"),
        ),
        fix="keep programs that do not trust each other in different personas, and allow it"
        " with that reason",
    )
