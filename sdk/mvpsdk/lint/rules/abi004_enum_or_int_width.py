# SPDX-License-Identifier: Apache-2.0
"""An enum or an integer that is wider or narrower in the image.

## What it does

Compares the sizes of the enums of `include/mvp/abi.h`, and of the integers and enums in its
structs, as the image was compiled and as the hypervisor is.

## Why is this bad?

Compiler options change them, not only the source: `-fshort-enums` makes an enum one byte, and is
the default of some bare-metal toolchains.

**On the device:** a state is read together with its neighbours, or half of a number is lost.

## How it is decided

As for ABI003, by the image's debug information. Confidence: certain.

## Example

```text
aarch64-none-elf-gcc -fshort-enums -c telephony.c
```

## Use instead

Leave `-fshort-enums` out, and `__attribute__((packed))` away from what `abi.h` declares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.guest_abi import breaks_of
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI004"
NAME = "enum-or-int-width"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "a field is read together with its neighbours"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare the widths of what both sides share."""
    found = breaks_of(subject)
    if isinstance(found, NotApplicable | NotChecked):
        yield found
        return
    for change in found:
        if change.is_width:
            yield Flaw(
                subject=subject.id,
                message=f"{subject.owner}: {change.what} is {change.before} in the image,"
                f" {change.after} in the hypervisor",
                parties=(
                    Party(name=f"{change.what} of the image", value=change.before),
                    Party(name="of the hypervisor", value=change.after),
                ),
                fix="drop -fshort-enums, and take abi.h as the SDK has it",
            )
