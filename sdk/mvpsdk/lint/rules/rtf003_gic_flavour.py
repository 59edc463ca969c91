# SPDX-License-Identifier: Apache-2.0
"""Realtime firmware made for another version of the interrupt controller than it gets.

## What it does

Compares the version of the virtual GIC that the realtime partition has on this board with the
versions that the firmware can drive.

## Why is this bad?

The CPU interface of a GICv3 is system registers, that of a GICv2 is memory. Neither has the
other's.

**On the device:** an undefined instruction when the interrupt controller is set up; or no interrupt
ever arrives.

## How it is decided

Firmware with an ABI note says which versions it drives, and the planner compares them: that is
certain, and an error, of a persona's image, too. Without a note, realtime firmware is told by its
instructions: `ICC_*_EL1` registers are a GICv3's (Arm IHI 0069, 12.2). Firmware that uses them may
yet choose by its device tree, and firmware without interrupts needs neither: that is likely at
most, and a warning. Firmware that reads `ID_AA64PFR0_EL1` chooses. Firmware without those registers
on a GICv3 is found only if it lets interrupts in (`MSR DAIFClr`). Confidence: certain by a note;
likely without one.

## Example

```text
mrs x0, icc_iar1_el1    // on a board whose GIC is version 2
```

## Use instead

Take the driver of the board's version into the build, or both: the SDK's runtime library drives
either by what its device tree says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Confidence, Flaw, NotApplicable, NotChecked, Party, Severity
from mvpsdk.lint.programs import firmware_code, listed
from mvpsdk.lint.subject import PlanSubject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.code import Code
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "RTF003"
NAME = "gic-flavour"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "an undefined instruction when interrupts are set up, or no interrupt ever"

FIX = "build the driver of the board's GIC into it"
CHOOSES = "ID_AA64PFR0_EL1"
"""Tells a program whether the CPU interface's system registers are there."""
SYSTEM_REGISTERS = 3
"""Version of the GIC whose CPU interface is system registers."""


def check(subject: ImageSubject | PlanSubject) -> Iterator[Observation]:
    """Compare the partition's GIC with what the firmware does; the planner has read its note."""
    if isinstance(subject, PlanSubject):
        return
    code, partition = firmware_code(subject), subject.partition
    if isinstance(code, NotApplicable | NotChecked):
        yield code
    elif partition is None:
        yield NotApplicable(reason="nobody has said on which board it runs, or it has no plan")
    elif subject.facts.note is None:
        yield from _by_code(subject, code, partition.vgic)


def _by_code(subject: ImageSubject, code: Code, version: int) -> Iterator[Observation]:
    uses = code.gic_registers
    if uses and version != SYSTEM_REGISTERS and CHOOSES not in code.id_registers:
        what = f"uses {uses[0].name} at +{uses[0].offset:#x}, a register of a GICv3"
        yield _flaw(subject, version, what, listed(uses))
    if not uses and version == SYSTEM_REGISTERS and code.exact and code.unmasks:
        what = "takes interrupts and has no ICC_*_EL1 access"
        yield _flaw(subject, version, what, "none")


def _flaw(subject: ImageSubject, version: int, what: str, found: str) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} {what}; its partition's GIC is version {version}",
        parties=(
            Party(name="firmware", value=found),
            Party(name="GIC", value=f"version {version}"),
        ),
        fix=FIX,
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
    )
