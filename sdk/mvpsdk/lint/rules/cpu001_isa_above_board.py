# SPDX-License-Identifier: Apache-2.0
"""Realtime firmware built for a newer architecture than its core has.

## What it does

Counts the firmware's instructions of architecture extensions beyond ARMv8.0 (LSE atomics, CRC32,
LDAPR, FP16, dot product, PAuth that is no hint, SVE, SME), and compares them with what the core has
that the firmware runs on, and with what the hypervisor lets a guest have of it.

## Why is this bad?

A compiler takes what `-march` or `-mcpu` promises. There is no record of it in the file.

**On the device:** an undefined instruction, with no message, at the first function that has one.

## How it is decided

By the instructions in the executable sections of an ELF file, between its mapping symbols. Atomics
in the compiler's helpers (`-moutline-atomics`) ask first, and don't count; hints (PACIASP, BTI) do
nothing on older cores, and don't count. What a core has is from its Technical Reference Manual;
what a guest has of it, by the hypervisor's own view of the ID registers: it keeps neither SVE nor
SME nor PAuth. A file without mapping symbols is not checked, and neither is a core that is not in
the table. Confidence: certain; likely, and a warning, if the firmware reads the ID register that
tells of the extension: then it may ask first.

## Example

```text
gcc -march=armv8.1-a …      // ldaddal w1, w0, [x2], and the core is a Cortex-A53
```

## Use instead

```text
gcc -mcpu=cortex-a53 …      // or -march=armv8-a, or -moutline-atomics
```
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.core.facade import guest_id_register
from mvpsdk.lint.model import (
    Confidence,
    Flaw,
    NotApplicable,
    NotChecked,
    Party,
    Severity,
)
from mvpsdk.lint.programs import core_names, firmware_code, known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.cores import Core
    from mvpsdk.image.code import Code, Extension
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "CPU001"
NAME = "isa-above-board"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "an undefined instruction, without a message"


@dataclass(frozen=True, slots=True)
class _Field:
    """The field of an ID register that tells of an extension (Arm DDI 0487, D24.2)."""

    register: str
    crm: int
    op2: int
    shift: int
    value: int  # the least that means: it is there


FIELDS = {
    "FEAT_CRC32": _Field("ID_AA64ISAR0_EL1", 6, 0, 16, 1),
    "FEAT_LSE": _Field("ID_AA64ISAR0_EL1", 6, 0, 20, 2),
    "FEAT_DotProd": _Field("ID_AA64ISAR0_EL1", 6, 0, 44, 1),
    "FEAT_PAuth": _Field("ID_AA64ISAR1_EL1", 6, 1, 4, 1),
    "FEAT_LRCPC": _Field("ID_AA64ISAR1_EL1", 6, 1, 20, 1),
    "FEAT_LRCPC2": _Field("ID_AA64ISAR1_EL1", 6, 1, 20, 2),
    "FEAT_FP16": _Field("ID_AA64PFR0_EL1", 4, 0, 16, 1),
    "FEAT_SVE": _Field("ID_AA64PFR0_EL1", 4, 0, 32, 1),
    "FEAT_SME": _Field("ID_AA64PFR1_EL1", 4, 1, 24, 1),
}


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare each extension that is used with the core, and with what a guest has of it."""
    code = firmware_code(subject)
    if isinstance(code, NotApplicable | NotChecked):
        yield code
        return
    names = core_names(subject)
    cores, unknown = known(names)
    if not names:
        yield NotApplicable(reason="nobody has said on which board it runs")
    elif not code.exact:
        yield NotChecked(
            reason=f"{subject.owner} has no mapping symbols ($x, $d): code and data can't be told"
            " apart; don't strip it"
        )
    elif unknown and code.extensions:
        yield NotChecked(reason=f"what {unknown[0]} has is not in mvpsdk's table of cores")
    else:
        for core in cores:
            yield from _on(subject, code, core)


def _on(subject: ImageSubject, code: Code, core: Core) -> Iterator[Observation]:
    for extension in code.extensions:
        if not extension.count:
            continue
        if extension.name not in core.extensions:
            yield _flaw(subject, code, extension, f"{core.name} is ARMv{core.isa} without it")
        elif not _kept(extension.name):
            yield _flaw(subject, code, extension, "the hypervisor does not let a guest have it")


def _kept(name: str) -> bool:
    """Ask the hypervisor whether it leaves the field of a CPU that has the extension."""
    field = FIELDS[name]
    seen = guest_id_register(field.crm, field.op2, field.value << field.shift, vgic=3)
    return (seen >> field.shift & 0xF) >= field.value


def _flaw(subject: ImageSubject, code: Code, extension: Extension, against: str) -> Flaw:
    asks = FIELDS[extension.name].register in code.id_registers
    example = f" ({extension.example})" if extension.example else ""
    times = "once" if extension.count == 1 else f"{extension.count} times"
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} uses {extension.name}{example} {times}, first at"
        f" +{extension.offset:#x}; {against}",
        parties=(
            Party(name="used", value=f"{extension.name}, {times}"),
            Party(name="core", value=against),
        ),
        fix="build it with -mcpu of the board's core, or -march=armv8-a",
        severity=Severity.WARNING if asks else None,
        confidence=Confidence.LIKELY if asks else None,
    )
