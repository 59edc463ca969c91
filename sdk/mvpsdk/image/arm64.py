# SPDX-License-Identifier: Apache-2.0
"""The arm64 Image header, and the PE headers that an EFI stub puts behind it."""

from __future__ import annotations

import struct

from mvpsdk.image.model import Arm64Header

__all__ = ["PE_MACHINES", "pe_extent", "pe_machine", "read_header"]

# code0, code1, text_offset, image_size, flags, res2, res3, res4, magic, res5
_HEADER = struct.Struct("<IIQQQQQQ4sI")
_PE_HEADER = struct.Struct("<4sHHIIIHH")  # signature and COFF file header
_PE_SECTION = struct.Struct("<8sIIIIIIHHI")
_MAX_SECTIONS = 96  # the format's own limit (PE/COFF specification, 3.3)

PE_MACHINES = {0xAA64: "arm64", 0x1C0: "arm", 0x1C2: "arm", 0x1C4: "arm", 0x8664: "x86-64"}
"""IMAGE_FILE_MACHINE_* by architecture."""


def read_header(head: bytes) -> Arm64Header:
    """Read the header of a file that has the magic at offset 0x38."""
    _, _, text_offset, image_size, flags, *reserved, _, _ = _HEADER.unpack_from(head)
    return Arm64Header(
        text_offset=text_offset,
        image_size=image_size,
        flags=flags,
        reserved=(reserved[0], reserved[1], reserved[2]),
    )


def pe_machine(head: bytes) -> str:
    """Name the architecture of a PE file; "" if its header isn't there."""
    pe = _pe_header(head)
    return PE_MACHINES.get(pe[1][1], f"{pe[1][1]:#x}") if pe else ""


def pe_extent(head: bytes) -> int:
    """Return the bytes that the PE section table says are in the file; 0: there is none."""
    pe = _pe_header(head)
    if pe is None:
        return 0
    offset, (_, _, count, _, _, _, optional_size, _) = pe
    first = offset + _PE_HEADER.size + optional_size
    extent = 0
    for number in range(min(count, _MAX_SECTIONS)):
        start = first + number * _PE_SECTION.size
        if start + _PE_SECTION.size > len(head):
            break
        _, _, _, raw_size, raw_offset, *_ = _PE_SECTION.unpack_from(head, start)
        extent = max(extent, raw_offset + raw_size)
    return extent


def _pe_header(head: bytes) -> tuple[int, tuple[int, ...]] | None:
    """Find the PE header by the pointer at 0x3c; return its offset and its fields."""
    if head[:2] != b"MZ" or len(head) < _HEADER.size:
        return None
    (offset,) = struct.unpack_from("<I", head, 0x3C)
    if offset + _PE_HEADER.size > len(head) or head[offset : offset + 4] != b"PE\0\0":
        return None
    return offset, _PE_HEADER.unpack_from(head, offset)
