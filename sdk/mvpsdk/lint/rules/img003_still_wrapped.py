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

By the first bytes of the file; what is inside is told as far as it can be unpacked. Confidence:
certain. Of an image that is linted alone nobody knows what it is for: a compressed one is a warning
then, since it may be a ramdisk.

## Example

```toml
[[persona]]
kernel = "vmlinuz.gz"
```

## Use instead

```toml
[[persona]]
kernel = "images/payload"  # mvpsdk extract vmlinuz.gz payload -o images
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.image import WRAPPERS
from mvpsdk.image.decoders import COMPRESSED
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

WANTED = {"ramdisk": ("ramdisk",), "": ("kernel", "payload", "firmware", "program")}

UNPACK = {
    "gzip": "unpack it: gunzip < {file} > Image",
    "xz": "unpack it: xz --decompress --stdout {file} > Image",
    "zstd": "unpack it: zstd --decompress --stdout {file} > Image",
    "android-sparse": "make it whole: simg2img {file} whole.img",
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
            yield _flaw(subject, f"a ramdisk inside another format ({_inside(subject)})")
    elif kind in WRAPPERS and not part and kind in COMPRESSED:
        what = f"compressed ({_inside(subject)}): good for a ramdisk only"
        yield _flaw(subject, what, Severity.WARNING)
    elif kind in WRAPPERS:
        yield _flaw(subject, f"still wrapped ({_inside(subject)}); a CPU can't run it")


def _flaw(subject: ImageSubject, what: str, severity: Severity | None = None) -> Flaw:
    kind = subject.facts.format
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner} is {what}",
        parties=(
            Party(name=subject.owner, value=kind),
            Party(name="usable as it is", value=_usable(subject.part)),
        ),
        fix=_fix(subject),
        severity=severity,
        consequence="the kernel finds no root file system" if subject.part == "ramdisk" else "",
    )


def _inside(subject: ImageSubject) -> str:
    """What the container is and what its parts are, as far as they could be opened."""
    facts = subject.facts
    container, inside = facts.container, facts.inside
    if not container or not container.parts:
        return container.kind if container else facts.format
    release = inside.contents.release if inside and inside.contents else ""
    told, alone = [], facts.format in COMPRESSED
    for part in container.parts:
        holds = f"{part.format} that holds {part.holds}" if part.holds else part.format
        linux = f", Linux {release}" if release and part.kind in WANTED[""] else ""
        told.append(holds + linux if alone else f"{part.name}: {holds}{linux}")
    return "; ".join(told) if alone else f"{container.kind}: {'; '.join(told)}"


def _fix(subject: ImageSubject) -> str:
    """Name the command that takes out what is wanted here."""
    facts, file = subject.facts, subject.facts.path.name
    wanted = WANTED["ramdisk" if subject.part == "ramdisk" else ""]
    parts = facts.container.parts if facts.container else ()
    names = [part.name for part in parts if part.kind in wanted and part.format != "lzo"]
    if not names:
        other = "take the image out of its container, and name that"
        return UNPACK.get(facts.format, other).format(file=file)
    if subject.part != "ramdisk":
        return f"mvpsdk extract {file} {names[0]} -o images; then name images/{names[0]}"
    if len(names) == 1:
        return f"mvpsdk extract {file} {names[0]} -o images; then name images/{names[0]}"
    row = " ".join(f"images/{name}" for name in names)
    take = f"mvpsdk extract {file} {' '.join(names)} -o images"
    return f"{take}; Linux takes them in a row: cat {row} > images/initrd"


def _usable(part: str) -> str:
    usable = {"ramdisk": "cpio, compressed or not", "realtime": "elf", "rom": "a flat binary"}
    return usable.get(part, "arm64-image")
