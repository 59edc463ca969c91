# SPDX-License-Identifier: Apache-2.0
"""Containers of one part: packed files, EFI zboot, zImage, and Android's sparse images."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from mvpsdk.image.container import Container, found
from mvpsdk.image.searching import matches
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from mvpsdk.image.raw import Raw

__all__ = ["packed", "sparse", "zboot", "zimage"]

_ZBOOT = struct.Struct("<4s4sII8x32s")  # "MZ", "zimg", offset and size; how it is packed
_ZIMAGE = struct.Struct("<III")  # magic, start and end
_ZIMAGE_AT = 0x24
_SPARSE = struct.Struct("<IHHHHIII")  # magic, version, header sizes, block size, blocks, chunks
_MAGICS = re.compile(
    rb"\x1f\x8b\x08\x00|\xfd7zXZ\x00|\x5d\x00\x00|\x02\x21\x4c\x18|\x28\xb5\x2f\xfd"
)
_FARTHEST = MIB
"""Where a zImage's payload begins at the latest: behind the code that unpacks it."""


def packed(raw: Raw) -> tuple[Container, list[str]]:
    """A file that is packed as a whole; what stands behind its end is a matter of its reader."""
    faults: list[str] = []
    part = found(raw, faults, "payload", "payload", (0, raw.size))
    return Container(kind=f"{raw.format} file", parts=(part,) if part else ()), faults


def zboot(raw: Raw) -> tuple[Container, list[str]]:
    """An EFI application that unpacks a kernel (Linux, libstub/zboot-header.S)."""
    if raw.size < _ZBOOT.size:
        return Container(kind="EFI zboot"), [f"its header has 64 bytes, the file {raw.size}"]
    _, _, offset, size, how = _ZBOOT.unpack_from(raw.head)
    faults: list[str] = []
    part = found(raw, faults, "kernel", "kernel", (offset, size))
    name = how.split(b"\0")[0].decode("latin-1")
    return Container(kind=f"EFI zboot, {name}", parts=(part,) if part else ()), faults


def zimage(raw: Raw) -> tuple[Container, list[str]]:
    """A kernel for 32-bit Arm that unpacks itself (Linux, arch/arm/boot/compressed/head.S)."""
    faults: list[str] = []
    _, start, end = _ZIMAGE.unpack(raw.head[_ZIMAGE_AT:].ljust(_ZIMAGE.size, b"\0")[: _ZIMAGE.size])
    size = (end - start) & 0xFFFF_FFFF
    if size > raw.size:
        faults.append(f"its header says {size:#x} bytes, the file has {raw.size:#x}")
    for match in matches(_MAGICS, raw.data, 8):
        if match.start() > _FARTHEST:
            break
        part = found(raw, [], "kernel", "kernel", (match.start(), raw.size - match.start()))
        if part and part.holds:
            return Container(kind="zImage", parts=(part,)), faults
    return Container(kind="zImage"), faults


def sparse(raw: Raw) -> tuple[Container, list[str]]:
    """A disk image without its empty blocks (AOSP, libsparse): named, not opened."""
    _, major, minor, _, _, block, blocks, chunks = _SPARSE.unpack(
        raw.head[: _SPARSE.size].ljust(_SPARSE.size, b"\0")
    )
    kind = f"Android sparse image {major}.{minor}: {blocks} blocks of {block} bytes"
    return Container(kind=f"{kind}, {chunks} chunks"), []
