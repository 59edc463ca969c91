# SPDX-License-Identifier: Apache-2.0
"""What can be flashed, recognised by its first bytes, never by its name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mvpsdk.bundle import recognising
from mvpsdk.bundle.recognising import HEAD, recognised
from mvpsdk.errors import InputError, Place
from mvpsdk.store import open_input
from mvpsdk.store.output import unreadable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Input", "Kind", "open_flashable"]


class Kind(StrEnum):
    """Where it goes."""

    BUNDLE = "bundle"  # a FIT: into a slot
    DISK = "disk"  # onto a whole medium
    PART = "part"  # a persona's own: into a slot


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """A file that can be flashed."""

    path: Path
    kind: Kind
    size: int  # bytes of the file
    state: tuple[int, ...]  # what changes whenever the file does

    def hold_still(self) -> None:
        """Raise InputError if the file is another than the one that was opened.

        To be asked once its digest is known that all that is written is held to: then what was
        verified before is what is written.
        """
        try:
            same = _state(self.path.stat()) == self.state
        except OSError as error:
            raise unreadable(self.path, error) from error
        if not same:
            hint = "leave it alone and run this again; nothing was written"
            message = "the file changed while it was verified"
            raise InputError(message, place=Place(file=str(self.path)), hint=hint)


def open_flashable(path: Path) -> Input:
    """Say what a file is. Raises InputError if it can't be read or flashed."""
    with open_input(path) as file:
        try:
            state = os.fstat(file.fileno())
            head = file.read(HEAD)
        except OSError as error:
            raise unreadable(path, error) from error
    kind = _kind(head, path)
    return Input(path=path, kind=kind, size=state.st_size, state=_state(state))


def _state(found: os.stat_result) -> tuple[int, ...]:
    times = (found.st_mtime_ns, found.st_ctime_ns)
    return (found.st_dev, found.st_ino, found.st_size, *times)


def _kind(head: bytes, path: Path) -> Kind:
    found = _KINDS.get(recognised(head))
    if found:
        return found
    what = f"begins with {head[:8].hex(' ')}" if head else "is empty"
    raise InputError(
        f"the file {what}: that is nothing that can be flashed",
        place=Place(file=str(path)),
        hint="name a bundle, a persona's part or a disk image: mvpsdk bundle makes them",
    )


_KINDS = {
    recognising.Kind.TREE: Kind.BUNDLE,
    recognising.Kind.DISK: Kind.DISK,
    recognising.Kind.SPARSE: Kind.DISK,
    recognising.Kind.PART: Kind.PART,
}
