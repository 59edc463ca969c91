# SPDX-License-Identifier: Apache-2.0
"""An image of one's own that tells where or when it was built.

## What it does

Looks in realtime firmware, and in images that were built with the SDK's headers, for paths of
somebody's machine and for dates as the compiler's `__DATE__` writes them.

## Why is this bad?

Two builds of the same sources differ, so nobody can show that the image is what the sources say;
and the customer reads the names of the maker's people and folders. **On the device:** nothing; the
bundle's digest differs with each build.

## How it is decided

By what is in the bytes that are loaded: debug information beside them is not looked at, nor are
guests off the shelf, whose makers build as they like. A path may be meant: a firmware that opens
`/home/…` on purpose has it, too. Confidence: heuristic; a note.

## Example

```text
REP003: realtime (telephony.elf) holds /builds/acme/phone/main.c
```

## Use instead

Build with `-ffile-prefix-map=$PWD=.` and without `__DATE__` and `__TIME__`; `mvpsdk build` does so
with sources that it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "REP003"
NAME = "build-path-or-time"
SINCE = "0.1.0"
SEVERITY = "note"
CONFIDENCE = "heuristic"
CONSEQUENCE = "the bundle's digest differs with each build"
CORE = ()
FIX = "build with -ffile-prefix-map=$PWD=., and without __DATE__ and __TIME__"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look at what the readers have found."""
    facts = subject.facts
    if subject.part != "realtime" and not facts.note:
        yield NotApplicable(reason=f"{subject.owner} is somebody else's to build")
    elif facts.traces:
        more = f" and {len(facts.traces) - 1} more" if len(facts.traces) > 1 else ""
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner} holds {facts.traces[0]}{more}",
            parties=(
                Party(name=subject.owner, value=", ".join(facts.traces)),
                Party(name="needed", value="neither a path nor a day of the build"),
            ),
            fix=FIX,
        )
