# SPDX-License-Identifier: Apache-2.0
"""Writing a GUID partition table: protective MBR, primary and backup (UEFI 2.10, section 5.3).

The Python library that there is for it (gpt-image) reads a whole disk into memory and checks no
CRC, and the one of libparted needs that C library on every host; a table is two structures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO
from zlib import crc32

from mvpsdk.disk._format import (
    ENTRIES,
    ENTRY,
    HEADER,
    MBR_RECORD,
    MBR_RECORDS,
    MBR_SIGNATURE,
    MBR_SIGNATURE_AT,
    PROTECTIVE,
    REVISION,
    SIGNATURE,
    TABLE_BLOCKS,
)
from mvpsdk.disk.model import BLOCK

if TYPE_CHECKING:
    from mvpsdk.disk.model import Disk

__all__ = ["backup", "primary", "write"]


def write(file: BinaryIO, disk: Disk) -> None:
    """Put both copies of a disk's table into a file of the disk's size, or that grows to it.

    What lies between the copies is left alone. Raises OSError as the file does.
    """
    file.seek(0)
    file.write(primary(disk))
    file.seek((disk.blocks - TABLE_BLOCKS) * BLOCK)
    file.write(backup(disk))


def primary(disk: Disk) -> bytes:
    """Return the first blocks of a disk: protective MBR, header, entries."""
    entries = _entries(disk)
    return _mbr(disk) + _header(disk, entries, own=1, other=disk.blocks - 1, at=2) + entries


def backup(disk: Disk) -> bytes:
    """Return the last blocks of a disk: entries, header."""
    entries, last = _entries(disk), disk.blocks - 1
    return entries + _header(disk, entries, own=last, other=1, at=last - TABLE_BLOCKS + 1)


def _mbr(disk: Disk) -> bytes:
    block = bytearray(BLOCK)
    most = (1 << 32) - 1
    record = (0, b"\0\x02\0", PROTECTIVE, b"\xff\xff\xff", 1, min(disk.blocks - 1, most))
    MBR_RECORD.pack_into(block, MBR_RECORDS, *record)
    block[MBR_SIGNATURE_AT:] = MBR_SIGNATURE
    return bytes(block)


def _entries(disk: Disk) -> bytes:
    table = bytearray(ENTRIES * ENTRY.size)
    for index, each in enumerate(disk.partitions):
        ENTRY.pack_into(
            table,
            index * ENTRY.size,
            each.type.bytes_le,
            each.guid.bytes_le,
            each.first,
            each.last,
            each.attributes,
            each.name.encode("utf-16-le"),
        )
    return bytes(table)


def _header(disk: Disk, entries: bytes, *, own: int, other: int, at: int) -> bytes:
    def packed(crc: int) -> bytes:
        usable = (disk.first_usable, disk.last_usable)
        told = (disk.guid.bytes_le, at, ENTRIES, ENTRY.size, crc32(entries))
        return HEADER.pack(SIGNATURE, REVISION, HEADER.size, crc, 0, own, other, *usable, *told)

    return packed(crc32(packed(0))).ljust(BLOCK, b"\0")
