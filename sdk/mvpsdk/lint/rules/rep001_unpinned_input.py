# SPDX-License-Identifier: Apache-2.0
"""An input of a release that nothing pins.

## What it does

Finds kernels, ramdisks, boot firmware and realtime images of a release for which neither the
handset file nor `handset.lock` says a SHA-256.

## Why is this bad?

Whatever lies at the path or behind the address on the day of the build goes in. **On the device:**
the image that was tested is not the one that ships.

## How it is decided

By the handset file and the lock beside it, under `--profile release`; while one works on a handset
its inputs change all the time. Firmware that is built from source is no input: its sources are the
repository's to pin. Confidence: certain.

## Example

```toml
[[persona]]
name = "work"
kernel = "images/linux"
memory = "128 MiB"
```

## Use instead

`mvpsdk lock` writes the lock; commit it beside the handset file. Or give the input a `sha256`:

```toml
[persona.kernel]
path = "images/linux"
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "REP001"
NAME = "unpinned-input"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "the image that was tested is not the one that ships"
CORE = ()


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for a digest, in the handset file or in the lock."""
    handset, role = subject.bench.handset, subject.facts.role
    given = handset.inputs().get(role) if handset else None
    if not subject.bench.release:
        yield NotApplicable(reason="inputs may change until a release: --profile release")
    elif not given:
        yield NotApplicable(reason=f"{subject.owner} is no input of a handset")
    elif not given.sha256 and role not in subject.bench.pinned:
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner} has no sha256, and no lock pins it",
            parties=(
                Party(name=subject.owner, value=subject.facts.sha256),
                Party(name="pinned", value="nothing"),
            ),
            fix="`mvpsdk lock` pins every input of the handset",
        )
