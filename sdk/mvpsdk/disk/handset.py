# SPDX-License-Identifier: Apache-2.0
"""Which partitions a handset's disk has, and in what order: known to whoever makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import SLOT_NAMES
from mvpsdk.disk.layout import TYPE_BOOT, TYPE_LINUX, TYPE_MISC, TYPE_PERSONA, Wanted
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

__all__ = ["partitions"]

_MISC_SIZE = MIB


def partitions(
    slot: int, rooms: Mapping[str, int] | None = None, userdata: int = 0
) -> tuple[Wanted, ...]:
    """Return them: boot control, both slots, those of personas, and what is the user's.

    slot: bytes of a slot for the bundle; rooms: of each persona that is updated apart, by its name;
    userdata: bytes of the last one; 0: there is none.
    """
    pairs = [_pair("boot", TYPE_BOOT, slot)]
    pairs += [_pair(name, TYPE_PERSONA, room) for name, room in (rooms or {}).items()]
    own = Wanted(name="userdata", type=TYPE_LINUX, size=userdata)
    return (
        Wanted(name="misc", type=TYPE_MISC, size=_MISC_SIZE),
        *(each for pair in pairs for each in pair),
        *((own,) if userdata else ()),
    )


def _pair(name: str, kind: UUID, size: int) -> Iterator[Wanted]:
    """The two slots of what is updated in turns."""
    return (Wanted(name=f"{name}_{slot}", type=kind, size=size) for slot in SLOT_NAMES)
