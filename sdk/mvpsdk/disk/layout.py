# SPDX-License-Identifier: Apache-2.0
"""Where partitions go, and the identifiers of disks: the same contents give the same disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from mvpsdk.disk._format import ENTRIES, ENTRY_NAME, TABLE_BLOCKS
from mvpsdk.disk.model import BLOCK, Disk, Partition
from mvpsdk.errors import DiskError
from mvpsdk.units import MIB, align_up

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ALIGN",
    "NAMESPACE",
    "TYPE_BOOT",
    "TYPE_LINUX",
    "TYPE_MISC",
    "TYPE_PERSONA",
    "Wanted",
    "plan",
]

ALIGN = MIB
"""Partitions start at multiples of this, and so does what follows the last one."""

NAMESPACE = UUID("72212e3e-827f-4943-953d-aee0018ab8bf")
"""Of the identifiers that are derived (RFC 9562, section 5.5)."""

TYPE_BOOT = UUID("a6ee76e5-f59f-4612-8c63-abf3766fe89a")
"""Holds a FIT from its first byte on."""
TYPE_MISC = UUID("3cdc2e54-7543-40ff-9711-e557f968749f")
"""Holds the state of boot control (include/mvp/slots.h)."""
TYPE_PERSONA = UUID("b9fb2bc8-da8b-4f89-a2f0-856712473449")
"""Holds a persona's own signed part."""
TYPE_LINUX = UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
"""Linux file system data, as the Discoverable Partitions Specification lists it."""

_BLOCKS = ALIGN // BLOCK


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A partition that a disk shall have."""

    name: str
    type: UUID
    size: int  # bytes; rounded up to whole MiB


def plan(wanted: Sequence[Wanted], contents: str) -> Disk:
    """Lay partitions out one behind the other, in their order.

    contents: what tells this disk from others, such as a digest of all that is on it; the GUIDs are
    derived from it.

    Raises DiskError for a name that is too long, empty, unprintable or there twice, for an empty
    partition, and for more of them than the table has entries.
    """
    _check(wanted)
    guid = uuid5(NAMESPACE, contents)
    first, partitions = _BLOCKS, []
    for each in wanted:
        count = align_up(each.size, ALIGN) // BLOCK
        own = uuid5(guid, each.name)
        last = first + count - 1
        partitions.append(
            Partition(name=each.name, type=each.type, guid=own, first=first, last=last)
        )
        first += count
    blocks = first + _BLOCKS
    return Disk(
        guid=guid,
        blocks=blocks,
        first_usable=1 + TABLE_BLOCKS,
        last_usable=blocks - TABLE_BLOCKS - 1,
        partitions=tuple(partitions),
    )


def _check(wanted: Sequence[Wanted]) -> None:
    if len(wanted) > ENTRIES:
        hint = "a persona with a part of its own takes two of them"
        raise DiskError(f"{len(wanted)} partitions; the table has {ENTRIES} entries", hint=hint)
    names = [each.name for each in wanted]
    for each in wanted:
        units = len(each.name.encode("utf-16-le", "surrogatepass")) // 2
        if not each.name or units > ENTRY_NAME:
            raise DiskError(
                f'partition "{each.name}" has a name of {units} UTF-16 units',
                hint=f"a partition table takes 1 to {ENTRY_NAME}",
            )
        if not each.name.isprintable() or "\ufffd" in each.name:
            raise DiskError(
                f"partition {each.name!r} has a name that can't be printed",
                hint="give it another name",
            )
        if names.count(each.name) > 1:
            raise DiskError(
                f'two partitions are called "{each.name}"', hint="give one of them another name"
            )
        if each.size <= 0:
            raise DiskError(
                f'partition "{each.name}" has {each.size} bytes', hint="give it 1 MiB or more"
            )
