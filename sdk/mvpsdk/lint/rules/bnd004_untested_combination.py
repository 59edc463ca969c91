# SPDX-License-Identifier: Apache-2.0
"""A bundle whose hypervisor and pack were not made for each other.

## What it does

Compares the core sources that the hypervisor in a bundle was built from with those that the pack
was made for, and asks this SDK's hypervisor whether it would take the pack: its format, the guest
ABI that it needs, its feature bits.

## Why is this bad?

Somebody put the pack of one bundle beside the hypervisor of another; nobody has ever booted the two
together. **On the device:** the hypervisor refuses the pack, and the first boot in the field is the
test.

## How it is decided

By the fingerprints in the manifest and in the pack, and by the core's own check of the pack's
metadata. A hypervisor of another version may know formats that this SDK does not: take the SDK of
that version. Confidence: certain.

## Example

```text
BND004: the hypervisor was built from 1f4c…, the pack was made for 9a02…
```

## Use instead

One bundle, made in one run of `mvpsdk bundle`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BundleSubject

CODE = "BND004"
NAME = "untested-combination"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "the hypervisor refuses the pack: the first boot in the field is the test"
CORE = (
    "MVP_PACK_FORMAT",
    "MVP_PACK_FINGERPRINT",
    "MVP_PACK_ABI",
    "MVP_PACK_FEATURE",
)
FIX = "make both in one run: `mvpsdk bundle`"


def check(subject: BundleSubject) -> Iterator[Observation]:
    """Compare both fingerprints; ask the hypervisor about the pack."""
    bundle = subject.bundle
    if bundle.reason and f"MVP_{bundle.reason.name}" in CORE:
        yield Flaw(
            subject="bundle",
            message=f"this SDK's hypervisor refuses the pack: {bundle.reason.text}",
            parties=(
                Party(name="pack", value=bundle.reason.text),
                Party(name="needed", value="as this SDK makes it"),
            ),
            fix=FIX,
        )
    elif not bundle.fingerprint or not bundle.made_for:
        yield NotChecked(reason=f"{bundle.file} does not say what its parts were built from")
    elif bundle.fingerprint != bundle.made_for:
        built, made = bundle.fingerprint, bundle.made_for
        yield Flaw(
            subject="bundle",
            message=f"the hypervisor was built from {built}, the pack was made for {made}",
            parties=(Party(name="hypervisor", value=built), Party(name="pack", value=made)),
            fix=FIX,
        )
