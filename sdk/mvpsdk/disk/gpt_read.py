# SPDX-License-Identifier: Apache-2.0
"""Reading a GUID partition table, whoever wrote it; nothing in it is trusted.

A copy counts only if both of its CRCs are right and all that it says is possible. The primary is
used if it counts, else the backup (UEFI 2.10, section 5.3.2); what was wrong is told either way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID
from zlib import crc32

from mvpsdk.disk._format import (
    ENTRY,
    HEADER,
    MBR_RECORD,
    MBR_RECORDS,
    MBR_SIGNATURE,
    MBR_SIGNATURE_AT,
    PROTECTIVE,
    REVISION,
    SIGNATURE,
)
from mvpsdk.disk.model import BLOCK, Disk, Partition
from mvpsdk.errors import DiskError, Place

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HEAD", "is_disk", "read"]

HEAD = BLOCK
"""So many bytes tell whether a file is a disk."""

_MOST_ENTRIES, _LARGEST_ENTRY = 1024, 4096
"""More than any tool makes; they bound what is read."""


class _Wrong(Exception):  # noqa: N818 - a copy that doesn't count, nothing that anybody sees
    """Why a copy of the table does not count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Header:
    """What a header says, once its CRC is right."""

    own: int
    other: int
    first: int
    last: int
    guid: UUID
    entries: int  # first block of them
    count: int
    entry: int  # bytes of one
    crc: int

    @property
    def entry_blocks(self) -> int:
        return -(-self.count * self.entry // BLOCK)


def is_disk(head: bytes) -> bool:
    """Tell by its first HEAD bytes whether a file is a disk with a GUID partition table.

    The protective MBR says so (UEFI 2.10, section 5.2.3), also if the primary table is damaged.
    """
    return _protected(head)


def read(file: BinaryIO, path: Path | str = "") -> Disk:
    """Return what the table of a disk says; `path` is the file's name in errors.

    Raises DiskError if there is no protective MBR, if neither copy of the table counts, or if the
    file ends before the disk does; OSError as the file does.
    """
    place = Place(file=str(path)) if path else None
    blocks = file.seek(0, 2) // BLOCK
    if not _protected(_at(file, 0, 1)):
        hint = "a disk begins with a protective MBR (UEFI 2.10, section 5.2.3)"
        raise DiskError("this is no disk with a GUID partition table", place=place, hint=hint)
    try:
        first = _copy(file, 1, blocks)
    except _Wrong as wrong:
        return _by_backup(file, blocks, f"primary table: {wrong}", place)
    if first.blocks > blocks:
        raise DiskError(
            f"the table is that of a disk of {first.blocks} blocks, the file has {blocks}",
            place=place,
            hint="it is cut short: copy or make it again",
        )
    return replace(first, damage=_beside(file, first))


def _by_backup(file: BinaryIO, blocks: int, why: str, place: Place | None) -> Disk:
    try:
        found = _copy(file, blocks - 1, blocks)
    except _Wrong as wrong:
        raise DiskError(
            f"{why}; backup table: {wrong}",
            place=place,
            hint="neither copy of the partition table can be used: copy or make the disk again",
        ) from None
    return replace(found, damage=(why,))


def _beside(file: BinaryIO, first: Disk) -> tuple[str, ...]:
    """What is wrong with the backup of a table that counts."""
    try:
        backup = _copy(file, first.blocks - 1, first.blocks)
    except _Wrong as wrong:
        return (f"backup table: {wrong}",)
    return () if backup == first else ("the backup table is another one than the primary",)


def _protected(block: bytes) -> bool:
    """Is there a record that keeps the disk from tools that know no GPT?"""
    if len(block) < BLOCK or block[MBR_SIGNATURE_AT:BLOCK] != MBR_SIGNATURE:
        return False
    places = range(MBR_RECORDS, MBR_SIGNATURE_AT, MBR_RECORD.size)
    records = [MBR_RECORD.unpack_from(block, place) for place in places]
    return any(record[2] == PROTECTIVE and record[4] == 1 for record in records)


def _at(file: BinaryIO, block: int, count: int) -> bytes:
    file.seek(block * BLOCK)
    return file.read(count * BLOCK)


def _copy(file: BinaryIO, own: int, blocks: int) -> Disk:
    """Read the copy whose header stands in block `own`. Raises _Wrong if it does not count."""
    header = _header(_at(file, own, 1) if 0 < own < blocks else b"", own)
    total = max(header.own, header.other) + 1
    _check_header(header, total)
    end = header.entries + header.entry_blocks
    if end > blocks:
        raise _Wrong(f"its entries end before block {end}, and the file at block {blocks}")
    table = _at(file, header.entries, header.entry_blocks)[: header.count * header.entry]
    if crc32(table) != header.crc:
        raise _Wrong(f"its entries have CRC {crc32(table):#010x}, the header says {header.crc:#x}")
    partitions = _partitions(table, header)
    return Disk(
        guid=header.guid,
        blocks=total,
        first_usable=header.first,
        last_usable=header.last,
        partitions=partitions,
    )


def _header(block: bytes, own: int) -> _Header:
    if len(block) < BLOCK or not block.startswith(SIGNATURE):
        raise _Wrong(f"block {own} does not begin with {SIGNATURE.decode()}")
    (
        _,
        revision,
        size,
        crc,
        reserved,
        mine,
        other,
        first,
        last,
        guid,
        entries,
        count,
        entry,
        over,
    ) = HEADER.unpack_from(block)
    if revision != REVISION or not HEADER.size <= size <= BLOCK or reserved:
        raise _Wrong(f"its header has revision {revision:#x} and {size} bytes")
    found = crc32(block[:16] + bytes(4) + block[20:size])
    if found != crc:
        raise _Wrong(f"its header has CRC {found:#010x}, and says {crc:#010x}")
    if mine != own:
        raise _Wrong(f"its header stands in block {own}, and says {mine}")
    return _Header(
        own=own,
        other=other,
        first=first,
        last=last,
        guid=UUID(bytes_le=guid),
        entries=entries,
        count=count,
        entry=entry,
        crc=over,
    )


def _check_header(header: _Header, total: int) -> None:
    """The header, the entries and the usable blocks must lie apart, in this disk."""
    if 1 not in (header.own, header.other) or header.own == header.other:
        raise _Wrong(f"its headers stand in blocks {header.own} and {header.other}")
    if not 0 < header.count <= _MOST_ENTRIES:
        raise _Wrong(f"it has {header.count} entries")
    if header.entry % ENTRY.size or not 0 < header.entry <= _LARGEST_ENTRY:
        raise _Wrong(f"its entries have {header.entry} bytes")
    begin, end = header.entries, header.entries + header.entry_blocks
    low, high = (2, header.first) if header.own == 1 else (header.last + 1, total - 1)
    if not (low <= begin and end <= high):
        raise _Wrong(
            f"its entries take blocks {begin} to {end - 1}, the room is {low} to {high - 1}"
        )
    if not 1 < header.first <= header.last + 1 <= total - 1:
        raise _Wrong(f"its usable blocks are {header.first} to {header.last} of {total}")


def _partitions(table: bytes, header: _Header) -> tuple[Partition, ...]:
    found = []
    for index in range(header.count):
        kind, guid, first, last, attributes, name = ENTRY.unpack_from(table, index * header.entry)
        if not any(kind):
            continue  # unused
        if not header.first <= first <= last <= header.last:
            raise _Wrong(f"entry {index + 1} takes blocks {first} to {last}, outside the usable")
        found.append(
            Partition(
                name=_name(name, index),
                type=UUID(bytes_le=kind),
                guid=UUID(bytes_le=guid),
                first=first,
                last=last,
                attributes=attributes,
            )
        )
    _check_apart(found)
    return tuple(found)


def _name(units: bytes, index: int) -> str:
    """An entry's name, up to the first zero. Raises _Wrong if it can't be shown as it is."""
    pairs = range(0, len(units), 2)
    end = next((at for at in pairs if units[at : at + 2] == b"\0\0"), len(units))
    text = units[:end].decode("utf-16-le", "replace")
    if not text.isprintable() or "\ufffd" in text:
        raise _Wrong(f"entry {index + 1} has a name that can't be printed")
    return text


def _check_apart(found: list[Partition]) -> None:
    for low, high in pairwise(sorted(found, key=lambda each: each.first)):
        if high.first <= low.last:
            raise _Wrong(
                f'"{low.name}", blocks {low.first} to {low.last}, overlaps'
                f' "{high.name}", blocks {high.first} to {high.last}'
            )
    if len({each.guid for each in found}) < len(found):
        raise _Wrong("two partitions have the same GUID")
