# SPDX-License-Identifier: Apache-2.0
"""Personas' parts beside a bundle: where they go, and that they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, Place
from mvpsdk.store.output import unreadable
from mvpsdk.units import Pa, Range, describe_size

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.run.model import Bootable, Options

__all__ = ["check_parts", "check_room", "homes_of"]


def homes_of(bootable: Bootable) -> dict[str, Range[Pa]]:
    """Return where the bundle wants the parts of its personas, by their names."""
    pack = bootable.facts
    return {
        pack.partitions[row.partition].name: Range(Pa(row.home), row.room)
        for row in (pack.delegates if pack else ())
        if pack
    }


def check_parts(bootable: Bootable, options: Options) -> None:
    """Raise InputError for a part of a persona that has none."""
    homes = homes_of(bootable)
    for name, _ in options.parts:
        if name not in homes:
            there = ", ".join(homes) or "none"
            raise InputError(
                f'no persona "{name}" comes in a part of its own', hint=f"in this bundle: {there}"
            )


def check_room(path: Path, room: int) -> None:
    """Raise InputError for a file that can't be read, or is larger than the room that it has."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    if size > room:
        raise InputError(
            f"the part has {describe_size(size)}, its home in the bundle {describe_size(room)}",
            place=Place(file=str(path)),
            hint="raise update-room in the handset file, and make the bundle again",
        )
