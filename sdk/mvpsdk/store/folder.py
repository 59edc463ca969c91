# SPDX-License-Identifier: Apache-2.0
"""A folder of files that appears whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, Place
from mvpsdk.store.output import unwritable, write_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["write_folder"]


def write_folder(folder: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write files, by their path in the folder, so that all of them are there or none is.

    An empty folder may stand there. With `force` one that isn't empty may, too: files of these
    names are replaced, others stay.

    Raises InputError if something is in the way or can't be written, MissingToolError if the disk
    is full.
    """
    target = Path(folder.absolute())
    _refuse(folder, files, force=force)
    beside = target.with_name(f".mvpsdk-{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(beside / name, data)
        _move(beside, target, files)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _refuse(folder: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    place = Place(file=str(folder))
    if folder.exists() and not folder.is_dir():
        raise InputError("is in the way: it is no folder", place=place, hint="choose another name")
    if force or not folder.is_dir() or not any(folder.iterdir()):
        return
    there = [name for name in files if (folder / name).exists()]
    told = f"has {', '.join(there)} already" if there else "is a folder with other things in it"
    raise InputError(
        told,
        place=place,
        hint="choose another name; or --force replaces what is made anew, and leaves the rest",
    )


def _move(beside: Path, target: Path, files: Mapping[str, bytes]) -> None:
    if not target.is_dir() or not any(target.iterdir()):
        beside.rename(target)
        return
    for name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (beside / name).replace(target / name)
