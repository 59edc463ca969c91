# SPDX-License-Identifier: Apache-2.0
"""An image that has lost its end, or contradicts itself.

## What it does

Compares what a file's headers say with what the file has; and, for an ELF file, what two
independent parsers (lief and pyelftools) say of its headers.

## Why is this bad?

Half a download looks like a file. And where two parsers disagree, what was judged at the desk is
not what is loaded on the phone: that is how hostile files are made.

**On the device:** the tail of the kernel is zeros; it crashes far from the cause.

## How it is decided

Segments, sections and archive members must end inside the file, and a Linux ramdisk must
unpack; the two parsers must agree on machine, entry and every program header. A tool that is
missing makes this *not checked*, and the run a failed one. Confidence: certain.

## Example

```text
vmlinux: segment 2 ends at 0x1f5d400, the file has 0x1e00000 bytes
```

## Use instead

Build or fetch the file again; `mvpsdk lock` pins its SHA-256, so that it can't happen twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG004"
NAME = "truncated-or-inconsistent"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the tail of the image is zeros: a crash far from the cause"

FIX = "build or fetch the file again; `mvpsdk lock` then pins its SHA-256"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look at what the file says of itself, then at what two parsers say of it."""
    facts = subject.facts
    if facts.format == "elf" and facts.elf is None:
        yield NotApplicable(reason="its headers can't be read: IMG001 speaks of that")
        return
    for fault in facts.faults:
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner}: {fault}",
            parties=(
                Party(name=subject.owner, value=fault),
                Party(name="file", value=f"{facts.size:#x} bytes"),
            ),
            fix=FIX,
        )
    yield from _unpacked(subject)
    if facts.format == "elf":
        yield from _compare(subject)


def _unpacked(subject: ImageSubject) -> Iterator[Observation]:
    """Look at what Linux would make of a ramdisk; what another system makes of it is its own."""
    kernel, fault = subject.beside("kernel"), subject.contents.fault if subject.contents else ""
    if not fault or subject.facts.faults or not (kernel and kernel.release):
        return
    yield Flaw(
        subject=subject.id,
        message=f"{subject.owner}: {fault}",
        parties=(
            Party(name=subject.owner, value=fault),
            Party(name="file", value=f"{subject.facts.size:#x} bytes"),
        ),
        fix=FIX,
        consequence="Linux stops unpacking there: files are missing, a failure far from the cause",
    )


def _compare(subject: ImageSubject) -> Iterator[Observation]:
    if subject.views is None:
        yield NotChecked(reason=f"{subject.owner}: no second parser was asked", failed=True)
        return
    for parser, view in subject.views.failed("missing").items():
        yield NotChecked(reason=f"{parser} can't be used here: {view.detail}", failed=True)
    refused = subject.views.failed("refused")
    if refused and len(refused) < len(subject.views.by_parser):
        for parser, view in refused.items():
            yield _disputed(subject, f"{parser} refuses it", view.detail)
    for name, values in subject.views.differences():
        said = [f"{parser} {_hex(value)}" for parser, value in values.items()]
        yield _disputed(subject, f"two parsers differ on {name}", ", ".join(said))


def _hex(value: int | None) -> str:
    return "none" if value is None else f"{value:#x}"


def _disputed(subject: ImageSubject, what: str, said: str) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}: {what} ({said})",
        parties=(Party(name=subject.owner, value=what), Party(name="parsers", value=said)),
        fix=FIX,
        consequence="what was judged at the desk is not what is loaded on the phone",
    )
