# SPDX-License-Identifier: Apache-2.0
"""An arm64 Image header that cannot be obeyed.

## What it does

Looks at the 64 bytes at the start of an arm64 kernel: that they are there, that the reserved words
are zero, that `text_offset` is less than `image_size`, that the planned load address is
`text_offset` above a 2 MiB boundary; and warns if RAM below a kernel goes to waste that cannot use
it.

## Why is this bad?

The kernel computes its physical address from where it was put and from what its header says.

**On the device:** a wrong physical offset; the kernel hangs silently at its first page table.

## How it is decided

By Linux `Documentation/arch/arm64/booting.rst`, for the persona's kernel. A persona with
`format = "raw"` needs no header: not applicable. Confidence: certain.

## Example

```text
text_offset 0x80000, image_size 0 (a kernel before 3.17)
load        0x40080000
```

## Use instead

Use a kernel of this decade, built as `arch/arm64/boot/Image`. For an image that is to be entered at
its first byte and has no header, say so:

```toml
[[persona]]
kernel = "other-os.bin"
format = "raw"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.image import WRAPPERS
from mvpsdk.lint.model import Flaw, NotApplicable, Party, Severity
from mvpsdk.units import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.model import Arm64Header
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject
    from mvpsdk.plan.model import Partition, PlannedImage

CODE = "IMG007"
NAME = "image-header-invalid"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the kernel computes a wrong physical offset and hangs silently"

FIX = "use a kernel that is built as arch/arm64/boot/Image"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look at the header, then at what the plan makes of it."""
    header = subject.facts.arm64
    if header is None:
        yield _headless(subject)
        return
    if any(header.reserved):
        words = ", ".join(f"{word:#x}" for word in header.reserved)
        found = Party(name="reserved words", value=words)
        yield _flaw(subject, found, Party(name="required", value="0x0, 0x0, 0x0"))
    if header.text_offset >= header.image_size:
        found = Party(name="text_offset", value=f"{header.text_offset:#x}")
        yield _flaw(subject, found, Party(name="image_size", value=f"{header.image_size:#x}"))
    for image in subject.planned:
        yield from _placed(subject, header, image)
    if subject.partition:
        yield from _wasted(subject, header, subject.partition)


def _headless(subject: ImageSubject) -> Observation:
    facts, persona = subject.facts, subject.persona
    foreign = facts.format in WRAPPERS or facts.format == "elf" or facts.architecture == "arm"
    if subject.part != "kernel" or foreign:
        return NotApplicable(reason="only a persona's kernel, once unpacked, has this header")
    if persona is None or persona.format == "raw":
        return NotApplicable(reason='format = "raw": it is entered at its first byte')
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} is no arm64 Image: no magic at byte 0x38"
        f" (it looks like: {facts.format})",
        parties=(
            Party(name=subject.owner, value=facts.format),
            Party(name="format", value=persona.format),
        ),
        fix='if it is to be entered at its first byte, say so: format = "raw"',
    )


def _placed(
    subject: ImageSubject, header: Arm64Header, image: PlannedImage
) -> Iterator[Observation]:
    """The load address must be text_offset above a 2 MiB boundary."""
    if (image.load - header.text_offset) % BLOCK:
        wanted = f"a 2 MiB boundary + {header.text_offset:#x}"
        found = Party(name="load address", value=f"{image.load:#x}")
        yield _flaw(subject, found, Party(name="required", value=wanted))


def _wasted(
    subject: ImageSubject, header: Arm64Header, partition: Partition
) -> Iterator[Observation]:
    """A kernel without flag bit 3 cannot use RAM below itself."""
    for image in subject.planned:
        below = image.load - header.text_offset - partition.ram.base
        if below > 0 and not header.anywhere:
            found = Party(name="RAM below the kernel", value=f"{below:#x}")
            bound = Party(name="flag bit 3 (placed anywhere)", value="clear")
            yield _flaw(subject, found, bound, Severity.WARNING)


def _flaw(
    subject: ImageSubject, found: Party, bound: Party, severity: Severity | None = None
) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}: {found.name} {found.value}, {bound.name} {bound.value}",
        parties=(found, bound),
        fix=FIX,
        severity=severity,
        consequence="the kernel leaves that RAM unused" if severity else "",
    )
