# SPDX-License-Identifier: Apache-2.0
"""A rollback index that goes down, or of which a bundle says two things.

## What it does

Compares the rollback index of a bundle with that of the bundle before it, which `--previous` names;
and what the manifest says of it with what the container's tree and the pack say.

## Why is this bad?

The index only ever grows: a phone that has seen a higher one takes the lower one for an attempt to
bring an old fault back. The boot loader reads it from the tree, the hypervisor from the pack, the
flasher from the manifest. **On the device:** it refuses the update; a cable is the only way out.

## How it is decided

By the two manifests, if both are for the same handset and board; without `--previous` a bundle is
compared with itself alone. Confidence: certain.

## Example

```toml
[handset]
name = "acme-one"
version = "1.5.0"
boards = ["qemu-virt"]
rollback-index = 4
```

## Use instead

```toml
[handset]
name = "acme-one"
version = "1.5.0"
boards = ["qemu-virt"]
rollback-index = 6
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import BundleSubject

CODE = "BND003"
NAME = "rollback-index"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "the phone refuses the update; a cable is the only way out"
CORE = ()


def check(subject: BundleSubject) -> Iterator[Observation]:
    """Compare with the bundle before, and within."""
    new, old = subject.bundle, subject.bench.previous
    if new.indexes:
        yield Flaw(
            subject="bundle",
            message=f"{new.file} has several rollback indexes: {new.indexes}",
            parties=(
                Party(name="manifest", value=str(new.rollback_index)),
                Party(name="found", value=new.indexes),
            ),
            fix="make it anew, in one run: `mvpsdk bundle`",
        )
    if old is None:
        yield NotApplicable(reason="no bundle before it was named: --previous BUNDLE")
    elif not new.has_manifest or not old.has_manifest:
        bare = old.file if new.has_manifest else new.file
        yield NotChecked(reason=f"{bare} has no manifest: nothing says its rollback index")
    elif (new.handset, new.board) != (old.handset, old.board):
        what = f"{old.handset} on {old.board}, this one for {new.handset} on {new.board}"
        yield NotApplicable(reason=f"{old.file} is for {what}")
    elif new.rollback_index < old.rollback_index:
        yield Flaw(
            subject="bundle",
            message=(
                f"{new.file} has rollback index {new.rollback_index}, {old.file} before it has"
                f" {old.rollback_index}"
            ),
            parties=(
                Party(name=new.file, value=str(new.rollback_index)),
                Party(name=old.file, value=str(old.rollback_index)),
            ),
            fix=f"rollback-index = {old.rollback_index} or more in [handset], then `mvpsdk bundle`",
        )
