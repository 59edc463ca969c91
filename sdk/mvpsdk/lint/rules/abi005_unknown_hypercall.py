# SPDX-License-Identifier: Apache-2.0
"""A call that this hypervisor does not have.

## What it does

Looks at each HVC and SMC instruction of an image whose function id can be told, and whether ids of
the vendor-specific hypervisor range are calls of the ABI.

## Why is this bad?

An unknown call is answered with "not supported". Hardly any caller looks.

**On the device:** nothing happens, and no one says so.

## How it is decided

By the instructions before the call, which put a number into `w0`, and the calls of the version of
the ABI that this SDK has. In firmware whose ELF file tells code from data that is certain, and an
error. In other images data may look like instructions: a note. Ids at 0xc60000xx, which Linux
carries for another hypervisor, are ABI007's. Confidence: certain.

## Example

```c
rt_call(0xc6008007, index, levels); /* pins is 0xc6008006 */
```

## Use instead

The constants of `include/mvp/abi.h`, such as `MVP_CALL_PINS`. `mvpsdk abi show 1.0` lists them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.abi import current
from mvpsdk.lint.guest_abi import calls_of, is_firmware, is_ours
from mvpsdk.lint.model import Confidence, Flaw, NotApplicable, Party, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.code import Call
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI005"
NAME = "unknown-hypercall"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the call is answered with not supported, which most callers ignore"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for ids of our range that are no calls."""
    calls = calls_of(subject)
    if isinstance(calls, NotApplicable):
        yield calls
        return
    known = {call.id: call.name for call in current().calls}
    unknown = {call.function: call for call in reversed(calls) if call.function not in known}
    for function, call in sorted(unknown.items(), key=lambda item: item[1].offset):
        if function is not None and call.immediate == 0 and is_ours(function):
            yield _flaw(subject, call, function, known)


def _flaw(subject: ImageSubject, call: Call, function: int, known: dict[int, str]) -> Flaw:
    near = min(known, key=lambda each: abs(each - function))
    code = subject.facts.code
    sure = is_firmware(subject) and code is not None and code.exact
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}: {call.conduit.upper()} at +{call.offset:#x} passes"
        f" {function:#x}, which is no call of ABI {current().version};"
        f" nearest is {near:#x}, {known[near]}",
        parties=(
            Party(name="function", value=f"{function:#x}"),
            Party(name="nearest", value=f"{near:#x}"),
        ),
        fix="take the call's number from mvp/abi.h",
        severity=None if sure else Severity.NOTE,
        confidence=None if sure else Confidence.HEURISTIC,
    )
