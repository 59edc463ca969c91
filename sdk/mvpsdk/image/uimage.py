# SPDX-License-Identifier: Apache-2.0
"""U-Boot's old image: a header of 64 bytes, big-endian, with two checksums (U-Boot, image.h)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.image.container import MOST_PARTS, Container, checksum, found
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.raw import Raw

__all__ = ["read"]

# magic, header's checksum, time, size, load, entry, data's checksum, OS, CPU, type, packing, name
_HEADER = struct.Struct(">IIIIIIIBBBB32s")
_MULTI, _SCRIPT = 4, 6
_TYPES = {1: "program", 2: "kernel", 3: "ramdisk", 4: "multi", 5: "firmware", 6: "script", 8: "dtb"}
_SYSTEMS = {0: "invalid", 4: "netbsd", 5: "linux", 14: "vxworks", 17: "u-boot", 25: "trusty"}
_CPUS = {2: "arm", 3: "x86", 22: "arm64", 24: "x86-64", 26: "riscv"}


def read(raw: Raw) -> tuple[Container, list[str]]:
    """Read the header, check both checksums, and find the parts."""
    if raw.size < _HEADER.size:
        return Container(kind="uImage"), [f"its header has 64 bytes, the file {raw.size}"]
    _, own, _, size, load, entry, expected, system, cpu, kind, _, name = _HEADER.unpack_from(
        raw.head
    )
    faults = []
    header = raw.head[: _HEADER.size]
    real = zlib.crc32(header[:4] + bytes(4) + header[8:])
    if real != own:
        faults.append(f"its header has CRC-32 {real:#010x}, it says {own:#010x}")
    start = _HEADER.size
    if start + size <= raw.size:
        real = checksum(raw, start, size)
        if real != expected:
            faults.append(f"its data has CRC-32 {real:#010x}, it says {expected:#010x}")
    parts = []
    what = _TYPES.get(kind, f"type {kind}")
    runs = _runs(raw, size) if kind in (_MULTI, _SCRIPT) else iter([(start, size)])
    for number, at in enumerate(runs):
        title = f"part-{number}" if kind == _MULTI else what.replace(" ", "-")
        part = found(raw, faults, title, "kernel" if kind == _MULTI and not number else what, at)
        if part:
            cpu_name, os = _CPUS.get(cpu, f"cpu {cpu}"), _SYSTEMS.get(system, f"os {system}")
            described = replace(part, architecture=cpu_name, os=os, load=load, entry=entry)
            parts.append(described)
    title = name.split(b"\0")[0].decode("latin-1")
    return Container(kind=f"uImage {title!r}", parts=tuple(parts)), faults


def _runs(raw: Raw, size: int) -> Iterator[tuple[int, int]]:
    """Yield offset and size of each of several parts: a list of sizes, 0 at its end, then they."""
    table = raw.data[_HEADER.size : _HEADER.size + min(size, 4 * (MOST_PARTS + 1))]
    sizes = []
    for (each,) in struct.iter_unpack(">I", table[: len(table) // 4 * 4]):
        if not each:
            break
        sizes.append(each)
    at = _HEADER.size + 4 * (len(sizes) + 1)
    for each in sizes:
        yield at, each
        at += align_up(each, 4)
