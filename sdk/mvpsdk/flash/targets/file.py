# SPDX-License-Identifier: Apache-2.0
"""`file:PATH`: a regular file that is a medium, such as the virtual handset's disk.

It is made where a whole disk goes into it, and grows as it must; for a slot it must be there.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.disk import is_disk
from mvpsdk.errors import CheckFailed, InputError, Place
from mvpsdk.flash import safety
from mvpsdk.flash.blocks import BLOCK, FileBlocks
from mvpsdk.flash.inputs import Kind
from mvpsdk.flash.targets._blocks import BlockTarget, check_access

if TYPE_CHECKING:
    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.model import Options, Plan, Tell
    from mvpsdk.flash.targets import Access

__all__ = ["open_target"]


class FileTarget(BlockTarget):
    """A regular file."""

    def plan(self, what: Input, options: Options, tell: Tell) -> Plan:
        """As any medium does; a file that isn't there yet takes a whole disk alone."""
        path = Path(self.name)
        if what.kind is not Kind.DISK and not path.exists():
            raise InputError(
                "there is no such file, and a bundle goes into a slot of a disk that is there",
                place=Place(file=str(path)),
                hint="flash a disk image into it first: mvpsdk bundle --container disk",
            )
        if path.exists() and path.samefile(what.path):
            hint = "name another file"
            raise InputError("a file can't go into itself", place=Place(file=str(path)), hint=hint)
        return super().plan(what, options, tell)


def open_target(address: str, access: Access) -> FileTarget:
    """Open a regular file, or make ready to make it.

    Raises InputError for what is no regular file, CheckFailed for a file that is in use, or that
    holds something else than a disk.
    """
    check_access(access, address)
    path = Path(address)
    place = Place(file=address)
    if not address:
        raise InputError("file: names no file", hint="write file:PATH")
    if not path.exists():
        if not path.parent.is_dir():
            hint = f"make it first: mkdir -p {path.parent}"
            raise InputError(f"the folder {path.parent} does not exist", place=place, hint=hint)
        return FileTarget(address, blocks := FileBlocks.absent(path), blocks)
    if not stat.S_ISREG(path.stat().st_mode):
        hint = f"name a device by its path: --to {path.resolve()}"
        raise InputError("this is no regular file", place=place, hint=hint)
    for use in safety.uses_of_file(path, access.system):
        hint = "let go of it first: umount, losetup -d, swapoff"
        raise CheckFailed(f"the file is in use: {use}", place=place, hint=hint)
    blocks = FileBlocks.open(path, writable=access.write)
    try:
        _look(blocks, access, place)
    except BaseException:
        blocks.close()
        raise
    return FileTarget(address, blocks, blocks)


def _look(blocks: FileBlocks, access: Access, place: Place) -> None:
    """A disk may be written over, and what an interrupted flash has left; all else is asked for."""
    head = blocks.read(0, 2 * BLOCK)
    if access.yes or is_disk(head) or not any(head):
        return
    raise CheckFailed(
        f"the file holds something else than a disk: it begins with {head[:8].hex(' ')}",
        place=place,
        hint="name another file; or say --yes, and it is written over",
    )
