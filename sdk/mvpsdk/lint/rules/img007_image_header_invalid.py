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

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.image import WRAPPERS
from mvpsdk.lint.model import Flaw, NotApplicable, Party, Severity
from mvpsdk.units import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.model import Arm64Header
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject
    from mvpsdk.plan.model import Partition

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
    if header is None or subject.part in ("rom", "vars"):
        yield _headless(subject)
        return
    if any(header.reserved):
        words = ", ".join(f"{word:#x}" for word in header.reserved)
        found = Party(name="reserved words", value=words)
        yield _flaw(subject, "{0} are not {1}", found, Party(name="zero", value="0x0"))
    if header.text_offset >= header.image_size:
        found = Party(name="text_offset", value=f"{header.text_offset:#x}")
        bound = Party(name="image_size", value=f"{header.image_size:#x}")
        yield _flaw(subject, "{0} is not below {1}", found, bound)
    if subject.partition:
        yield from _placed(subject, header, subject.partition)


def _headless(subject: ImageSubject) -> Observation:
    facts, persona = subject.facts, subject.persona
    foreign = facts.format in WRAPPERS or facts.format == "elf" or facts.architecture == "arm"
    if subject.part in ("rom", "vars"):
        return NotApplicable(reason='format = "rom": flash is entered at its first byte')
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
    subject: ImageSubject, header: Arm64Header, partition: Partition
) -> Iterator[Observation]:
    """Compare the planned load address with what the header asks for."""
    for image in subject.planned:
        start = image.load - header.text_offset
        if start % BLOCK:
            found = Party(name="load address", value=f"{image.load:#x}")
            bound = Party(name="a 2 MiB boundary +", value=f"{header.text_offset:#x}")
            yield _flaw(subject, "{0} is not {1}", found, bound)
        if start > partition.ram.base and not header.anywhere:
            yield _wasted(subject, start - partition.ram.base)


def _wasted(subject: ImageSubject, below: int) -> Flaw:
    flaw = _flaw(
        subject,
        "{0} bytes are lost: {1}",
        Party(name="below the kernel", value=f"{below:#x}"),
        Party(name="flag bit 3 (placed anywhere) is", value="clear"),
    )
    what = "the kernel does not use the RAM below itself"
    return replace(flaw, severity=Severity.WARNING, consequence=what)


def _flaw(subject: ImageSubject, says: str, found: Party, bound: Party) -> Flaw:
    sentence = says.format(*(f"{party.name} {party.value}" for party in (found, bound)))
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}: {sentence}",
        parties=(found, bound),
        fix=FIX,
    )
