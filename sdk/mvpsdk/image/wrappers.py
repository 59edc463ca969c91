# SPDX-License-Identifier: Apache-2.0
"""Recognises a file's format by its first bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HEAD_SIZE", "WRAPPERS", "recognise"]

HEAD_SIZE = 4096
"""Bytes at a file's start that are enough to tell any format."""

_IMAGES_NODE = b"\0\0\0\x01images\0"
"""FDT_BEGIN_NODE and a name: a device tree with a node /images is a FIT."""

_MAGICS: Sequence[tuple[int, bytes, str]] = (
    (0x38, b"ARM\x64", "arm64-image"),  # before PE: an arm64 Image may start with "MZ"
    (0, b"\x7fELF", "elf"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"\x02\x21\x4c\x18", "lz4-legacy"),
    (0, b"BZh", "bzip2"),
    (0, b"\x5d\0\0", "lzma"),
    (0, b"\x89LZO\0\r\n\x1a\n", "lzo"),
    (0, b"\x27\x05\x19\x56", "uimage"),
    (0, b"\xd0\x0d\xfe\xed", "fdt"),
    (0x24, b"\x18\x28\x6f\x01", "zimage"),
    (4, b"zimg", "efi-zboot"),
    (0, b"ANDROID!", "android-boot"),
    (0, b"VNDRBOOT", "android-vendor-boot"),
    (0, b"\x3a\xff\x26\xed", "android-sparse"),
    (0, b"070701", "cpio"),
    (0, b"070702", "cpio"),
    (0, b"070707", "cpio-old"),
    (0, b"hsqs", "squashfs"),
    (0x438, b"\x53\xef", "ext4"),
    (0, b"MVP-PACK", "mvpack"),
    (0, b"MZ", "pe"),
)

WRAPPERS = frozenset(
    {
        "gzip",
        "xz",
        "zstd",
        "lz4",
        "lz4-legacy",
        "bzip2",
        "lzma",
        "lzo",
        "uimage",
        "fit",
        "efi-zboot",
        "android-boot",
        "android-vendor-boot",
        "android-sparse",
        "mvpack",
    }
)
"""Formats that hold something else, which a CPU can't run as it is."""


def recognise(head: bytes) -> str:
    """Name the format that a file's first HEAD_SIZE bytes show; "unknown" if none."""
    for offset, magic, name in _MAGICS:
        if head[offset : offset + len(magic)] == magic:
            return "fit" if name == "fdt" and _IMAGES_NODE in head else name
    return "unknown"
