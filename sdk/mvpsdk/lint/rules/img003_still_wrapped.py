# SPDX-License-Identifier: Apache-2.0
"""An image that is still inside another format.

## What it does

Looks for kernels and firmware that are compressed, or in a container of a boot loader: gzip, xz,
zstd, lz4, uImage, FIT, Android boot image, EFI zboot, and kernels and roms as ELF files; and for
ramdisks inside a boot loader's container. A compressed ramdisk is as it should be: the kernel
unpacks it.

## Why is this bad?

Some boot loaders unpack a kernel; the hypervisor enters what it is given.

**On the device:** the processor runs a gzip header. Nothing is printed.

## How it is decided

By the first bytes of the file. Confidence: certain. Of an image that is linted alone nobody knows
what it is for: a compressed one is a warning then, since it may be a ramdisk.

## Example

```toml
[[persona]]
kernel = "vmlinuz.gz"
```

## Use instead

```toml
[[persona]]
kernel = "vmlinux.bin"  # gunzip < vmlinuz.gz > vmlinux.bin
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.image import WRAPPERS
from mvpsdk.lint.model import Flaw, NotApplicable, Party, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "IMG003"
NAME = "still-wrapped"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "the processor runs a header as if it were code; nothing is printed"

COMPRESSED = frozenset({"gzip", "xz", "zstd", "lz4", "lz4-legacy", "bzip2", "lzma", "lzo"})

UNPACK = {
    "gzip": "unpack it: gunzip < {file} > Image",
    "xz": "unpack it: xz --decompress --stdout {file} > Image",
    "zstd": "unpack it: zstd --decompress --stdout {file} > Image",
    "elf": "make it flat: objcopy -O binary {file} Image",
}


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Compare the format with those that can be used as they are."""
    kind, part = subject.facts.format, subject.part
    if kind == "elf" and part in ("kernel", "rom"):
        yield _flaw(subject, f"an ELF file; a {part} is started as a flat image")
    elif part == "vars":
        yield NotApplicable(reason="what firmware remembers in flash is data")
    elif part == "ramdisk":
        if kind in WRAPPERS - COMPRESSED:
            yield _flaw(subject, f"a ramdisk inside another format ({kind})")
    elif kind in WRAPPERS and not part and kind in COMPRESSED:
        yield _flaw(subject, f"compressed ({kind}): good for a ramdisk only", Severity.WARNING)
    elif kind in WRAPPERS:
        yield _flaw(subject, f"still wrapped ({kind}); a CPU can't run it")


def _flaw(subject: ImageSubject, what: str, severity: Severity | None = None) -> Flaw:
    kind = subject.facts.format
    fix = UNPACK.get(kind, "take the image out of its container, and name that")
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} is {what}",
        parties=(
            Party(name=subject.owner, value=kind),
            Party(name="usable as it is", value=_usable(subject.part)),
        ),
        fix=fix.format(file=subject.facts.path.name),
        severity=severity,
        consequence="the kernel finds no root file system" if subject.part == "ramdisk" else "",
    )


def _usable(part: str) -> str:
    usable = {"ramdisk": "cpio, compressed or not", "realtime": "elf", "rom": "a flat binary"}
    return usable.get(part, "arm64-image")
