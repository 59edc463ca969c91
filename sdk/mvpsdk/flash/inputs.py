# SPDX-License-Identifier: Apache-2.0
"""What can be flashed, recognised by its first bytes, never by its name."""

from __future__ import annotations

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


def open_flashable(path: Path) -> Input:
    """Say what a file is. Raises InputError if it can't be read or flashed."""
    with open_input(path) as file:
        try:
            head = file.read(HEAD)
            size = file.seek(0, 2)
        except OSError as error:
            raise unreadable(path, error) from error
    return Input(path=path, kind=_kind(head, path), size=size)


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
