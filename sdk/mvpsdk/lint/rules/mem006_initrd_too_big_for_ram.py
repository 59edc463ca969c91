# SPDX-License-Identifier: Apache-2.0
"""A ramdisk that does not fit the RAM once Linux has unpacked it.

## What it does

Estimates what a persona's RAM has left for the files of its ramdisk, and compares that with what
these take.

## Why is this bad?

Linux unpacks a ramdisk into a tmpfs. A tmpfs may hold half of the RAM that is free when it is made,
which is before the packed ramdisk and much else are given back.

**On the device:** "Initramfs unpacking failed: write error" among the first messages, files missing
from then on, and a failure that has nothing to do with it: the Debian installer, with 384 MiB,
complains that it can't create files in /var.

## How it is decided

```text
files <= (RAM - page structures - kernel - packed ramdisk - CMA - 3 MiB) / 2
```

The page structures take 2 MiB for each 128 MiB of RAM that is begun (64 bytes for each page of
4 KiB); `kernel` is its image_size, `files` the content of every file in whole pages. CMA is what
the kernel keeps for devices at boot: `cma=` of the command line, else 64 MiB as in Debian's kernels
(16 or 32 MiB elsewhere), where so much is free in one piece; else nothing. With `root=` on the
command line Linux takes a ramfs, which knows no limit, so all that is left counts, CMA too. 3 MiB
for page tables and per-CPU data are measured. Sources: Linux 6.1 `init/do_mounts.c`
(`init_rootfs`), `mm/shmem.c` (`shmem_default_max_blocks`), `kernel/dma/contiguous.c`.

Tried in QEMU with Debian's 6.1 kernel: its installer's ramdisk (38 MiB, 127 MiB of files) needs 400
MiB and fails with 398; one of 60 MiB of files needs 224 and fails with 220; `cma=16M` and `root=`
both let the installer's unpack with 384. What a kernel keeps for itself differs by how it was
built. Confidence: likely.

## Example

```toml
[[persona]]
name = "work"
kernel = "linux"
ramdisk = "initrd.gz"   # the Debian installer's
memory = "384 MiB"
```

## Use instead

```toml
[[persona]]
name = "work"
kernel = "linux"
ramdisk = "initrd.gz"
memory = "448 MiB"
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party
from mvpsdk.units import BLOCK, GIB, KIB, MIB, PAGE, align_up, describe_size, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject
    from mvpsdk.plan.model import Partition

CODE = "MEM006"
NAME = "initrd-too-big-for-ram"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "likely"
CORE = ()
CONSEQUENCE = "Initramfs unpacking failed: write error; files are missing from then on"

OTHERS = 3 * MIB
"""Page tables, per-CPU data and hash tables of a kernel of one CPU, in bytes; measured."""
SECTION, SECTION_PAGES = 128 * MIB, 2 * MIB
"""What arm64's memory model is made of, and the page structures of one such piece, in bytes."""
CMA = 64 * MIB
"""What Debian's arm64 kernels keep for devices, in bytes (CONFIG_CMA_SIZE_MBYTES)."""
ROOT = re.compile(r"(?:^| )root=")
CMA_ASKED = re.compile(r"(?:^| )cma=([0-9]+)([KMG]?)", re.IGNORECASE)
UNITS = {"": 1, "K": KIB, "M": MIB, "G": GIB}


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare what the files take with what is left for them."""
    kernel, ramdisk, partition = subject.beside("kernel"), subject.contents, subject.partition
    if subject.part != "ramdisk" or kernel is None or not kernel.release:
        yield NotApplicable(reason="only a ramdisk beside a Linux kernel is unpacked by it")
    elif partition is None:
        yield NotApplicable(reason="without a plan there is no RAM to compare with")
    elif ramdisk is None or ramdisk.unpacked is None:
        yield NotChecked(reason=f"{subject.owner} is no archive, packed or not")
    elif ramdisk.unpacked > (room := _room(partition, _command_line(subject))):
        yield _flaw(subject, partition, ramdisk.unpacked, room)
    elif ramdisk.unread or ramdisk.fault:
        yield NotChecked(reason=f"{subject.owner}: {ramdisk.unread or ramdisk.fault}")


def _command_line(subject: ImageSubject) -> str:
    return subject.persona.command_line if subject.persona else ""


def _room(partition: Partition, command_line: str) -> int:
    """Return what the ramdisk's files may take, in bytes."""
    sections = -(-partition.ram.size // SECTION)
    left = partition.ram.size - sections * SECTION_PAGES - _taken(partition) - OTHERS
    if ROOT.search(command_line):
        return left
    return (left - _cma(partition, command_line)) // 2


def _taken(partition: Partition) -> int:
    """Return what kernel, packed ramdisk and device tree take until the ramdisk is unpacked."""
    return sum(align_up(image.memory, PAGE) for image in partition.images)


def _cma(partition: Partition, command_line: str) -> int:
    """Return what the kernel keeps for devices: nothing, if there is no such piece."""
    size = _wanted(command_line)
    return size if size <= _largest_gap(partition) else 0


def _wanted(command_line: str) -> int:
    asked = CMA_ASKED.search(command_line)
    return int(asked[1]) * UNITS[asked[2].upper()] if asked else CMA


def _largest_gap(partition: Partition) -> int:
    """Return the largest piece of RAM that no image takes."""
    at, largest = int(partition.ram.base), 0
    for image in sorted(partition.images, key=lambda image: image.load):
        largest = max(largest, image.load - at)
        at = image.load + image.memory
    return max(largest, partition.ram.end - at)


def _enough(files: int, partition: Partition, command_line: str) -> int:
    """Return the least RAM for these files, in bytes; with so much there is room for the CMA."""
    net = _taken(partition) + OTHERS + files
    if not ROOT.search(command_line):
        net += files + _wanted(command_line)
    return align_up(net + -(-net // (SECTION - SECTION_PAGES)) * SECTION_PAGES, BLOCK)


def _flaw(subject: ImageSubject, partition: Partition, files: int, room: int) -> Flaw:
    enough = _enough(files, partition, _command_line(subject))
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} unpacks to {describe_size(files)}; with"
        f" {describe_size(partition.ram.size)} of RAM there is room for"
        f" {describe_size(max(room, 0))}",
        parties=(
            Party(name="files of the ramdisk", value=f"{files:#x}"),
            Party(name="room", value=f"{max(room, 0):#x}"),
        ),
        fix=f'memory = "{format_size(enough)}", or make the ramdisk smaller',
    )
