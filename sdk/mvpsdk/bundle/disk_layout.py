# SPDX-License-Identifier: Apache-2.0
"""Which partitions a disk has, how large they are, and what goes into them."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk import disk
from mvpsdk.bundle.opening import open_bundle
from mvpsdk.core.facade import SLOT_NAMES, Slots, slots_flash, slots_new
from mvpsdk.errors import BundleError, DiskError, Place
from mvpsdk.store import open_input
from mvpsdk.units import MIB, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack
    from pathlib import Path
    from uuid import UUID

    from mvpsdk.board import Board
    from mvpsdk.bundle.containers import Wanted
    from mvpsdk.bundle.model import Contents

__all__ = ["Content", "Room", "rooms"]

_USERDATA_SIZE = 64 * MIB
_ROUND = 16 * MIB


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What a partition begins with; open as long as the disk is made."""

    path: Path | None  # None: made here
    file: BinaryIO
    size: int  # bytes
    given: bool = True  # by a person, who waits for it to be copied

    @classmethod
    def of(cls, path: Path, files: ExitStack) -> Content:
        """Open a file; of a sparse image, what it stands for. Raises InputError."""
        file = files.enter_context(open_input(path))
        if disk.is_sparse(file.read(4)):
            file = files.enter_context(disk.read_sparse(file, path).over(file))
        return cls(path=path, file=file, size=file.seek(0, 2))


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A partition of a disk that is made."""

    name: str
    type: UUID
    size: int  # bytes
    content: Content | None  # None: nothing is written into it
    holes: bool = False  # holes of what goes in may stay what they are


def rooms(fit: Path, wanted: Wanted, files: ExitStack) -> tuple[tuple[Room, ...], tuple[str, ...]]:
    """Return the partitions in their order, and what was assumed about them.

    Raises DiskError if something is larger than where it shall go, BundleError if the FIT is no
    bundle, InputError if a file can't be read.
    """
    notes: list[str] = []
    opened = open_bundle(fit)
    homes = _homes(opened, wanted, notes)
    given = {name: Content.of(path, files) for name, path in wanted.parts.items()}
    _check_parts(given, homes)
    contents = {"misc": _misc(opened, wanted)}
    bundle = replace(Content.of(fit, files), given=False)
    for name, content in {"boot": bundle, **given}.items():
        contents |= {f"{name}_{slot}": content for slot in _filled(wanted)}
    if wanted.userdata:
        contents["userdata"] = Content.of(wanted.userdata, files)
    slot = _slot_size("boot", bundle, wanted.board, notes)
    userdata = _userdata_size(wanted, contents.get("userdata"), notes)
    found = (
        Room(
            name=row.name,
            type=row.type,
            size=row.size,
            content=contents.get(row.name),
            holes=row.name == "userdata",
        )
        for row in disk.partitions(slot, homes, userdata)
    )
    return tuple(found), tuple(notes)


def _filled(wanted: Wanted) -> tuple[str, ...]:
    """The slots that something is written into."""
    return SLOT_NAMES if wanted.both_slots else SLOT_NAMES[:1]


def _misc(opened: Contents, wanted: Wanted) -> Content:
    """Boot control of a new disk: slot a goes first, and nothing was started yet."""
    manifest = opened.manifest
    if manifest is None:
        raise BundleError(
            "this FIT has no manifest",
            place=Place(file=str(opened.path)),
            hint="make it with mvpsdk bundle",
        )
    state, index = Slots(), manifest.rollback_index
    for slot in (1, 0) if wanted.both_slots else (0,):  # who is flashed last goes first
        state = slots_flash(state, slot, rollback_index=index)
    data = slots_new(state)
    return Content(path=None, file=io.BytesIO(data), size=len(data), given=False)


def _homes(opened: Contents, wanted: Wanted, notes: list[str]) -> dict[str, int]:
    """How large the home in memory is of each persona that is updated apart, by its name."""
    pack = opened.pack
    rows = pack.delegates if pack else ()
    homes = {pack.partitions[row.partition].name: row.room for row in rows} if pack else {}
    notes += [
        f"{name} does not start before a part of it is flashed: --part gives one"
        for name in homes
        if name not in wanted.parts
    ]
    return homes


def _check_parts(given: Mapping[str, Content], homes: Mapping[str, int]) -> None:
    """Raise for a part that no persona waits for, or that has no room in its home."""
    for name, content in given.items():
        place = Place(file=str(content.path))
        if name not in homes:
            there = ", ".join(homes) or "none: update-key in handset.toml makes one"
            raise BundleError(
                f'this bundle has no persona "{name}" that comes in a part of its own',
                place=place,
                hint=f"there is: {there}",
            )
        if content.size > homes[name]:
            raise DiskError(
                f"the part has {describe_size(content.size)} ({content.size:#x} bytes), its home"
                f" {describe_size(homes[name])} ({homes[name]:#x} bytes)",
                place=place,
                hint="raise update-room in handset.toml",
            )


def _slot_size(name: str, content: Content, board: Board | None, notes: list[str]) -> int:
    """How large a slot is by the board, else with room for what grows."""
    ours = {name, *(f"{name}_{slot}" for slot in SLOT_NAMES)}
    known = board.slots if board else ()
    told = [slot for slot in known if slot.name in ours] or (known if name == "boot" else ())
    if not told:
        size = align_up(content.size * 3 // 2, _ROUND)
        why = f"the board has no [[slot]] {name}" if board else "nothing says how large they are"
        notes.append(f"{name}_a and {name}_b have {describe_size(size)} each: {why}")
        return size
    least = min(told, key=lambda slot: slot.size)
    if content.size > least.size:
        raise DiskError(
            f"what goes into slot {least.name} has {describe_size(content.size)}"
            f" ({content.size:#x} bytes), the slot {describe_size(least.size)}"
            f" ({least.size:#x} bytes)",
            place=board.place("slot") if board else None,
            hint="take out what the phone does not need, or enlarge the slot in board.toml",
            rule="BND005",
        )
    return least.size


def _userdata_size(wanted: Wanted, content: Content | None, notes: list[str]) -> int:
    least = content.size if content else 0
    size = wanted.userdata_size or least
    if least > size:
        raise DiskError(
            f"the user data have {least} bytes ({describe_size(least)}), their partition {size}"
            f" ({describe_size(size)})",
            place=Place(file=str(wanted.userdata)),
            hint=f"say --userdata-size {align_up(least, MIB) // MIB}MiB, or more",
        )
    if not size:
        size = _USERDATA_SIZE
        notes.append(f"userdata has {describe_size(size)} and is empty: --userdata-size says else")
    return size
