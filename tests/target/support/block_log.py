# SPDX-License-Identifier: Apache-2.0
"""What a machine in QEMU writes to its disk: the log of QEMU's blklogwrites, as `cuts` has writes.

The log has the form of Linux's dm-log-writes (admin-guide/device-mapper/log-writes.rst): a block
that says what it is, then for each request a block that describes it and the data.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cuts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["drive", "writes"]

MAGIC = 0x6A736677736872
SUPER, ENTRY = struct.Struct("<QQQI"), struct.Struct("<QQQQ")
FLUSH, FUA = 1, 2


def drive(disk: Path, log: Path) -> str:
    """The value of QEMU's -drive for a disk whose writes are logged."""
    log.write_bytes(b"")
    below = f"file.driver=raw,file.file.driver=file,file.file.filename={disk}"
    return f"if=none,id=disk,driver=blklogwrites,{below},log.driver=file,log.filename={log}"


def writes(log: Path) -> Iterator[cuts.Write]:
    """What was written, block by block; a write that was forced through is flushed at once."""
    data = log.read_bytes()
    magic, version, count, block = SUPER.unpack_from(data)
    assert (magic, version, block) == (MAGIC, 1, cuts.BLOCK)
    at = block
    for _ in range(count):
        sector, sectors, flags, _ = ENTRY.unpack_from(data, at)
        at += block
        if flags & FLUSH:
            yield cuts.FLUSH
        for number in range(sectors):
            yield cuts.Write((sector + number) * block, data[at : at + block])
            at += block
        if flags & FUA:
            yield cuts.FLUSH
    assert at == len(data)
