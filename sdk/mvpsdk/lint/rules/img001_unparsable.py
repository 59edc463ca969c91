# SPDX-License-Identifier: Apache-2.0
"""An image that cannot be read.

## What it does

Looks whether every image can be read at all. Every file is read in a process of its own with
bounded time and memory; ELF files are given to two parsers.

## Why is this bad?

What cannot be read cannot be judged. A file that stops a parser is damaged, or made to stop it.

**On the device:** unknown. Never flash it.

## How it is decided

A reader crashed, ran out of time or memory, or could not go on; or both parsers refuse an ELF file;
or firmware is no ELF file at all. Confidence: certain.

## Example

```text
telephony.elf: 4096 bytes of a download's error page
```

## Use instead

Build or fetch the file again; `sha256sum` tells whether it is the one that its maker published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.image import WRAPPERS
from mvpsdk.lint.model import Flaw, NotApplicable, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image import Stop
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG001"
NAME = "unparsable"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "unknown: never flash it"

NAMES = {
    "headers": "the reader of headers",
    "contents": "the reader of its contents",
    "code": "the reader of its instructions",
    "layouts": "the reader of its debug information",
    "container": "the reader of its container",
    "inside": "the reader of what is packed in it",
}
FIX = "build or fetch the file again, and compare its SHA-256 with its maker's"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look whether any parser could make sense of the file."""
    facts = subject.facts
    inside = facts.inside.stopped if facts.inside else ()
    stopped = [stop for stop in (*facts.stopped, *inside) if stop.failure != "missing"]
    for stop in stopped:
        yield _flaw(subject, f"stops {NAMES.get(stop.reader, stop.reader)}", _why(stop))
    if stopped:
        return
    if facts.format == "elf":
        yield from _elf(subject)
    elif subject.part == "realtime" and facts.format not in WRAPPERS:
        yield _no_elf(subject)
    elif facts.format == "unknown":
        yield NotApplicable(reason="a flat binary has nothing to parse")


def _no_elf(subject: ImageSubject) -> Flaw:
    kind = subject.facts.format
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} is no ELF file (it looks like: {kind}), but firmware is one",
        parties=(Party(name=subject.owner, value=kind), Party(name="firmware", value="elf")),
        fix="name the ELF file that the linker wrote",
    )


def _why(stop: Stop) -> str:
    return f"{stop.failure}: {stop.detail}"


def _elf(subject: ImageSubject) -> Iterator[Observation]:
    refused = subject.views.failed("refused") if subject.views else {}
    if subject.views and len(refused) == len(subject.views.by_parser):
        why = "; ".join(f"{parser}: {view.detail}" for parser, view in refused.items())
        yield _flaw(subject, "can be read by no parser", why)
    elif subject.facts.elf is None:
        yield _flaw(subject, "has headers that can't be read", "; ".join(subject.facts.faults))


def _flaw(subject: ImageSubject, what: str, why: str) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} {what} ({why}): it is damaged or hostile",
        parties=(
            Party(name=subject.owner, value=subject.facts.format),
            Party(name="parsers", value=why),
        ),
        fix=FIX,
    )
