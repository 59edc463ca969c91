# SPDX-License-Identifier: Apache-2.0
"""Symbols of another build than the image.

## What it does

Compares an image with the ELF file that `symbols` says it was made of, byte by byte as they lie in
memory.

## Why is this bad?

Addresses of a crash are looked up in the symbols, and so is what this linter says of structs.

**On the device:** every crash report names the wrong function.

## How it is decided

By sums over 4 KiB each: of a flat image over the file, of an ELF file over what `objcopy -O binary`
would write. One may be longer by zeros. Confidence: certain.

## Example

```toml
[[persona]]
name = "work"
format = "raw"
kernel = "images/os.bin"
symbols = "build/os.elf"      # built again since
```

## Use instead

Copy both out of one build: `objcopy -O binary os.elf os.bin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.image.flat import BLOCK, first_difference
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "REP002"
NAME = "symbols-not-of-image"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "every crash report names the wrong function"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare an image with its symbols."""
    symbols = subject.other("symbols")
    if symbols is None or subject.part not in ("kernel", "rom", "realtime"):
        yield NotApplicable(reason="no symbols are named for it")
        return
    mine, its = subject.facts.flat, symbols.flat
    if symbols.format != "elf" or mine is None or its is None or not (mine.sums and its.sums):
        why = "is no ELF file" if symbols.format != "elf" else "can't be compared with the image"
        yield NotChecked(reason=f"{symbols.role} ({symbols.path.name}) {why}")
        return
    at = first_difference(mine, its)
    if at is not None:
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner} was not made of {symbols.path.name}: they differ first"
            f" between +{at:#x} and +{at + BLOCK:#x}",
            parties=(
                Party(name="image", value=f"{subject.facts.sha256[:16]}, {mine.size} bytes"),
                Party(name="symbols", value=f"{symbols.sha256[:16]}, {its.size} bytes"),
            ),
            fix="take the image and its symbols from one build",
        )
