# SPDX-License-Identifier: Apache-2.0
"""A Linux kernel that will find no root file system.

## What it does

Looks whether a persona's Linux kernel has a ramdisk that it can unpack and start from, and whether
its command line names a root device. A persona has no block device: its root is its ramdisk.

## Why is this bad?

A kernel without a root panics, and one that waits for a device that never comes waits for ever.

**On the device:** "VFS: Unable to mount root fs", and the persona starts over and over; or a shell
of the ramdisk's that says that it gives up waiting for the root device.

## How it is decided

By the kernel's configuration, if it is known (from the kernel itself, or the persona's
`kernel-config`): a kernel without `CONFIG_BLK_DEV_INITRD` or the ramdisk's packing
(`CONFIG_RD_XZ`, …) ignores the ramdisk, and one without `CONFIG_INITRAMFS_SOURCE` has none of its
own: then it is certain. Without the configuration, a kernel without a ramdisk, or with one that has
no `/init`, is likely to panic, and that is a warning; so is a `root=` that names a block device
beside a ramdisk that may not heed it. Only Linux kernels are looked at. Confidence: certain with
the configuration; likely without.

## Example

```toml
[[persona]]
name = "work"
kernel = "linux"
command-line = "root=/dev/vda1"
```

## Use instead

```toml
[[persona]]
name = "work"
kernel = "linux"
ramdisk = "initrd.gz"
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.lint.linux import linux_of
from mvpsdk.lint.model import Confidence, Flaw, NotApplicable, NotChecked, Party, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.linux import Linux
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "DEV001"
NAME = "root-driver-missing"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "VFS: Unable to mount root fs: the persona panics, and starts over and over"

PACKING = {
    "gzip": "RD_GZIP",
    "bzip2": "RD_BZIP2",
    "lzma": "RD_LZMA",
    "xz": "RD_XZ",
    "lzo": "RD_LZO",
    "lz4": "RD_LZ4",
    "lz4-legacy": "RD_LZ4",
    "zstd": "RD_ZSTD",
}
"""By a ramdisk's format: the option without which Linux can't unpack it (usr/Kconfig)."""
ROOT = re.compile(r"(?:^| )root=((?!/dev/(?:ram|nfs|root))\S+)")
RDINIT = re.compile(r"(?:^| )rdinit=")
REPACK = ", or pack the ramdisk as it can"
WAITS = "the ramdisk waits for the root device for ever, unless it does not heed root="


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for the ramdisk, then for what the kernel makes of it."""
    linux = linux_of(subject)
    if isinstance(linux, NotApplicable | NotChecked):
        yield linux
        return
    if linux.ramdisk is None:
        yield from _no_root(subject, linux, "there is no ramdisk", "add a ramdisk")
    else:
        yield from _ignored(subject, linux, linux.ramdisk.format)
    if linux.unsure:
        yield NotChecked(reason=linux.unsure)


def _ignored(subject: ImageSubject, linux: Linux, packing: str) -> Iterator[Observation]:
    needed = [option for option in ("BLK_DEV_INITRD", PACKING.get(packing)) if option]
    missing = [option for option in needed if linux.lacks(option)]
    inside, root = linux.inside, ROOT.search(linux.whole_command_line)
    if missing:
        option = f"CONFIG_{missing[0]}"
        yield _flaw(
            subject,
            f"is built without {option} and can't unpack its ramdisk ({packing})",
            (f"{packing} ramdisk", f"{option} is not set"),
            f"build the kernel with {option}=y" + ("" if needed[0] in missing else REPACK),
        )
    elif _without_init(linux):
        what = "its ramdisk has no /init"
        yield from _no_root(subject, linux, what, "put an /init into the ramdisk")
    elif root:
        yield _flaw(
            subject,
            f"looks for its root at {root[1]}, and a persona has no block device",
            ("none", f"root={root[1]}"),
            "take root= out of command-line: the root is the ramdisk",
            sure=False,
            consequence=WAITS,
        )
    elif inside is None or inside.unread or inside.fault:
        why = (inside and (inside.unread or inside.fault)) or f"it can't be opened ({packing})"
        yield NotChecked(reason=f"what the ramdisk starts: {why}")


def _without_init(linux: Linux) -> bool:
    """Whether a ramdisk was read to its end and has no /init; `rdinit=` may name another."""
    inside = linux.inside
    if inside is None or inside.unread or inside.fault or inside.unpacked is None:
        return False
    return not inside.has_init and not RDINIT.search(linux.whole_command_line)


def _no_root(subject: ImageSubject, linux: Linux, what: str, fix: str) -> Iterator[Observation]:
    own = linux.options.get("INITRAMFS_SOURCE", "")
    if own not in ("", "n"):
        return
    yield _flaw(
        subject,
        f"has no root: {what}, and a persona has no block device",
        (what, "none that it could take instead"),
        fix,
        sure=bool(linux.options),
    )


def _flaw(
    subject: ImageSubject,
    what: str,
    sides: tuple[str, str],
    fix: str,
    *,
    sure: bool = True,
    consequence: str = "",
) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} {what}",
        parties=(Party(name="root", value=sides[0]), Party(name="kernel", value=sides[1])),
        fix=fix,
        severity=None if sure else Severity.WARNING,
        confidence=None if sure else Confidence.LIKELY,
        consequence=consequence,
    )
