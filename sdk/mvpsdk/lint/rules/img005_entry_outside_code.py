# SPDX-License-Identifier: Apache-2.0
"""An entry point where there is no code.

## What it does

Looks whether the entry point of an ELF file lies in one of its executable segments, at a multiple
of four.

## Why is this bad?

The entry point is the first address that the processor fetches from.

**On the device:** an abort at the very first instruction.

## How it is decided

By the file header's `e_entry` and the `PT_LOAD` segments with the flag X. A flat image is entered
at its first byte: not applicable. Confidence: certain.

## Example

```text
Entry point address: 0x0
LOAD  0x40080000 .. 0x400835ec  R E
```

## Use instead

Name the entry point to the linker: `ENTRY(_start)` in its script, or `-Wl,--entry=_start`; and
keep the section that holds it (`KEEP(*(.text.start))`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, Party
from mvpsdk.units import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.model import Elf
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG005"
NAME = "entry-outside-code"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "an abort at the very first instruction"

INSTRUCTION = 4  # bytes; AArch64 instructions are aligned to their size


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look where an ELF file is entered."""
    elf = subject.facts.elf
    if elf is None:
        yield NotApplicable(reason="only an ELF file has an entry point of its own")
        return
    code = _code(elf)
    if elf.entry % INSTRUCTION:
        yield _flaw(subject, elf, "is no multiple of 4", f"multiples of {INSTRUCTION}")
    elif not any(run.contains(Range(elf.entry, INSTRUCTION)) for run in code):
        runs = ", ".join(str(run) for run in code) or "no executable segment"
        yield _flaw(subject, elf, f"lies outside its code: {runs}", runs)


def _code(elf: Elf) -> list[Range[int]]:
    segments = [segment for segment in elf.segments if segment.executable]
    return [Range(segment.virtual, segment.memory_size) for segment in segments]


def _flaw(subject: ImageSubject, elf: Elf, what: str, code: str) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}: entry {elf.entry:#x} {what}",
        parties=(Party(name="entry", value=f"{elf.entry:#x}"), Party(name="code", value=code)),
        fix="name the entry point to the linker: ENTRY(_start), and KEEP its section",
    )
