# SPDX-License-Identifier: Apache-2.0
"""PSCI called by SMC.

## What it does

Counts the HVC and SMC instructions of firmware that call PSCI.

## Why is this bad?

The tree of each partition says `method = "hvc"`. SMC is trapped and answered the same, so this
works; but firmware that has its conduit built in may have more built in that does not.

**On the device:** nothing goes wrong by this alone.

## How it is decided

By the function ids that the instructions before each call put into `w0`, in an ELF file that tells
code from data: PSCI by SMC, and never by HVC. Operating systems read the tree: not applicable.
Confidence: certain.

## Example

```asm
mov  w0, #0x8
movk w0, #0x8400, lsl #16     // PSCI SYSTEM_OFF
smc  #0
```

## Use instead

```asm
hvc  #0
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.guest_abi import calls_of, is_firmware
from mvpsdk.lint.model import Flaw, NotApplicable, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI006"
NAME = "psci-conduit-smc"
SINCE = "0.1.0"
SEVERITY = "note"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "each call works; the device tree says HVC"

SERVICE, IDS = 0xBFFF_FFE0, 0x8400_0000
"""What makes a function id one of PSCI's, in either convention (Arm DEN0022, section 5)."""


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look by which instruction firmware calls PSCI."""
    calls = calls_of(subject)
    code = subject.facts.code
    if isinstance(calls, NotApplicable):
        yield calls
        return
    if not is_firmware(subject) or code is None or not code.exact:
        yield NotApplicable(reason="it may find its conduit in the device tree")
        return
    psci = [call for call in calls if (call.function or 0) & SERVICE == IDS]
    if psci and all(call.conduit == "smc" for call in psci):
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner}: PSCI is called by SMC at {len(psci)} places, the first"
            f" +{psci[0].offset:#x}; the partition's conduit is HVC, and SMC is answered too",
            parties=(
                Party(name="image", value="smc"),
                Party(name="partition", value="hvc"),
            ),
            fix="call PSCI by HVC",
        )
