# SPDX-License-Identifier: Apache-2.0
"""What an image's headers say: all that planning needs, and nothing that takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk.image.arm64 import pe_extent, pe_machine, pe_writable_code, read_header

if TYPE_CHECKING:
    import mmap

    from mvpsdk.image.model import Arm64Header
    from mvpsdk.image.raw import Raw

__all__ = ["read"]

_ARCHITECTURES = {"arm64-image": "arm64", "zimage": "arm"}


def read(raw: Raw) -> dict[str, Any]:
    """Return fields of ImageFacts."""
    from mvpsdk.image.elf import ARCHITECTURES, read_elf
    from mvpsdk.image.note import find_note

    kind, head = raw.format, raw.head
    header, architecture, elf = None, _ARCHITECTURES.get(kind, ""), None
    faults = _truncation(kind, raw.data, head)
    if kind == "arm64-image":
        header = read_header(head)
        faults += _contradictions(header, raw.size)
    elif kind == "pe":
        architecture = pe_machine(head)
    elif kind == "elf":
        elf, faults = read_elf(raw.data, raw.size)
        architecture = ARCHITECTURES.get(elf.machine, elf.machine) if elf else ""
    noted = kind in ("arm64-image", "elf", "unknown")
    note, damage = find_note(raw.data) if noted else (None, [])
    return {
        "architecture": architecture,
        "arm64": header,
        "elf": elf,
        "note": note,
        "writable_code": pe_writable_code(head) if kind in ("arm64-image", "pe") else (),
        "faults": (*faults, *damage),
    }


def _truncation(kind: str, data: mmap.mmap, head: bytes) -> list[str]:
    """Tell whether a format that knows its own length has lost its end."""
    size = len(data)
    if kind in ("arm64-image", "pe") and pe_extent(head) > size:
        return [f"its sections end at {pe_extent(head):#x}, the file has {size:#x} bytes"]
    if kind == "cpio" and data.rfind(b"TRAILER!!!") < 0:
        return ["the archive has no end marker (TRAILER!!!): it was cut off"]
    if kind in ("fdt", "fit") and int.from_bytes(head[4:8], "big") > size:
        total = int.from_bytes(head[4:8], "big")
        return [f"its header says {total:#x} bytes, the file has {size:#x}"]
    return []


def _contradictions(header: Arm64Header, size: int) -> list[str]:
    """Tell what can't be of an arm64 Image header. Kernels before 3.17 leave image_size zero."""
    faults = []
    if header.image_size and header.image_size < size:
        faults.append(
            f"the header says {header.image_size:#x} bytes in memory,"
            f" but the file alone has {size:#x}"
        )
    return faults
