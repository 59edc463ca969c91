# SPDX-License-Identifier: Apache-2.0
"""Boot control (include/mvp/slots.h): which slot starts next, kept in two copies in `misc`.

A state is a frozen value. What changes it returns another one; `slots_write` gives the one block
that a writer writes to the disk, and flushes, before he does what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import InputError

__all__ = [
    "SLOTS_ROOM",
    "SLOT_NAMES",
    "SLOT_TRIES_MAX",
    "Slot",
    "Slots",
    "SlotsBlock",
    "slots_choose",
    "slots_flash",
    "slots_new",
    "slots_read",
    "slots_refuse",
    "slots_start",
    "slots_succeed",
    "slots_write",
]

SLOT_NAMES: Final = ("a", "b")
"""By a slot's number."""
SLOT_TRIES_MAX: Final[int] = lib.MVP_SLOT_TRIES_MAX
SLOTS_ROOM: Final[int] = lib.MVP_SLOTS_STEP + lib.MVP_SLOTS_SIZE
"""Bytes at the start of the partition `misc` that hold both copies."""

_NONE: Final[int] = lib.MVP_SLOT_NONE
_WORD: Final = 0xFFFF_FFFF


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One slot (struct mvp_slot)."""

    priority: int = 0
    """0: it does not start; else, up to 15, the higher one goes first."""
    tries: int = 0
    """Starts left before it counts as bad, unless it is successful."""
    successful: bool = False
    """Its firmware said that it is well."""
    rollback_index: int = 0
    """Of what is flashed into it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slots:
    """The state (struct mvp_slots), and the copy that it was read from."""

    slots: tuple[Slot, Slot] = (Slot(), Slot())
    rollback_index: int = 0
    """The floor: what has a lower one is refused."""
    booted: int | None = None
    """The slot that was started last."""
    sequence: int = 0
    copy: int = 1
    """0 or 1: a writer writes the other one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotsBlock:
    """What a writer writes: the block, where in `misc` it goes, and the state that it makes."""

    offset: int  # bytes
    data: bytes
    state: Slots


def slots_read(misc: bytes) -> Slots | None:
    """Return the state that counts, of `misc` or its first SLOTS_ROOM bytes.

    None: neither copy is right, and nobody may invent a state.
    """
    found = ffi.new("struct mvp_slots *")
    copy = lib.mvp_slots_read(ffi.from_buffer("uint8_t[]", misc), len(misc), found)
    return None if copy == _NONE else _value(found, copy)


def slots_write(state: Slots) -> SlotsBlock:
    """Return the block that makes this state the one that counts.

    Raises:
        InputError: a number is out of range; it is named.
    """
    changed = _struct(state)
    offset = lib.mvp_slots_write(changed, state.copy)
    data = bytes(ffi.buffer(changed))
    return SlotsBlock(offset=offset, data=data, state=_value(changed, 1 - state.copy))


def slots_new(state: Slots | None = None) -> bytes:
    """Return the first SLOTS_ROOM bytes of a new disk's `misc`: both copies, the second counts.

    state: made with `slots_flash` from `Slots()`; None: nothing is flashed.

    Raises:
        InputError: a number is out of range; it is named.
    """
    room = bytearray(SLOTS_ROOM)
    state = state or _value(_cleared(), 1)
    for _ in range(lib.MVP_SLOTS_COPIES):
        block = slots_write(state)
        room[block.offset : block.offset + len(block.data)] = block.data
        state = block.state
    return bytes(room)


def slots_choose(state: Slots) -> int | None:
    """Return the number of the slot that starts next; None: none may."""
    slot = lib.mvp_slots_choose(_struct(state))
    return None if slot == _NONE else int(slot)


def slots_start(state: Slots, slot: int) -> Slots:
    """Return the state to be written before a slot is started: one try less, unless it is good.

    The same state: nothing need be written, or the slot may not start.
    """
    return _changed(lib.mvp_slots_start, state, slot)


def slots_refuse(state: Slots, slot: int) -> Slots:
    """Return the state in which a slot does not start before it is flashed anew."""
    return _changed(lib.mvp_slots_refuse, state, slot)


def slots_succeed(state: Slots) -> Slots:
    """Return the state after the firmware of the slot that was started last said it is well."""
    return _changed(lib.mvp_slots_succeed, state)


def slots_flash(
    state: Slots, slot: int, *, rollback_index: int, tries: int = lib.MVP_SLOT_TRIES_MAX
) -> Slots:
    """Return the state in which a slot, flashed anew, goes first and may be tried so often.

    Raises:
        InputError: the index is below the floor, or tries are not 1 to SLOT_TRIES_MAX.
    """
    _word("rollback index", rollback_index)
    _within("tries", tries, 1, SLOT_TRIES_MAX)
    floor = state.rollback_index
    if rollback_index < floor:
        raise InputError(
            f"rollback index {rollback_index} is below the device's floor of {floor}",
            hint="flash a bundle whose rollback index is not lower",
        )
    return _changed(lib.mvp_slots_flash, state, slot, tries, rollback_index)


def _changed(change: Any, state: Slots, *values: int) -> Slots:
    struct = _struct(state)
    return _value(struct, state.copy) if change(struct, *values) else state


def _cleared() -> Any:
    struct = ffi.new("struct mvp_slots *")
    lib.mvp_slots_clear(struct)
    return struct


def _value(struct: Any, copy: int) -> Slots:
    first, second = (
        Slot(
            priority=slot.priority,
            tries=slot.tries,
            successful=bool(slot.successful),
            rollback_index=slot.rollback_index,
        )
        for slot in struct.slots
    )
    return Slots(
        slots=(first, second),
        rollback_index=struct.rollback_index,
        booted=None if struct.booted == _NONE else struct.booted,
        sequence=struct.sequence,
        copy=copy,
    )


def _struct(state: Slots) -> Any:
    struct = _cleared()
    struct.sequence = _word("sequence", state.sequence)
    struct.rollback_index = _word("rollback index", state.rollback_index)
    if state.booted is not None:
        struct.booted = _within("slot booted", state.booted, 0, lib.MVP_SLOT_COUNT - 1)
    _within("copy", state.copy, 0, lib.MVP_SLOTS_COPIES - 1)
    for to, slot in zip(struct.slots, state.slots, strict=True):
        to.priority = _within("priority", slot.priority, 0, lib.MVP_SLOT_PRIORITY_MAX)
        to.tries = _within("tries", slot.tries, 0, SLOT_TRIES_MAX)
        to.successful = slot.successful
        to.rollback_index = _word("rollback index", slot.rollback_index)
    return struct


def _word(name: str, value: int) -> int:
    return _within(name, value, 0, _WORD)


def _within(name: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise InputError(f"{name} {value} is not a number from {least} to {most}")
    return value
