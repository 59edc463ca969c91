# SPDX-License-Identifier: Apache-2.0
"""The layouts of UEFI 2.10 section 5 that are both written and read: each stands here once."""

from __future__ import annotations

import struct

__all__ = [
    "ENTRIES",
    "ENTRY",
    "ENTRY_NAME",
    "HEADER",
    "MBR_RECORD",
    "MBR_RECORDS",
    "MBR_SIGNATURE",
    "MBR_SIGNATURE_AT",
    "PROTECTIVE",
    "REVISION",
    "SIGNATURE",
    "TABLE_BLOCKS",
]

SIGNATURE = b"EFI PART"
REVISION = 0x0001_0000

HEADER = struct.Struct("<8sIIIIQQQQ16sQIII")
"""Signature, revision, its size, its CRC, 0, own block, the other's, first and last usable block,
disk GUID, first block of the entries, their number, the size of one, their CRC (table 5-5)."""

ENTRY = struct.Struct("<16s16sQQQ72s")
"""Type, GUID, first block, last block, attributes, name in UTF-16LE (table 5-6)."""

ENTRY_NAME = 36
"""UTF-16 units in an entry's name."""

ENTRIES = 128
"""The least that a table reserves is 16 KiB, which are so many entries (section 5.3.1)."""

TABLE_BLOCKS = 1 + ENTRIES * ENTRY.size // 512
"""Blocks of a header and its entries."""

MBR_RECORD = struct.Struct("<B3sB3sII")
"""Boot indicator, start in cylinders, OS type, end in cylinders, first block, blocks (5.2.3)."""

MBR_RECORDS, MBR_SIGNATURE_AT, MBR_SIGNATURE = 446, 510, b"\x55\xaa"
PROTECTIVE = 0xEE
"""The OS type that keeps tools which know no GPT away (section 5.2.3)."""
