# SPDX-License-Identifier: Apache-2.0
"""Where the fields of boot control lie (struct mvp_slots), for who reads them by numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mvpsdk.core._library import ffi, lib
from mvpsdk.core._slots import SLOT_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SLOTS_LAYOUT", "SlotsLayout"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotsLayout:
    """The copies of boot control, and the fields of one."""

    copies: int
    step: int  # bytes from one copy to the next
    size: int  # bytes of a copy
    magic: int  # 64 bits
    version: int
    priority_max: int
    tries_max: int
    zeros: int  # words that are written as zero
    fields: Mapping[str, int]
    """Offsets in bytes: "sequence", "crc", and a slot's as "a.tries"."""


def _fields() -> dict[str, int]:
    found = {name: field.offset for name, field in ffi.typeof("struct mvp_slots").fields}
    slots, size = found.pop("slots"), ffi.sizeof("struct mvp_slot")
    for number, slot in enumerate(SLOT_NAMES):
        for name, field in ffi.typeof("struct mvp_slot").fields:
            found[f"{slot}.{name}"] = slots + number * size + field.offset
    return found


def _zeros() -> int:
    row = dict(ffi.typeof("struct mvp_slots").fields)["zero"]
    return int(row.type.length)


SLOTS_LAYOUT: Final = SlotsLayout(
    copies=lib.MVP_SLOTS_COPIES,
    step=lib.MVP_SLOTS_STEP,
    size=lib.MVP_SLOTS_SIZE,
    magic=lib.MVP_SLOTS_MAGIC,
    version=lib.MVP_SLOTS_VERSION,
    priority_max=lib.MVP_SLOT_PRIORITY_MAX,
    tries_max=lib.MVP_SLOT_TRIES_MAX,
    zeros=_zeros(),
    fields=_fields(),
)
"""As the C compiler lays it out."""
