# SPDX-License-Identifier: Apache-2.0
"""Writing Android's boot image, header version 2, byte for byte as `mkbootimg` does.

The layout is that of AOSP's bootimg.h: a header page, then kernel, ramdisk and device tree, each at
the next page. `mvpsdk.image.android` reads it.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle.spans import copy, pad
from mvpsdk.errors import BundleError

if TYPE_CHECKING:
    from mvpsdk.bundle.spans import Progress, Span

__all__ = ["MAGIC", "PAGE", "BootImage", "write"]

MAGIC = b"ANDROID!"
PAGE = 4096

_HEAD = struct.Struct("<8s10I16s512s32s1024s")
_V1 = struct.Struct("<IQI")  # recovery's overlays: size and offset; the header's size
_V2 = struct.Struct("<IQ")  # device tree: size and address
_VERSION = 2
_WORD = 1 << 32


@dataclass(frozen=True, kw_only=True, slots=True)
class BootImage:
    """What goes into a boot image. Addresses are physical; boot loaders may choose others."""

    name: str  # of the product; 16 bytes of it are kept
    kernel: Span
    kernel_at: int
    ramdisk: Span
    ramdisk_at: int
    tree: Span | None  # the board's device tree; None: the boot loader has its own
    tree_at: int


def write(
    image: BootImage, file: BinaryIO, also: hashlib._Hash, progress: Progress | None = None
) -> int:
    """Append a boot image to a file; `also` is fed with the same bytes. Return its size.

    Raises BundleError if an address has no room in the header, or bytes are not what they should
    be; InputError if they can't be read.
    """
    start = file.tell()
    _append(_header(image), file, also, start)
    for part in (image.kernel, image.ramdisk, image.tree):
        if part:
            copy(part, file, also, progress)
            pad(file, PAGE, start, also)
    return file.tell() - start


def _append(data: bytes, file: BinaryIO, also: hashlib._Hash, start: int) -> None:
    file.write(data)
    also.update(data)
    pad(file, PAGE, start, also)


def _header(image: BootImage) -> bytes:
    for at in (image.kernel_at, image.ramdisk_at):
        if at >= _WORD:
            hint = "use another container: mvpsdk bundle --container fit"
            raise BundleError(f"address {at:#x} has no room in Android's boot image", hint=hint)
    tree_size = image.tree.size if image.tree else 0
    head = _HEAD.pack(
        MAGIC,
        *(image.kernel.size, image.kernel_at, image.ramdisk.size, image.ramdisk_at),
        *(0, 0),  # no second stage
        *(image.tree_at % _WORD, PAGE, _VERSION, 0),
        image.name.encode("ascii", "replace")[:16],
        b"",
        _identity(image),
        b"",
    )
    size = _HEAD.size + _V1.size + _V2.size
    return head + _V1.pack(0, 0, size) + _V2.pack(tree_size, image.tree_at if tree_size else 0)


def _identity(image: BootImage) -> bytes:
    """SHA-1 over each part and its size, as bootimg.h's `id`: a name, no protection."""
    total = hashlib.sha1(usedforsecurity=False)
    for part in (image.kernel, image.ramdisk, None, None, image.tree):
        if part:
            for piece in part.chunks():
                total.update(piece)
        total.update(struct.pack("<I", part.size if part else 0))
    return total.digest()
