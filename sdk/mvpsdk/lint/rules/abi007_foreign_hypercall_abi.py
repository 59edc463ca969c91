# SPDX-License-Identifier: Apache-2.0
"""Calls of another hypervisor.

## What it does

Looks for HVC instructions that only another hypervisor answers: those of Xen, by their immediate
0xea1, and function ids 0xc60000xx, which are of KVM.

## Why is this bad?

This hypervisor answers neither. An operating system asks first whose hypervisor it is; firmware
that was made for one of these may not.

**On the device:** the firmware waits for what never comes, or stops.

## How it is decided

By the instructions. Linux and other operating systems have such calls behind a question: not
applicable to personas. Confidence: likely.

## Example

```asm
hvc  #0xea1                   // XEN_VERSION
```

## Use instead

Build the firmware for no hypervisor, or on the runtime library of this SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.guest_abi import is_firmware
from mvpsdk.lint.model import Flaw, NotApplicable, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.code import Call
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI007"
NAME = "foreign-hypercall-abi"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "likely"
CORE = ()
CONSEQUENCE = "the call is answered with not supported: the firmware waits for another hypervisor"

XEN = 0xEA1
"""The immediate of each call of Xen on Arm (xen/include/public/arch-arm.h)."""
SERVICE, KVM = 0xBFFF_FF00, 0x8600_0000


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for calls that are none of ours."""
    code = subject.facts.code
    if code is None or not is_firmware(subject):
        yield NotApplicable(reason="it may ask whose hypervisor it is before it calls one")
        return
    for name, theirs in (("Xen", _is_xen), ("KVM", _is_kvm)):
        found = [call for call in code.calls if theirs(call)]
        if found:
            yield Flaw(
                subject=subject.id,
                message=f"{subject.owner}: {name} is called at {len(found)} places, the first"
                f" +{found[0].offset:#x}; this hypervisor answers none of them",
                parties=(
                    Party(name="image", value=name),
                    Party(name="hypervisor", value="MVP"),
                ),
                fix="build the firmware for no hypervisor, or on the SDK's runtime library",
            )


def _is_xen(call: Call) -> bool:
    return call.conduit == "hvc" and call.immediate == XEN


def _is_kvm(call: Call) -> bool:
    function = call.function or 0
    return call.conduit == "hvc" and call.immediate == 0 and function & SERVICE == KVM
