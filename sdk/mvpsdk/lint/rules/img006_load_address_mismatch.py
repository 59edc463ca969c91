# SPDX-License-Identifier: Apache-2.0
"""Firmware that runs at one address only.

## What it does

Looks whether realtime firmware is one static position-independent ELF file, linked at 0, that asks
for no other file and no symbol.

## Why is this bad?

Where a partition's memory stands differs from board to board, and the planner chooses it. One file
serves all boards only if it can run anywhere.

**On the device:** the first absolute address that the firmware loads points at nothing: an abort
before its first line is printed.

## How it is decided

By the ELF file's type (`ET_DYN`), its lowest linked address (below 4 KiB), its dynamic section
(`DT_NEEDED`, relocations other than `R_AARCH64_RELATIVE`) and its interpreter. Confidence: certain.
An ELF file that is linted alone is judged as firmware.

## Example

```sh
aarch64-linux-gnu-gcc -static -Wl,-Ttext-segment=0x80000000 …
```

## Use instead

```sh
aarch64-linux-gnu-gcc -static-pie -Wl,-Ttext-segment=0 …
```

The SDK's runtime library relocates the firmware at its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, Party
from mvpsdk.units import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.model import Elf
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG006"
NAME = "load-address-mismatch"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the first absolute address that it loads points at nothing"

FIX = "link it with -static-pie -Wl,-Ttext-segment=0 against the SDK's runtime"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look whether firmware runs wherever the planner puts it."""
    elf = subject.facts.elf
    if elf is None or subject.part != "realtime":
        yield NotApplicable(
            reason="only realtime firmware is an ELF file with addresses of its own"
        )
        return
    base = min((segment.virtual for segment in elf.segments), default=0)
    if elf.type != "DYN" or base >= PAGE:
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner} is linked at {base:#x} (type {elf.type}), but is to run at"
            f" {_place(subject)}",
            parties=(
                Party(name=subject.owner, value=f"{base:#x}"),
                Party(name="RAM of the partition", value=_place(subject)),
            ),
            fix=FIX,
        )
    if asked := _asked(elf):
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner} is not self-contained: it asks for {asked}",
            parties=(
                Party(name=subject.owner, value=asked),
                Party(name="loader", value="relative relocations, by the firmware itself"),
            ),
            fix=FIX,
        )


def _place(subject: ImageSubject) -> str:
    """Say where the planner puts it."""
    return str(subject.partition.ram) if subject.partition else "any address"


def _asked(elf: Elf) -> str:
    """Name what the firmware wants from a loader."""
    asks = [elf.interpreter, *elf.needed]
    if elf.foreign_relocations:
        asks.append(f"{elf.foreign_relocations} relocations by symbol")
    return ", ".join(filter(None, asks))
