# SPDX-License-Identifier: Apache-2.0
"""The arm64 Image header, and the PE headers that an EFI stub puts behind it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mvpsdk.image.model import Arm64Header

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PE_MACHINES", "pe_extent", "pe_machine", "pe_writable_code", "read_header"]

# code0, code1, text_offset, image_size, flags, res2, res3, res4, magic, res5
_HEADER = struct.Struct("<IIQQQQQQ4sI")
_PE_HEADER = struct.Struct("<4sHHIIIHH")  # signature and COFF file header
_PE_SECTION = struct.Struct("<8sIIIIIIHHI")
_PE_EXECUTE, _PE_WRITE = 0x2000_0000, 0x8000_0000  # IMAGE_SCN_MEM_*
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
    ends = (offset + size for _, size, offset, _ in _sections(head))
    return max(ends, default=0)


def pe_writable_code(head: bytes) -> tuple[str, ...]:
    """Name the PE sections that want to be both writable and executable."""
    both = _PE_EXECUTE | _PE_WRITE
    return tuple(name for name, _, _, rights in _sections(head) if rights & both == both)


def _sections(head: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Yield each PE section's name, its size and offset in the file, and its characteristics."""
    pe = _pe_header(head)
    if pe is None:
        return
    offset, (_, _, count, _, _, _, optional_size, _) = pe
    first = offset + _PE_HEADER.size + optional_size
    for number in range(min(count, _MAX_SECTIONS)):
        start = first + number * _PE_SECTION.size
        if start + _PE_SECTION.size > len(head):
            break
        name, _, _, size, where, *_, rights = _PE_SECTION.unpack_from(head, start)
        yield name.rstrip(b"\0").decode("latin-1"), size, where, rights


def _pe_header(head: bytes) -> tuple[int, tuple[int, ...]] | None:
    """Find the PE header by the pointer at 0x3c; return its offset and its fields."""
    if head[:2] != b"MZ" or len(head) < _HEADER.size:
        return None
    (offset,) = struct.unpack_from("<I", head, 0x3C)
    if offset + _PE_HEADER.size > len(head) or head[offset : offset + 4] != b"PE\0\0":
        return None
    return offset, _PE_HEADER.unpack_from(head, offset)
