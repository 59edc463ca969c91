# SPDX-License-Identifier: Apache-2.0
"""A device that reaches memory by itself, and no stream id by which the SMMU would know it.

## What it does

On a board whose SMMU the hypervisor drives, looks for devices of the realtime firmware with
`dma = true` and no `stream-ids`, while another device of the firmware has some.

## Why is this bad?

The SMMU is brought up for the devices that have streams, and refuses every stream that nobody has.

**On the device:** a device that stands behind the SMMU moves no data: each transfer is refused, and
the log has a line `dma refused` with the stream's number. One that does not stand behind it is not
held back at all (MEM009).

## How it is decided

By the plan: the board's `[[iommu]]` of the kind `arm,smmu-v3` with both interrupts, and the devices
that the firmware owns. Which devices stand behind the SMMU only the board's maker knows, so a
device that does not is found, too. Confidence: likely.

## Example

```toml
[[iommu]]
name = "smmu"
compatible = "arm,smmu-v3"
base = 0x0905_0000
size = "128 KiB"
event-irq = 106
error-irq = 109

[[device]]
name = "usb"
base = 0x1000_0000
size = "64 KiB"
dma = true
stream-ids = [0x10]

[[device]]
name = "camera"
base = 0x1001_0000
size = "64 KiB"
dma = true              # iommus = <&smmu 0x18> in the vendor's tree
```

## Use instead

```toml
[[device]]
name = "camera"
base = 0x1001_0000
size = "64 KiB"
dma = true
stream-ids = [0x18]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject

CODE = "DEV005"
NAME = "stream-id-missing"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "likely"
CORE = ()
CONSEQUENCE = "the SMMU refuses each transfer of the device"


def check(subject: PlanSubject) -> Iterator[Observation]:
    """Look at the firmware's devices where the SMMU is brought up for one of them."""
    board, realtime = subject.plan.board, subject.plan.handset.realtime
    unit = board.smmu
    if unit is None or realtime is None or not board.streams(realtime.devices):
        return
    for device in filter(None, map(board.device, realtime.devices)):
        if device.dma and not device.stream_ids:
            yield Flaw(
                subject=f"realtime.devices.{device.name}",
                message=f"{device.name} {device.range} reaches memory by itself and has no"
                f" stream-ids, and {unit.name} refuses every stream that nobody has",
                parties=(
                    Party(name=device.name, value="no stream-ids"),
                    Party(name=unit.name, value=str(unit.range)),
                ),
                fix="copy the number behind the SMMU in the vendor's `iommus` to stream-ids",
            )
