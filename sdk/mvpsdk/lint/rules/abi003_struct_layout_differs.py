# SPDX-License-Identifier: Apache-2.0
"""A struct that the image lays out in another way than the hypervisor.

## What it does

Compares every struct of `include/mvp/abi.h`, member by member, as the image was compiled with it
and as the hypervisor is.

## Why is this bad?

Both sides read the same bytes. Nothing else notices: where two members have changed places, even
the size is the same.

**On the device:** an address is taken for a size: a refusal, or the wrong memory written.

## How it is decided

By the image's own debug information: DWARF in an ELF file, BTF in a stripped kernel. Without any,
the digest in its ABI note says which released version its layouts are of. Places, sizes and types
of members and values of enumerators are compared; what has only grown by new values is no finding.
Widths of integers and enums are ABI004's. Confidence: certain.

## Example

```c
struct mvp_abi_note {
    uint64_t magic;
    uint8_t role; /* moved before the size by a well-meant clean-up */
    uint16_t size;
```

## Use instead

Take the header from the SDK that builds the hypervisor, and change nothing in it. `mvpsdk abi diff`
shows what differs between two headers, or between a header and an image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.guest_abi import breaks_of
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI003"
NAME = "struct-layout-differs"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "fields are read from where others stand"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare places, sizes and values of what both sides share."""
    found = breaks_of(subject)
    if isinstance(found, NotApplicable | NotChecked):
        yield found
        return
    for change in found:
        if not change.is_width:
            yield Flaw(
                subject=subject.id,
                message=f"{subject.owner}: {change.what}: {change.aspect} is"
                f" {change.before or 'nothing'} in the image,"
                f" {change.after or 'nothing'} in the hypervisor",
                parties=(
                    Party(name=f"{change.what} of the image", value=change.before),
                    Party(name="of the hypervisor", value=change.after),
                ),
                fix="build the image with the abi.h of this SDK, unchanged",
            )
