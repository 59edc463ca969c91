# SPDX-License-Identifier: Apache-2.0
"""A bundle that nothing vouches for.

## What it does

Finds a bundle without a signature.

## Why is this bad?

Who can write to the phone's flash can put another hypervisor there, and that has every guest's
memory. **On the device:** anyone can replace the hypervisor.

## How it is decided

By what the manifest says. An error under `--profile release`, else a note. This version of mvpsdk
can't sign, so every bundle of its making is unsigned: sign the file as the phone's boot loader
wants it signed, with that loader's own tools, and say `--ignore BND002`. Confidence: certain.

## Example

```text
BND002: phone.itb is unsigned
```

## Use instead

A boot chain that checks the whole file before it runs it, such as a partition under verified boot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotChecked, Party, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BundleSubject

CODE = "BND002"
NAME = "unsigned-or-test-key"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "anyone who can write to the flash can replace the hypervisor"
CORE = ()


def check(subject: BundleSubject) -> Iterator[Observation]:
    """Look at what the manifest says."""
    bundle = subject.bundle
    if not bundle.has_manifest:
        yield NotChecked(reason=f"{bundle.file} has no manifest: nothing says whether it is signed")
    elif not bundle.signed:
        yield Flaw(
            subject="bundle",
            message=f"{bundle.file} is unsigned",
            parties=(
                Party(name="signature", value="none"),
                Party(name="profile", value="release" if subject.bench.release else "dev"),
            ),
            fix="let the boot chain check the whole file, and flash it only where it does",
            severity=None if subject.bench.release else Severity.NOTE,
        )
