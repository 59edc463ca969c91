# SPDX-License-Identifier: Apache-2.0
"""Android's boot images, header versions 0 to 4, and vendor boot images, 3 and 4.

The layout is that of AOSP's bootimg.h: a header, then each part at the next multiple of the page
size. Version 0 has a size where later ones have their number: Qualcomm's tables of device trees.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.image.container import MOST_PARTS, Container, found
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvpsdk.image.container import Part
    from mvpsdk.image.raw import Raw

__all__ = ["boot", "vendor_boot"]

_PAGES = tuple(1 << shift for shift in range(11, 17))
_V3_PAGE = 4096
_NEWEST = 4
_VERSION_AT = 40  # of a boot image, in bytes, whatever the version
_V0 = struct.Struct("<8x4x4x4x4x4x4x4x4x4x4x16s512s32x1024s")
_SIZES_V0 = struct.Struct("<8xIIIIIIII")  # kernel, ramdisk, second: each size and address; page
_V1 = struct.Struct("<IQI")  # recovery's overlays: size and offset; the header's size
_V2 = struct.Struct("<IQ")  # device tree: size and address
_V3 = struct.Struct("<8xII4xI16xI1536s")  # kernel, ramdisk, header's size, version, command line
_VENDOR = struct.Struct("<8xIIIII2048sI16sIIQ")
_VENDOR_V4 = struct.Struct("<IIII")  # table of ramdisks: size, entries, entry size; bootconfig
_ENTRY = struct.Struct("<III32s")  # of that table: size, offset, type, name
_TYPES = {0: "none", 1: "platform", 2: "recovery", 3: "dlkm"}


def boot(raw: Raw) -> tuple[Container, list[str]]:
    """Read a boot image."""
    version = int.from_bytes(raw.data[_VERSION_AT : _VERSION_AT + 4], "little")
    reader = _boot_v3 if version in (3, 4) else _boot_v0
    return reader(raw, version if version <= _NEWEST else 0)


def _boot_v0(raw: Raw, version: int) -> tuple[Container, list[str]]:
    """Versions 0 to 2: a page size of their own, addresses, and a command line in two pieces."""
    kind = f"Android boot image, header version {version}"
    least = _V0.size + (0, _V1.size, _V1.size + _V2.size)[version]
    if raw.size < least:
        return Container(kind=kind), [f"its header has {least} bytes, the file {raw.size}"]
    kernel, kernel_at, ramdisk, ramdisk_at, second, second_at, _, page = _SIZES_V0.unpack_from(
        raw.head
    )
    _, line, more = _V0.unpack_from(raw.head)
    if page not in _PAGES:
        return Container(kind=kind), [f"its page size is {page}: a power of two from 2048 is one"]
    wanted = [
        ("kernel", "kernel", kernel, kernel_at),
        ("ramdisk", "ramdisk", ramdisk, ramdisk_at),
        ("second", "firmware", second, second_at),
    ]
    tables = int.from_bytes(raw.head[_VERSION_AT : _VERSION_AT + 4], "little")
    if version >= 1:
        wanted.append(("dtbo", "overlays", _V1.unpack_from(raw.head, _V0.size)[0], 0))
    elif tables > _NEWEST:
        wanted.append(("dtb", "dtb", tables, 0))
    if version == 2:  # noqa: PLR2004
        size, address = _V2.unpack_from(raw.head, _V0.size + _V1.size)
        wanted.append(("dtb", "dtb", size, address))
    parts, faults = _row(raw, page, page, wanted)
    text = _text(line) + _text(more)
    return Container(kind=kind, parts=tuple(parts), command_line=text), faults


def _boot_v3(raw: Raw, version: int) -> tuple[Container, list[str]]:
    """Versions 3 and 4: kernel and generic ramdisk; everything else is in the vendor boot image."""
    kind = f"Android boot image, header version {version}"
    if raw.size < _V3.size + 4:
        return Container(kind=kind), [f"its header has {_V3.size} bytes, the file {raw.size}"]
    kernel, ramdisk, _, _, line = _V3.unpack_from(raw.head)
    wanted = [("kernel", "kernel", kernel, 0), ("ramdisk", "ramdisk", ramdisk, 0)]
    if version == _NEWEST:
        (signature,) = struct.unpack_from("<I", raw.head, _V3.size)
        wanted.append(("signature", "signature", signature, 0))
    parts, faults = _row(raw, _V3_PAGE, _V3_PAGE, wanted)
    return Container(kind=kind, parts=tuple(parts), command_line=_text(line)), faults


def vendor_boot(raw: Raw) -> tuple[Container, list[str]]:
    """Read a vendor boot image."""
    if raw.size < _VENDOR.size + _VENDOR_V4.size:
        kind = "Android vendor boot image"
        return Container(kind=kind), [f"its header has {_VENDOR.size} bytes, the file {raw.size}"]
    version, page, _, address, ramdisk, line, _, _, header, tree, tree_at = _VENDOR.unpack_from(
        raw.head
    )
    kind = f"Android vendor boot image, header version {version}"
    if page not in _PAGES or version not in (3, _NEWEST):
        return Container(kind=kind), [f"a page of {page} bytes, header version {version}: neither"]
    wanted = [("ramdisk", "ramdisk", ramdisk, address), ("dtb", "dtb", tree, tree_at)]
    table = entries = step = 0
    if version == _NEWEST:
        table, entries, step, config = _VENDOR_V4.unpack_from(raw.head, _VENDOR.size)
        wanted += [("", "", table, 0), ("bootconfig", "bootconfig", config, 0)]
    start = align_up(max(header, _VENDOR.size), page)
    parts, faults = _row(raw, page, start, wanted)
    if entries:
        where = start + align_up(ramdisk, page) + align_up(tree, page)
        own = _ramdisks(raw, (start, ramdisk), (where, table, entries, step), faults)
        parts = [*own, *(part for part in parts if part.kind != "ramdisk")]
    return Container(kind=kind, parts=tuple(parts), command_line=_text(line)), faults


def _row(
    raw: Raw, page: int, start: int, wanted: Iterable[tuple[str, str, int, int]]
) -> tuple[list[Part], list[str]]:
    """Find parts that follow each other: name, kind, size and address of each."""
    parts: list[Part] = []
    faults: list[str] = []
    for name, kind, size, address in wanted:
        if size and name:
            part = found(raw, faults, name, kind, (start, size))
            if part:
                parts.append(replace(part, load=address or None))
        start += align_up(size, page)
    return parts, faults


def _ramdisks(
    raw: Raw, section: tuple[int, int], table: tuple[int, int, int, int], faults: list[str]
) -> list[Part]:
    """Find the ramdisks that the table of a version 4 image lists in the ramdisk section."""
    start, size = section
    where, length, entries, step = table
    step = max(step, _ENTRY.size)
    if where + length > raw.size or entries * step > length or entries > MOST_PARTS:
        faults.append(f"its table of {entries} ramdisks has {length} bytes, and lies at {where:#x}")
        return []
    parts: list[Part] = []
    for number in range(entries):
        own, offset, kind, name = _ENTRY.unpack_from(raw.data, where + number * step)
        title = f"ramdisk-{_name(name) or _TYPES.get(kind, str(kind))}"
        title = title if all(part.name != title for part in parts) else f"{title}-{number}"
        if offset + own > size:
            faults.append(f"{title} ends at {offset + own:#x} of {size:#x} bytes of ramdisks")
            continue
        part = found(raw, faults, title, "ramdisk", (start + offset, own))
        parts += [part] if part else []
    return parts


def _text(line: bytes) -> str:
    return line.split(b"\0")[0].decode("latin-1")


def _name(text: bytes) -> str:
    """A name out of the file, as far as it can be one."""
    return "".join(each for each in _text(text) if each.isalnum() or each in "-_")
