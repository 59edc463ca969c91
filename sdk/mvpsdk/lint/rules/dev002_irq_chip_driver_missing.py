# SPDX-License-Identifier: Apache-2.0
"""A Linux kernel without a driver for the interrupt controller that its persona gets.

## What it does

Compares the version of the persona's virtual GIC with the drivers that are built into its Linux
kernel.

## Why is this bad?

A driver of an interrupt controller can't be a module: nothing works without it.

**On the device:** "Kernel panic - not syncing: No interrupt controller found.", before the console
is there.

## How it is decided

By the device tree's names that the kernel matches drivers with, NUL included: `arm,gic-v3` of a
GICv3, `arm,gic-400` or `arm,cortex-a15-gic` of a GICv2. Over Debian's kernels these strings agree
with the configuration each time. Only Linux kernels are looked at. Confidence: certain.

## Example

```toml
[[persona]]
kernel = "linux"        # with CONFIG_ARM_GIC_V3 only
vgic = 2
```

## Use instead

```toml
[[persona]]
kernel = "linux"
vgic = 3                # where the board has a GICv3; or a kernel with CONFIG_ARM_GIC=y
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.linux import linux_of
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "DEV002"
NAME = "irq-chip-driver-missing"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "panic: no interrupt controller found, before the console is there"

DRIVERS = {2: ("gic-v2", "CONFIG_ARM_GIC"), 3: ("gic-v3", "CONFIG_ARM_GIC_V3")}


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare the persona's GIC with the drivers in its kernel."""
    linux, partition = linux_of(subject), subject.partition
    if isinstance(linux, NotApplicable | NotChecked):
        yield linux
    elif partition is None:
        yield NotApplicable(reason="there is no plan: which GIC it gets is not known")
    else:
        driver, option = DRIVERS[partition.vgic]
        if driver not in linux.drivers.built_in:
            has = [name for name, _ in DRIVERS.values() if name in linux.drivers.built_in]
            found = " and ".join(has) or "none"
            yield Flaw(
                subject=subject.id,
                message=f"{subject.owner} has no driver for the persona's GICv{partition.vgic}"
                f" ({option}); of GICs it drives: {found}",
                parties=(
                    Party(name="driver", value=found),
                    Party(name="GIC", value=f"version {partition.vgic}"),
                ),
                fix=f"build it with {option}=y, or choose the other version by vgic",
            )
