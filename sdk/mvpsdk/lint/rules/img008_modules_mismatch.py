# SPDX-License-Identifier: Apache-2.0
"""A ramdisk whose modules are made for another kernel.

## What it does

Compares the release in the kernel's banner with the releases that the ramdisk's modules are made
for: by their folder, `/lib/modules/RELEASE`, and by their own `vermagic`.

## Why is this bad?

Linux looks for modules in the folder of its own release, and refuses one with another vermagic.

**On the device:** no module loads, so there is no driver for the root device: the boot ends in the
ramdisk.

## How it is decided

The ramdisk is unpacked, as far as its packing is gzip, xz, lzma, bzip2 or zstd. Modules of other
kernels beside those of the right one do no harm. A kernel without a banner is no Linux: not
applicable. Confidence: certain.

## Example

```text
linux        Linux version 6.1.0-47-arm64
initrd.gz    lib/modules/6.1.0-50-arm64: 842 modules
```

## Use instead

Take kernel and ramdisk from one build: of Debian's installer, both files of one folder, and
`mvpsdk lock` then pins both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.contents import Contents, Modules
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG008"
NAME = "modules-mismatch"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "no module loads, no root device: the boot ends in the ramdisk"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare the modules' releases with the kernel's."""
    kernel, ramdisk = subject.beside("kernel"), subject.contents
    if subject.part != "ramdisk" or kernel is None or not kernel.release:
        yield NotApplicable(reason="only a ramdisk beside a Linux kernel has modules for it")
    elif ramdisk is None:
        yield NotChecked(reason=f"{subject.owner} is no archive, packed or not")
    elif ramdisk.modules and not any(_fits(each, kernel) for each in ramdisk.modules):
        yield _flaw(subject, ramdisk, kernel.release)
    elif ramdisk.unread or ramdisk.fault:
        yield NotChecked(reason=f"{subject.owner}: {ramdisk.unread or ramdisk.fault}")


def _fits(modules: Modules, kernel: Contents) -> bool:
    return modules.folder == kernel.release and modules.magic in ("", kernel.release)


def _flaw(subject: ImageSubject, ramdisk: Contents, release: str) -> Flaw:
    count = sum(each.count for each in ramdisk.modules)
    others = {each.folder for each in ramdisk.modules} | {each.magic for each in ramdisk.modules}
    found = ", ".join(sorted(others - {"", release}))
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}: its modules ({count}) are for {found}, the kernel is {release}",
        parties=(Party(name="modules", value=found), Party(name="kernel", value=release)),
        fix="take the ramdisk that was built with this kernel",
    )
