# SPDX-License-Identifier: Apache-2.0
"""A bundle that nothing vouches for, or a key that everybody has.

## What it does

Finds a bundle without a signature, one that says it is signed and is not, and one that the
published test keys signed.

## Why is this bad?

Who can write to the phone's flash can put another hypervisor there, and that has every guest's
memory. The private half of a test key comes with this SDK. **On the device:** anyone can replace
the hypervisor.

## How it is decided

By the manifest, the digest of the container's tree in it, and the ids of the test keys. An unsigned
bundle and a test key are errors under `--profile release`, else notes; a signature that proves
nothing is always an error. Whether one by another key is right is for `mvpsdk verify` to say, which
is given the public keys. Confidence: certain.

## Example

```text
BND002: phone.itb is signed by MVP TEST KEY 1
```

## Use instead

`mvpsdk bundle --sign KEY`, or `mvpsdk sign` for a bundle that is there already, with keys of your
own: `mvpsdk keys new` makes some.
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


TEST_KEY = "MVP TEST KEY 1"
SIGN = "sign it: `mvpsdk sign`, or `mvpsdk bundle --sign KEY`"


def check(subject: BundleSubject) -> Iterator[Observation]:
    """Look at what the manifest says, and at whether that is so."""
    bundle = subject.bundle
    profile = Party(name="profile", value="release" if subject.bench.release else "dev")
    mild = None if subject.bench.release else Severity.NOTE
    if not bundle.has_manifest:
        yield NotChecked(reason=f"{bundle.file} has no manifest: nothing says whether it is signed")
    elif not bundle.signed:
        yield Flaw(
            subject="bundle",
            message=f"{bundle.file} is unsigned",
            parties=(Party(name="signature", value="none"), profile),
            fix=SIGN,
            severity=mild,
        )
    elif bundle.unproven:
        for why in bundle.unproven:
            yield Flaw(
                subject="bundle",
                message=f"{bundle.file} says that it is signed, which proves nothing: {why}",
                parties=(Party(name="manifest", value="signed"), Party(name="found", value=why)),
                fix=SIGN,
            )
    elif bundle.test_keys:
        yield Flaw(
            subject="bundle",
            message=f"{bundle.file} is signed by {TEST_KEY}, which everybody has",
            parties=(Party(name="key", value=TEST_KEY), profile),
            fix="sign it with keys of your own: `mvpsdk keys new` makes some",
            severity=mild,
        )
