# SPDX-License-Identifier: Apache-2.0
"""`/dev/NAME`: a block device of this machine, such as a card in a reader.

What is in use is written only by somebody who types the disk's name; a program can't.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import CheckFailed, InputError, MissingToolError, Place
from mvpsdk.flash import safety
from mvpsdk.flash.blocks import FileBlocks
from mvpsdk.flash.targets._blocks import BlockTarget, check_access

if TYPE_CHECKING:
    from mvpsdk.flash.safety import Disk, Use
    from mvpsdk.flash.targets import Access

__all__ = ["allow", "open_target"]


def open_target(address: str, access: Access) -> BlockTarget:
    """Open a whole block device.

    Raises InputError for what is none, CheckFailed for one that is in use or write-protected, or
    whose writing was not allowed; MissingToolError if there is no such device.
    """
    check_access(access, address)
    path, place = Path(address), Place(file=address)
    try:
        status = path.stat()
    except OSError as error:
        hint = "plug it in; lsblk shows what is there"
        why = (error.strerror or str(error)).lower()
        raise MissingToolError(f"there is no such device: {why}", place=place, hint=hint) from error
    if not stat.S_ISBLK(status.st_mode):
        hint = f"for a regular file: --to file:{address}"
        raise InputError("this is no block device", place=place, hint=hint)
    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    found = safety.disk(number, access.system)
    if found.name != found.whole:
        raise InputError(
            f"this is a part of the disk {found.whole}; what is flashed goes onto whole disks",
            place=place,
            hint=f"name the disk: --to {path.with_name(found.whole)}",
        )
    uses = safety.uses(number, access.system)
    if access.write:
        allow(found, uses, access, place)
    blocks = FileBlocks.open(path, writable=access.write, shared=bool(uses))
    return BlockTarget(address, blocks, blocks)


def allow(found: Disk, uses: tuple[Use, ...], access: Access, place: Place) -> None:
    """Let a disk be written, or raise CheckFailed.

    One that nobody uses: by `--yes`, or by an answer. One that is in use: by both `--yes` and its
    name, typed by somebody; where nobody is there to be asked, never.
    """
    if found.read_only:
        hint = "its switch is set so, or the kernel: blockdev --setrw"
        raise CheckFailed(f"{found.name} is write-protected", place=place, hint=hint)
    if not uses:
        _allow_free(found, access, place)
        return
    told = "; ".join(map(str, uses))
    if not access.yes or access.ask is None:
        raise CheckFailed(
            f"{found.name} ({found.what}) is in use: {told}",
            place=place,
            hint="unmount it; else it is written only with --yes, at a terminal, where its name"
            " is to be typed",
        )
    question = f"{found.name} ({found.what}) is in use: {told}. To overwrite it, type its name"
    if access.ask(question) != found.name:
        hint = f"to overwrite it, type {found.name}"
        raise CheckFailed("the name was not typed: nothing was written", place=place, hint=hint)


def _allow_free(found: Disk, access: Access, place: Place) -> None:
    if access.yes:
        return
    if access.ask is None:
        raise CheckFailed(
            f"{found.name} ({found.what}) would be written, and nobody is there to be asked",
            place=place,
            hint="say --yes",
        )
    answer = access.ask(f"write {found.name} ({found.what})? [y/N]")
    if answer.lower() not in ("y", "yes"):
        raise CheckFailed("nothing was written", place=place, hint="answer y, or say --yes")
