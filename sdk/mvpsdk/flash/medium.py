# SPDX-License-Identifier: Apache-2.0
"""What stands on a medium: its table, the record of its slots, and the bundles in them.

Nothing of it is trusted: it is what the device believes of itself, against which a bundle is held.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk import disk
from mvpsdk.bundle import fit_read, manifest
from mvpsdk.bundle.spans import Span
from mvpsdk.core.facade import SLOT_NAMES, SLOTS_ROOM, slots_read
from mvpsdk.errors import DiskError, InputError
from mvpsdk.flash.blocks import Extent, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.bundle import Manifest
    from mvpsdk.core.facade import Slots
    from mvpsdk.disk import Disk
    from mvpsdk.flash.blocks import BlockDevice

__all__ = ["MISC", "Held", "Medium", "boot", "extent", "held", "look", "taken_out"]

MISC = "misc"
_PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A bundle in a partition."""

    manifest: Manifest
    size: int  # bytes: the rest of the partition is not the bundle's


@dataclass(frozen=True, kw_only=True, slots=True)
class Medium:
    """A medium with a partition table."""

    disk: Disk
    state: Slots | None  # None: there is no misc, or no copy in it is right
    bundles: tuple[Held | None, Held | None]  # in boot_a and boot_b; None: nothing that is whole


def boot(slot: int) -> str:
    """Return the name of a slot's boot partition."""
    return f"boot_{SLOT_NAMES[slot]}"


def extent(table: Disk, name: str) -> Extent | None:
    """Return where a partition lies; None: there is none of that name."""
    found = table.find(name)
    return Extent(found.offset, found.size) if found else None


def look(device: BlockDevice, name: str) -> Medium | None:
    """Return what stands on a medium; None: it has no partition table."""
    try:
        table = disk.read(BufferedReader(Window(device, Extent(0, device.size))), name)
    except DiskError:
        return None
    misc = extent(table, MISC)
    state = slots_read(device.read(misc.offset, min(misc.size, SLOTS_ROOM))) if misc else None
    first, second = (held(device, extent(table, boot(slot)), name) for slot in (0, 1))
    return Medium(disk=table, state=state, bundles=(first, second))


@contextmanager
def taken_out(device: BlockDevice, at: Extent) -> Iterator[Path]:
    """Copy bytes of a medium to a file that is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="mvpsdk-") as folder:
        path = Path(folder) / "part"
        with path.open("wb") as file:
            for start in range(0, at.size, _PIECE):
                file.write(device.read(at.offset + start, min(_PIECE, at.size - start)))
        yield path


def held(device: BlockDevice, at: Extent | None, name: str) -> Held | None:
    """Return the bundle in a partition; None: there is none, or it is damaged."""
    if at is None or device.read(at.offset, len(fit_read.MAGIC)) != fit_read.MAGIC:
        return None
    file = BufferedReader(Window(device, at))
    with suppress(InputError):
        fit = fit_read.read(file, Span(size=at.size, path=Path(name)))
        span = {part.name: part.span for part in fit.parts}.get("manifest")
        if span and not span.data and span.size <= manifest.LARGEST:
            file.seek(span.offset)
            told = manifest.parse(file.read(span.size))
            return Held(manifest=told, size=fit.size)
    return None
