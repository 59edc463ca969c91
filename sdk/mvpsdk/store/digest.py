# SPDX-License-Identifier: Apache-2.0
"""SHA-256 of bytes in pieces: a 5 GiB image takes no more memory than a small one."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.errors import InputError, Place
from mvpsdk.store.output import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = ["CHUNK", "digest_of", "file_digest", "open_input", "pieces"]

CHUNK = 1 << 20
"""Bytes read at a time."""


def pieces(file: BinaryIO, size: int | None = None) -> Iterator[bytes]:
    """Read on from where the file stands: `size` bytes, or to its end, or as far as there are."""
    left = size
    while left is None or left > 0:
        piece = file.read(CHUNK if left is None else min(CHUNK, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


def open_input(path: Path) -> BinaryIO:
    """Open a file that a person named. Raises InputError if it is no file that can be read.

    A pipe or a device is none: it may never end, or wait for ever for somebody to write.
    """
    place = Place(file=str(path))
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError("this is a folder", place=place, hint="name a file")
        if not stat.S_ISREG(mode):
            raise InputError("this is no regular file", place=place, hint="name a regular file")
        return path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:  # a zero byte in the name
        raise InputError(f"can't read: {error}", place=place, hint="check the path") from error


def digest_of(data: Iterable[bytes], done: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 of bytes that come in pieces; `done` is told how many each has."""
    total = hashlib.sha256()
    for piece in data:
        total.update(piece)
        if done:
            done(len(piece))
    return total.hexdigest()


def file_digest(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256 (hexadecimal) and its size in bytes. Raises InputError."""
    total, size = hashlib.sha256(), 0
    try:
        with open_input(path) as file:
            for piece in pieces(file):
                total.update(piece)
                size += len(piece)
    except OSError as error:
        raise unreadable(path, error) from error
    return total.hexdigest(), size
