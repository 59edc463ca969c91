# SPDX-License-Identifier: Apache-2.0
"""A device that reaches memory by itself, in hands that it isn't meant for.

## What it does

Looks for devices with `dma = true` that a partition owns and no IOMMU holds back: nothing
translates or confines their addresses.

## Why is this bad?

A device uses physical addresses. If the partition's RAM stands elsewhere than it believes, each
buffer address that its driver writes into the device is someone else's memory.

**On the device:** the device writes into another guest, or into the hypervisor (error). Where
guest addresses are physical ones (`map = "direct"`), it works, but nothing stops firmware that is
wrong or hostile: its partition is as privileged as the device (note).

## How it is decided

By the plan: a device window of a partition that holds a device with `dma = true`, and whether the
partition's RAM has IPA = PA. A device is held back if it has `stream-ids` and the board one
`[[iommu]]` of the kind `arm,smmu-v3`, with `event-irq` and `error-irq`: the hypervisor then gives
its streams the firmware's own stage-2 tables. IOMMUs of other kinds are not driven, nor are several
of that kind. Confidence: certain.

## Example

```toml
[realtime]
memory = "8 MiB"
map = "virtual"         # a later version's: refused today
devices = ["usb"]       # dma = true in the board file
```

## Use instead

Leave the map direct, have the SMMU hold the device back, or let the firmware use one that is served
by programmed I/O:

```toml
[realtime]
memory = "8 MiB"
map = "direct"
devices = ["usb"]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, Party, Severity
from mvpsdk.units import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.board.model import Device
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject
    from mvpsdk.plan.model import Partition

CODE = "MEM009"
NAME = "dma-without-iommu"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the device writes into another guest"

ACCEPT = "give the device to nobody, or accept that its owner can reach all memory"
PRIVILEGED = "it works, and firmware that is wrong or hostile reaches every guest's memory"


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Look at each device that reaches memory, and at the RAM of who owns it."""
    board = subject.plan.board
    masters = [each for each in board.devices if each.dma and not board.streams([each.name])]
    for partition in subject.plan.partitions:
        for device in _owned(partition, masters):
            key = "realtime" if partition.kind == "realtime" else f"persona.{partition.name}"
            yield _flaw(f"{key}.devices.{device.name}", device, partition)


def _owned(partition: Partition, devices: Sequence[Device]) -> Iterator[Device]:
    """Yield the devices whose registers a partition reaches."""
    windows = [
        Range(region.pa, region.ipa.size)
        for region in partition.regions
        if region.kind == "device" and region.pa is not None
    ]
    for device in devices:
        if any(window.overlaps(device.range) for window in windows):
            yield device


def _flaw(key: str, device: Device, partition: Partition) -> Flaw:
    direct = int(partition.ram.base) == int(partition.ram_pa)
    ram = f'RAM of "{partition.name}"'
    where = f"IPA {partition.ram.base:#x} is PA {partition.ram_pa:#x}"
    return Flaw(
        subject=key,
        message=f"{device.name} {device.range} reaches memory by itself, no IOMMU holds it"
        f" back, and in {ram} {where}",
        parties=(Party(name=device.name, value=str(device.range)), Party(name=ram, value=where)),
        fix=ACCEPT if direct else 'map = "direct", so that guest addresses are physical ones',
        severity=Severity.NOTE if direct else None,
        consequence=PRIVILEGED if direct else "",
    )
