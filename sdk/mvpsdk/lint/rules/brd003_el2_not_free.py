# SPDX-License-Identifier: Apache-2.0
"""A board whose EL2 belongs to someone else, or may.

## What it does

Looks at `board.el2`: whether it is attested at all, whether it says that EL2 is taken, and whether
it says "free" where PSCI is called by HVC, which only something at EL2 can answer. Of a device tree
alone it says what is known of its SoC; no tree says who owns EL2.

## Why is this bad?

A hypervisor must start at EL2. Most Qualcomm phones, among others, keep it for the vendor's own.

**On the device:** the image is entered at EL1, its first access to an EL2 register traps: a black
screen, and the next boot is the same.

## How it is decided

By the attestation; `unlocked: <evidence>` silences what else is said. "taken", a missing
attestation, and "free" beside PSCI by HVC are certain. What a table of SoCs knows is likely: a
warning. Confidence: certain, where a finding does not say otherwise.

## Example

```toml
[board]
name = "phone"
vendor = "Acme Ltd."
compatible = "acme,phone"
el2 = "taken: the vendor's hypervisor, hyp-mem@85700000 in its tree"
```

## Use instead

Find out at which exception level the boot loader starts kernels: Linux prints "CPU: All CPU(s)
started at EL2" or "... at EL1". If it is EL2, say how you know:

```toml
[board]
name = "phone"
vendor = "Acme Ltd."
compatible = "acme,phone"
el2 = "unlocked: Linux 6.1 prints 'started at EL2' on a retail unit, log in ticket 4711"
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.lint.known import gap_flaw, of_key, remarks
from mvpsdk.lint.model import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Flaw, Observation
    from mvpsdk.lint.subject import BoardSubject

CODE = "BRD003"
NAME = "el2-not-free"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the image is entered at EL1, its first EL2 register access traps: a black screen"

KEY = "board.el2"
HVC = "psci-hvc"
"""What the reader of trees calls it."""


def check(subject: BoardSubject) -> Iterator[Observation]:
    """Look at the attestation, then at what speaks against it."""
    el2 = subject.draft.content.board.el2
    if el2 and el2.startswith("unlocked"):
        return
    if el2 and el2.startswith("taken"):
        yield _taken(el2)
    said = list(_remarks(subject))
    yield from said
    if el2 is None and not (said and subject.is_tree):
        yield gap_flaw(subject, KEY, Severity.NOTE if subject.is_tree else Severity.ERROR)
    if subject.draft.content.cpu.bring_up == "psci-hvc" and not _has_hvc(subject):
        yield _answered(el2)


def _remarks(subject: BoardSubject) -> Iterator[Flaw]:
    """Pass on what the tree's reader saw: PSCI by HVC is certain, all else is likely."""
    for remark, flaw in remarks(subject, CODE, Severity.WARNING, Confidence.LIKELY):
        if remark.kind == HVC:
            yield replace(flaw, severity=Severity.ERROR, confidence=Confidence.CERTAIN)
        else:
            yield flaw


def _has_hvc(subject: BoardSubject) -> bool:
    return any(remark.kind == HVC for remark in subject.draft.remarks)


def _taken(el2: str) -> Flaw:
    return of_key(
        KEY,
        f"EL2 is {el2}: no other hypervisor can start there",
        ((KEY, el2), ("needed", "EL2")),
        'free it, then attest board.el2 = "unlocked: <evidence>"; or don\'t flash',
    )


def _answered(el2: str | None) -> Flaw:
    return of_key(
        "cpu.bring-up",
        "PSCI is called by HVC, so something at EL2 answers: EL2 is not free",
        (("cpu.bring-up", "psci-hvc"), (KEY, el2 or "TODO")),
        "find out what runs at EL2; if it can be replaced, attest"
        ' board.el2 = "unlocked: <evidence>"',
    )
