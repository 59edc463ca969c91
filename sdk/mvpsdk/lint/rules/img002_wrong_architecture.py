# SPDX-License-Identifier: Apache-2.0
"""An image for another processor.

## What it does

Looks whether kernel and firmware are for little-endian AArch64, the one architecture that the
platform runs.

## Why is this bad?

The first bytes are run whatever they are.

**On the device:** an undefined instruction at the entry point; nothing is printed.

## How it is decided

By the machine, class and byte order of an ELF file, by the flags of an arm64 Image header, by
the machine of a PE header, by a zImage's magic. A flat binary names no architecture: not checked,
unless it carries an MVPABI note. Confidence: certain.

## Example

```toml
[[persona]]
kernel = "arch/arm/boot/zImage"
```

## Use instead

```toml
[[persona]]
kernel = "arch/arm64/boot/Image"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG002"
NAME = "wrong-architecture"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "an undefined instruction at the entry point; nothing is printed"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare what the image is for with what the platform runs."""
    found = _found(subject)
    if subject.part == "vars":
        yield NotApplicable(reason="what firmware remembers in flash is data")
        return
    if found in ("arm64", "") and subject.part == "ramdisk":
        yield NotApplicable(reason="a ramdisk has no architecture of its own")
    elif found and found != "arm64":
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner} is for {found}, the platform runs little-endian arm64",
            parties=(
                Party(name=subject.owner, value=found),
                Party(name="platform", value="arm64"),
            ),
            fix="build it for little-endian AArch64",
        )
    elif not found and subject.facts.format == "unknown" and not subject.facts.note:
        yield NotChecked(reason=f"{subject.owner} is a flat binary, which names no architecture")


def _found(subject: ImageSubject) -> str:
    """Name the architecture with what makes it foreign; empty: the file doesn't say."""
    facts, found = subject.facts, subject.facts.architecture
    if facts.arm64 and facts.arm64.big_endian:
        return f"big-endian {found}"
    if facts.elf and facts.elf.big_endian:
        return f"big-endian {found}"
    if facts.elf and found == "arm64" and facts.elf.bits != 64:  # noqa: PLR2004 - ELFCLASS64
        return f"{found} with {facts.elf.bits}-bit pointers (ILP32)"
    return found
