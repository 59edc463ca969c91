# SPDX-License-Identifier: Apache-2.0
"""Memory that an image wants both writable and executable.

## What it does

Looks for ELF segments and for sections of an EFI kernel that are to be written and executed.

## Why is this bad?

What can be written and executed is where an attacker puts his code. Many boot loaders and bare
firmware are linked that way, out of habit: that is why this is a warning.

**On the device:** it runs. An overflow in the guest becomes code.

## How it is decided

By the flags of the program headers (PF_W and PF_X) and of the PE sections. It is an error with
`wx = "enforce"` in `[realtime]` or in the `[[persona]]`. Confidence: certain.

## Example

```text
LOAD  0x000000  0x0000000000000000  0x08234 0x12000  RWE  0x1000
```

## Use instead

Link with `-Wl,-z,separate-code` and without `-N`, then hold the image to it:

```toml
[realtime]
image = "telephony.elf"
memory = "8 MiB"
wx = "enforce"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, Party, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG009"
NAME = "writable-and-executable"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "it runs, and an overflow in the guest becomes code"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look at every segment and section."""
    facts = subject.facts
    if facts.elf is None and facts.format not in ("arm64-image", "pe"):
        yield NotApplicable(reason="a file of this format says nothing of rights")
        return
    for segment in facts.elf.segments if facts.elf else ():
        if segment.writable and segment.executable:
            yield _flaw(subject, f"segment {segment.index} (at {segment.virtual:#x})")
    for section in facts.writable_code:
        yield _flaw(subject, f'section "{section}"')


def _flaw(subject: ImageSubject, what: str) -> Flaw:
    realtime = subject.bench.handset.realtime if subject.bench.handset else None
    owner = realtime if subject.part == "realtime" else subject.persona
    enforced = owner is not None and owner.wx == "enforce"
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}: {what} is writable and executable",
        parties=(
            Party(name=what, value="writable and executable"),
            Party(name="wx", value=owner.wx if owner else "warn"),
        ),
        fix="link code and data into segments of their own (-Wl,-z,separate-code, no -N)",
        severity=Severity.ERROR if enforced else None,
    )
