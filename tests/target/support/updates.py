# SPDX-License-Identifier: Apache-2.0
"""Phones that are updated by the flasher's own code, with every write recorded."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cuts
from mvpsdk import disk, flash
from mvpsdk.core import facade as core
from mvpsdk.units import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Stage", "after", "phone", "slots_of", "updated", "with_slots"]

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PARTITIONS = {
    "misc": 64 * KIB,
    "boot_a": 512 * KIB,
    "boot_b": 512 * KIB,
    "extra_a": 64 * KIB,
    "extra_b": 64 * KIB,
    "userdata": MIB,
}
"""Of the phone; "extra" is a part that is updated by itself, and copied from slot to slot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """An update: the medium before it, what was written, and where the parts are."""

    before: bytes
    log: tuple[cuts.Write, ...]
    table: disk.Disk


def phone(bundle: Path, index: int) -> tuple[bytes, disk.Disk]:
    """A medium with a bundle in slot a that is well, and nothing in slot b."""
    kinds = {"misc": disk.TYPE_MISC, "boot": disk.TYPE_BOOT, "extra": disk.TYPE_PERSONA}
    wanted = [
        disk.Wanted(name=name, type=kinds.get(name.partition("_")[0], disk.TYPE_LINUX), size=size)
        for name, size in PARTITIONS.items()
    ]
    table = disk.plan(wanted, contents="power cut")
    file = io.BytesIO(bytes(table.size))
    disk.write(file, table)
    state = core.slots_start(core.slots_flash(core.Slots(), 0, rollback_index=index), 0)
    contents = {
        "misc": core.slots_new(core.slots_succeed(state)),
        "boot_a": bundle.read_bytes(),
        "extra_a": bytes(range(256)) * 200,
        "userdata": b"what the user has " * 4000,
    }
    for partition in table.partitions:
        file.seek(partition.offset)
        file.write(contents.get(partition.name, b""))
    return file.getvalue(), table


def updated(before: bytes, table: disk.Disk, bundle: Path) -> Stage:
    """Flash a bundle by the flasher's own code, every write recorded."""
    device = cuts.Recorder(before)
    what = flash.open_flashable(bundle)
    options = flash.Options(keys=("test:",), now=NOW)
    with flash.BlockTarget("the phone", device) as target:
        target.plan(what, options, lambda _event: None).carry_out(lambda _event: None)
    return Stage(before=before, log=tuple(device.log), table=table)


def slots_of(medium: bytes | bytearray, table: disk.Disk) -> core.Slots:
    """Boot control, which must be there."""
    misc = table.find("misc")
    assert misc
    state = core.slots_read(bytes(medium[misc.offset : misc.offset + core.SLOTS_ROOM]))
    assert state
    return state


def with_slots(medium: bytes, table: disk.Disk, state: core.Slots) -> bytes:
    """The medium with this state written into its boot control."""
    misc = table.find("misc")
    assert misc
    block = core.slots_write(state)
    changed = bytearray(medium)
    at = misc.offset + block.offset
    changed[at : at + cuts.BLOCK] = block.data
    return bytes(changed)


def after(medium: bytes, log: Iterable[cuts.Write]) -> bytes:
    """The medium when all has been written."""
    changed = bytearray(medium)
    for entry in log:
        if entry.data is not None:
            changed[entry.offset : entry.offset + cuts.BLOCK] = entry.data
    return bytes(changed)
