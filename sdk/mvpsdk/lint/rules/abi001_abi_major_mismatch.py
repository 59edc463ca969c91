# SPDX-License-Identifier: Apache-2.0
"""An image made for another guest ABI.

## What it does

Compares the version of the ABI in an image's note with that of the hypervisor.

## Why is this bad?

A number keeps its meaning within a major version alone, and what a minor version added the one
before does not have. The hypervisor refuses a pack whose images need what it doesn't have.

**On the device:** the hypervisor stops with reason 22 before anything starts; or, where the note
was lost on the way, the first calls fail or do something else.

## How it is decided

By the `MVPABI` block that the runtime library puts into each image (`include/mvp/abi.h`) and the
version of the core that this SDK builds. An image without one: not applicable. Confidence: certain.

## Example

```text
$ mvpsdk abi show firmware.elf
  ABI       2.0
```

## Use instead

Build the image with the runtime library of this SDK: `realtime.source` does it, and so does the
skeleton of `mvpsdk new-handset`. Or build the handset with the SDK that the image was made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.guest_abi import misfits_of
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI001"
NAME = "abi-major-mismatch"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "its calls fail, or mean something else"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare an image's version of the ABI with the hypervisor's."""
    found = misfits_of(subject)
    if isinstance(found, NotApplicable | NotChecked):
        yield found
        return
    for misfit in found:
        if misfit.kind == "version":
            yield Flaw(
                subject=subject.id,
                message=f"{subject.owner} was built for ABI {misfit.needed},"
                f" the hypervisor provides {misfit.offered}",
                parties=(
                    Party(name="image", value=misfit.needed),
                    Party(name="hypervisor", value=misfit.offered),
                ),
                fix="build it with the runtime library of this SDK, or use the SDK of its headers",
            )
