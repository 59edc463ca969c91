# SPDX-License-Identifier: Apache-2.0
"""A device of the persona's that its Linux kernel has no driver for.

## What it does

Looks for the drivers of what the virtual handset offers beside the interrupt controller and the
console: PSCI, the timer, the clock (`rtc`), the power key and the ring line (`power`).

## Why is this bad?

A device without a driver is not there. Android's generic kernel, for one, has no driver for the
PL061 at which the power key and the ring line are.

**On the device:** the persona boots, but knows no date; or it can't be woken by a call; or its
other cores stay off.

## How it is decided

By the device tree's names and the drivers' names that are built into the kernel, and by the names
of the modules in the ramdisk; there is no other place for modules. Only Linux kernels are looked
at. Confidence: likely.

## Example

```toml
[[persona]]
kernel = "Image"        # Android's generic kernel: without CONFIG_GPIO_PL061
power = true
```

## Use instead

A ramdisk with the module `gpio-pl061`, or a kernel with `CONFIG_GPIO_PL061=y`; or a persona without
`power`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.lint.linux import linux_of
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "DEV008"
NAME = "device-without-driver"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "likely"
CORE = ()
CONSEQUENCE = "the device is not there for the persona"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Offer:
    """A device that a persona has."""

    probe: str
    what: str
    option: str
    module: str  # "": it can't be one
    key: str  # of the persona; "": each persona has it
    comes: str  # what one would see without a driver


OFFERS = (
    _Offer(
        probe="psci",
        what="PSCI",
        option="CONFIG_ARM_PSCI_FW",
        module="",
        key="",
        comes="the other cores stay off, and it neither powers off nor restarts",
    ),
    _Offer(
        probe="timer",
        what="the generic timer",
        option="CONFIG_ARM_ARCH_TIMER",
        module="",
        key="",
        comes="no tick: it hangs before the console is there",
    ),
    _Offer(
        probe="pl031",
        what="its clock, a PL031",
        option="CONFIG_RTC_DRV_PL031",
        module="rtc_pl031",
        key="rtc",
        comes="it starts in 1970",
    ),
    _Offer(
        probe="pl061",
        what="the PL061 of the power key and the ring line",
        option="CONFIG_GPIO_PL061",
        module="gpio_pl061",
        key="power",
        comes="the power key does nothing, and a call does not wake it",
    ),
    _Offer(
        probe="gpio-keys",
        what="the power key and the ring line (gpio-keys)",
        option="CONFIG_KEYBOARD_GPIO",
        module="gpio_keys",
        key="power",
        comes="the power key does nothing, and a call does not wake it",
    ),
)


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for a driver of each device that the persona has."""
    linux, persona = linux_of(subject), subject.persona
    if isinstance(linux, NotApplicable | NotChecked):
        yield linux
        return
    unread = linux.ramdisk is not None and (linux.inside is None or linux.inside.unread)
    for offer in OFFERS:
        if offer.key and not getattr(persona, offer.key):
            continue
        if linux.drives(offer.probe, offer.module):
            continue
        if unread and offer.module:
            yield NotChecked(reason=f"{offer.what}: the ramdisk may have the module, can't be read")
        else:
            yield _flaw(subject, offer)


def _flaw(subject: ImageSubject, offer: _Offer) -> Flaw:
    way = f"build it with {offer.option}=y"
    if offer.module:
        way += f", put the module {offer.module} into the ramdisk, or write {offer.key} = false"
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} has no driver for {offer.what}, nor has its ramdisk",
        parties=(
            Party(name="driver", value=f"no {offer.option}"),
            Party(name="persona", value=offer.what),
        ),
        fix=way,
        consequence=offer.comes,
        severity=Severity.NOTE if offer.key == "rtc" else None,
    )
