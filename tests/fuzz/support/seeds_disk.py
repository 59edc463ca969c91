# SPDX-License-Identifier: Apache-2.0
"""First inputs of the harnesses of what stands on a disk: boot control, partition tables."""

from __future__ import annotations

from mvpsdk.core import facade as core

__all__ = ["gpts", "slots"]

START, REFUSE, SUCCEED, FLASH = range(4)


def _step(kind: int, slot: int = 0, number: int = 0) -> int:
    return kind | slot << 2 | number << 5


def _misc(state: core.Slots) -> bytes:
    """Both copies, one behind the other."""
    room = core.slots_new(state)
    return room[:512] + room[-512:]


def slots() -> dict[str, bytes]:
    """States of a life: new, on trial, good, wrapped; and the steps that follow."""
    flashed = core.slots_flash(core.Slots(), 0, rollback_index=3)
    trial = core.slots_start(core.slots_flash(flashed, 1, rollback_index=4), 1)
    life = bytes(
        [_step(START), _step(SUCCEED), _step(FLASH, 1, 2), _step(START, 1), _step(SUCCEED)]
    )
    bad = bytes([_step(START, 1), _step(REFUSE, 1), _step(START), _step(REFUSE), _step(START)])
    wrapped = core.Slots(slots=trial.slots, sequence=0xFFFF_FFFE)
    return {
        "new": bytes(3) + life + _misc(core.Slots()),
        "flashed": bytes(3) + life + _misc(flashed),
        "trial": bytes([0, 0, 40]) + bad + _misc(trial),
        "wrapped": bytes([0, 0, 9]) + life + _misc(wrapped),
        "cut": bytes([4, 200, 0]) + life + _misc(trial),
        "none": bytes([3, 0, 0]) + life + bytes(1024),
    }


def gpts() -> dict[str, bytes]:
    """A table as tools make it, a short one, and what is looked for in them."""
    import gpts as tables

    table = tables.disk()
    table.count = 8
    whole = table.header() + table.array()
    table.count = 5
    short = table.header() + table.array()
    return {
        "misc": bytes(8) + whole,
        "boot": bytes([0, 1]) + bytes(6) + whole,
        "absent": bytes([0, 4]) + bytes(6) + whole,
        "short": bytes(8) + short,
        "kept": bytes([7]) + bytes(7) + short,
    }
