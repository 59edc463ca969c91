# SPDX-License-Identifier: Apache-2.0
"""An image that needs what this build of the hypervisor has left out.

## What it does

Compares the features and calls that an image's note asks for with those that the hypervisor which
this handset builds for this board will offer. Versions of the vGIC are RTF003's.

## Why is this bad?

The build leaves out what no part of the handset asks for. The hypervisor refuses a pack whose
images need a feature that it lacks; a call that it lacks is answered with "not supported".

**On the device:** the hypervisor stops with reason 23 before anything starts; or a call fails that
nobody looks at, and what depends on it never comes.

## How it is decided

By the `MVPABI` block in the image, and by the same table of features that the build takes to choose
its sources. For an image alone a hypervisor with all features is meant. An image without a block:
not applicable. Confidence: certain.

## Example

```c
/* mvp_needs.h of a firmware that drives a persona's power key */
#define MVP_NEEDS_FEATURES (MVP_FEATURE_CONSOLE | MVP_FEATURE_POWER)
```

```toml
[[persona]]
name = "work"
kernel = "images/linux"
memory = "128 MiB"
```

## Use instead

```toml
[[persona]]
name = "work"
kernel = "images/linux"
memory = "128 MiB"
power = true              # brings the PL061, and the call that drives its pins
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.guest_abi import misfits_of
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.abi import Misfit
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI002"
NAME = "abi-feature-missing"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "what the image waits for never comes"

FIXES = {
    "flash": "give a persona boot firmware: rom",
    "menu": "set menu-timeout in [boot]",
    "pl031": "set rtc = true for a persona",
    "power": "set power = true for a persona",
    "smmu": "give the stream-ids of a device that the firmware owns",
    "smp": "give the firmware or a persona a CPU above 0",
    "vgic2": "set vgic = 2 for a persona",
}
"""What makes a build have a feature."""
PINS = "0xc6008006 pins"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare what an image needs with what the build will have."""
    found = misfits_of(subject)
    if isinstance(found, NotApplicable | NotChecked):
        yield found
        return
    for misfit in found:
        if misfit.kind in ("feature", "call"):
            yield _missing(subject, misfit)


def _missing(subject: ImageSubject, misfit: Misfit) -> Flaw:
    feature = "power" if misfit.needed == PINS else misfit.needed
    known = FIXES.get(feature, "a later SDK may have it: build the handset with that one")
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} needs the {misfit.kind} {misfit.needed}, which the hypervisor"
        " of this handset does not have",
        parties=(
            Party(name=f"needed {misfit.kind}", value=misfit.needed),
            Party(name="hypervisor", value="lacks it"),
        ),
        fix=f"{known}; or build the image without the need",
    )
