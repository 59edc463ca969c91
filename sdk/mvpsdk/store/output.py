# SPDX-License-Identifier: Apache-2.0
"""Output files that appear whole or not at all: written beside, synced, renamed."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.errors import InputError, MissingToolError, MvpError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["beside", "output", "target_of", "unreadable", "unwritable", "write_bytes"]

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def output(path: Path, *, sync: bool = True) -> Iterator[BinaryIO]:
    """Open a file to write (and read again) that takes its name only when the block ends well.

    It can be read back. Whatever stops the block (a full disk, Ctrl-C, a bug) leaves what stood at
    the path untouched and nothing beside it. A symbolic link is followed.

    sync: have it on the disk before it takes its name: then a power cut, too, leaves a whole file.
    What has its own digests and can be made again does without, as linkers and mkimage do: whoever
    reads a bundle finds out, and the disk takes longer than to make one.

    Raises InputError if the path can't be written, MissingToolError if the disk is full.
    """
    target = target_of(path)
    written = target.with_name(f".mvpsdk-{os.urandom(8).hex()}")
    try:
        with written.open("x+b") as file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
        written.replace(target)
    except BaseException as error:
        with suppress(OSError):
            written.unlink(missing_ok=True)
        # Only what concerns this file is put into words here; the block's own troubles pass.
        if isinstance(error, OSError) and error.filename in (None, str(written)):
            raise unwritable(path, error) from error
        raise


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Make a folder on the file system of an output, for what is made on the way to it.

    It is gone when the block ends. Raises InputError if no file can stand at the path or the folder
    can't be made.
    """
    import tempfile  # which takes longer to load than most files to write

    parent = target_of(path).parent
    try:
        folder = tempfile.TemporaryDirectory(prefix=".mvpsdk-", dir=parent)
    except OSError as error:
        raise unwritable(path, error) from error
    with folder as name:
        yield Path(name)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file, or nothing. Raises as `output` does."""
    with output(path) as file:
        file.write(data)


def unwritable(path: Path, error: OSError) -> MvpError:
    """Put an operating system's refusal to write into words, with the next step."""
    what = (error.strerror or str(error)).lower()
    place = Place(file=str(path))
    if error.errno in _NO_SPACE:
        hint = "make room on that disk, or write somewhere else"
        return MissingToolError(f"can't write: {what}", place=place, hint=hint)
    hint = "check the folder's permissions, or write somewhere else"
    return InputError(f"can't write: {what}", place=place, hint=hint)


def unreadable(path: Path, error: OSError) -> MvpError:
    """Put an operating system's refusal to read into words."""
    what = (error.strerror or str(error)).lower()
    return InputError(
        f"can't read: {what}",
        place=Place(file=str(path)),
        hint="check the path, and who may read it",
    )


def target_of(path: Path) -> Path:
    """Return where the bytes of an output shall end up: links are followed.

    Raises InputError if no file can stand there.
    """
    target = Path(os.path.realpath(path))
    place = Place(file=str(path))
    if target.is_dir():
        raise InputError("this is a folder", place=place, hint="name a file inside it")
    if target.exists() and not target.is_file():
        raise InputError("this is no regular file", place=place, hint="name a regular file")
    if not target.parent.is_dir():
        hint = f"make it first: mkdir -p {target.parent}"
        raise InputError(f"the folder {target.parent} does not exist", place=place, hint=hint)
    return target
