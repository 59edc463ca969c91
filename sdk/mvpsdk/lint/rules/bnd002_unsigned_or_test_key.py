# SPDX-License-Identifier: Apache-2.0
"""A bundle that nothing vouches for.

## What it does

Finds a bundle without a signature.

## Why is this bad?

Who can write to the phone's flash can put another hypervisor there, and that has every guest's
memory. **On the device:** anyone can replace the hypervisor.

## How it is decided

By what the manifest says. An error under `--profile release`, else a note. Whether a signature is
right, and by whom, is for `mvpsdk verify` to say, which has the public keys. Confidence: certain.

## Example

```text
BND002: phone.itb is unsigned
```

## Use instead

`mvpsdk bundle --sign KEY`, or `mvpsdk sign` for a bundle that is there already.
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
            fix="sign it: `mvpsdk sign`, or `mvpsdk bundle --sign KEY`",
            severity=None if subject.bench.release else Severity.NOTE,
        )
