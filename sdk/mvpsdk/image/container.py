# SPDX-License-Identifier: Apache-2.0
"""What a container of a boot loader holds, or a file that is packed: its parts, by offset."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.image.decoders import COMPRESSED
from mvpsdk.image.unpacking import DamagedError, UnreadError, unpacked
from mvpsdk.image.wrappers import HEAD_SIZE, recognise
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mvpsdk.image.raw import Raw

__all__ = ["Container", "Part", "found", "look", "pieces"]

MOST_PARTS = 256
"""No container has more; a hostile one may claim them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part, as its container's header describes it."""

    name: str  # by which it can be taken out
    kind: str  # "kernel", "ramdisk", "dtb", "firmware", "bootconfig", ...
    offset: int  # in the file
    size: int  # bytes in the file
    format: str  # of these bytes, as `wrappers.recognise` names it
    sha256: str
    holds: str = ""  # the format of what it unpacks to; "": it is not packed, or can't be unpacked
    architecture: str = ""  # as the container says it
    os: str = ""
    load: int | None = None  # address
    entry: int | None = None  # address


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """A container and its parts."""

    kind: str  # such as "Android boot image, header version 4"
    parts: tuple[Part, ...] = ()
    command_line: str = ""  # that the boot loader would hand over


def look(raw: Raw) -> dict[str, Any]:
    """Return the container, and what is wrong with it among the faults; {} if it is none."""
    reader = _reader(raw.format)
    as_it_should = raw.part == "ramdisk" and raw.format in COMPRESSED  # the kernel unpacks it
    if reader is None or as_it_should or raw.part == "vars":
        return {}
    container, faults = reader(raw)
    return {"container": container, "faults": (*raw.found.get("faults", ()), *faults)}


def _reader(kind: str) -> Callable[[Raw], tuple[Container, list[str]]] | None:
    from mvpsdk.image import android, fit, uimage, wrapped

    readers = {
        "android-boot": android.boot,
        "android-vendor-boot": android.vendor_boot,
        "android-sparse": wrapped.sparse,
        "efi-zboot": wrapped.zboot,
        "fit": fit.read,
        "uimage": uimage.read,
        "zimage": wrapped.zimage,
    }
    return wrapped.packed if kind in COMPRESSED else readers.get(kind)


def found(raw: Raw, faults: list[str], name: str, kind: str, at: tuple[int, int]) -> Part | None:
    """Look at a part's bytes, at an offset and of a size; None, and a fault, if they aren't there.

    A name that comes out of the file is one, or none: `name` is used as it is.
    """
    offset, size = at
    if offset + size > raw.size:
        faults.append(f"{name} ends at {offset + size:#x}, the file has {raw.size:#x} bytes")
        return None
    own = recognise(raw.data[offset : offset + min(size, HEAD_SIZE)])
    digest = hashlib.sha256()
    for piece in pieces(raw, offset, size):
        digest.update(piece)
    return Part(
        name=name,
        kind=kind,
        offset=offset,
        size=size,
        format=own,
        sha256=digest.hexdigest(),
        holds=_inside(raw, at, own, name, faults),
    )


def pieces(raw: Raw, offset: int, size: int) -> Iterator[bytes]:
    """Yield a run of the file's bytes, a MiB at a time."""
    for start in range(offset, offset + size, MIB):
        yield raw.data[start : min(start + MIB, offset + size)]


def checksum(raw: Raw, offset: int, size: int) -> int:
    """Return the CRC-32 of a run of the file's bytes."""
    value = 0
    for piece in pieces(raw, offset, size):
        value = zlib.crc32(piece, value)
    return value


def _inside(raw: Raw, at: tuple[int, int], kind: str, name: str, faults: list[str]) -> str:
    """Name the format of what a packed part holds, by its first bytes; a fault if it has none."""
    if kind not in COMPRESSED:
        return ""
    head = b""
    try:
        for piece in unpacked(raw.data, at[0], at[0] + at[1], kind):
            head += piece
            if len(head) >= HEAD_SIZE:
                break
    except DamagedError as wrong:
        if not head:
            faults.append(f"{name}: {wrong}")
            return ""
    except UnreadError:
        return ""
    return recognise(head[:HEAD_SIZE])
