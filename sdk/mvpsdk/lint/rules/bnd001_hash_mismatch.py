# SPDX-License-Identifier: Apache-2.0
"""A bundle whose bytes are not what it says they are.

## What it does

Digests every part of a bundle and every image of its pack, and compares them with what stands
beside them in the container and in the manifest; and hands the pack's metadata to the function that
will judge them at boot.

## Why is this bad?

The file was cut short, damaged on its way, or put together out of two. **On the device:** the
hypervisor refuses the pack, or the phone boots a mix that nobody has tested.

## How it is decided

By SHA-256. That an image's digest is wrong is what the board finds as well, when it starts the
partition. A container without a manifest says less of itself: not checked. Confidence: certain.

## Example

```text
BND001: part pack is 2f1c…, the manifest says 90aa…
```

## Use instead

Copy the file again; or make it anew by `mvpsdk bundle`, and let nothing change it afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.delivery import Delivered
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BundleSubject

CODE = "BND001"
NAME = "hash-mismatch"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "the hypervisor refuses the pack, or the phone boots a mix"
CORE = (
    "MVP_PACK_NOT_FOUND",
    "MVP_PACK_TRUNCATED",
    "MVP_PACK_CHECKSUM",
    "MVP_PACK_TABLE",
    "MVP_RUN_IMAGE_DIGEST",
)
FIX = "copy the file again, or make it anew: `mvpsdk bundle`"


def check(subject: BundleSubject) -> Iterator[Observation]:
    """Compare every digest; ask the hypervisor about the pack."""
    bundle = subject.bundle
    for part in bundle.parts:
        yield from _compare(part)
    for name in bundle.missing:
        yield _flaw(f"the manifest names {name}, which is not there", (name, "in the manifest"))
    if bundle.reason and f"MVP_{bundle.reason.name}" in CORE:
        yield _flaw(f"the hypervisor refuses the pack: {bundle.reason.text}", ("pack", "refused"))
    if not bundle.has_manifest:
        yield NotChecked(reason=f"{bundle.file} has no manifest: nothing says what it should hold")


def _compare(part: Delivered) -> Iterator[Observation]:
    for whose, digest in (("the container", part.expected), ("the manifest", part.told)):
        if digest and digest != part.found:
            message = f"{part.name} has SHA-256 {part.found}, {whose} says {digest}"
            yield _flaw(message, (part.name, part.found), (whose, digest))


def _flaw(
    message: str, this: tuple[str, str], that: tuple[str, str] = ("needed", "whole, as made")
) -> Flaw:
    parties = tuple(Party(name=name, value=value) for name, value in (this, that))
    return Flaw(subject="bundle", message=message, parties=parties, fix=FIX)
