# SPDX-License-Identifier: Apache-2.0
"""GUID partition tables by hand (UEFI Specification 2.10, 5.3): what the reader's tests break."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

BLOCK, ENTRY = 512, 128
KIND, UNUSED = bytes(range(16)), bytes(16)


@dataclass(kw_only=True, slots=True)
class Table:
    """A disk's table; every field may be set to what no tool would write."""

    entries: list[bytes] = field(default_factory=list)
    blocks: int = 4096
    at: int = 1
    own: int = 1
    first: int = 34
    last: int = 4062
    table: int = 2
    count: int = 128
    entry_size: int = ENTRY
    size: int = 92
    signature: bytes = b"EFI PART"
    revision: int = 0x10000

    def array(self) -> bytes:
        """The entries, as many as the header says and to the end of a block."""
        whole = b"".join(self.entries).ljust(self.count * ENTRY, b"\0")
        return whole + bytes(-len(whole) % BLOCK)

    def header(self) -> bytes:
        """With both checksums right."""
        array = zlib.crc32(self.array()[: self.count * ENTRY])
        head = self.signature + struct.pack("<II", self.revision, self.size)
        tail = struct.pack("<IQQQQ", 0, self.own, self.blocks - 1, self.first, self.last)
        tail += bytes(16) + struct.pack("<QIII", self.table, self.count, self.entry_size, array)
        crc = zlib.crc32((head + bytes(4) + tail).ljust(BLOCK, b"\0")[: self.size])
        return (head + struct.pack("<I", crc) + tail).ljust(BLOCK, b"\0")


def entry(name: str, first: int, last: int, kind: bytes = KIND) -> bytes:
    """A partition."""
    text = name.encode("utf-16-le")
    return kind + bytes(16) + struct.pack("<QQQ", first, last, 0) + text.ljust(72, b"\0")


def disk() -> Table:
    """A sound table of three partitions."""
    rows = [("misc", 34, 97), ("boot_a", 98, 1000), ("boot_b", 1001, 4062)]
    return Table(entries=[entry(*row) for row in rows])
