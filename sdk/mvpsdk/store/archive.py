# SPDX-License-Identifier: Apache-2.0
"""One file out of a Debian package or a tar archive, read from front to back.

A Debian package is an ar archive with a tar in it (deb(5)). Reading the one header of an ar
archive takes fewer lines than a library's name in a list of dependencies.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from mvpsdk.errors import InputError, Place
from mvpsdk.store.digest import CHUNK, open_input

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Buffer

__all__ = ["member_pieces"]

_AR = b"!<arch>\n"
_HEADER = 60  # bytes: name 16, date 12, owner 6, group 6, mode 8, size 10, end 2
_END = b"`\n"
_BROKEN = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError, ValueError)


def member_pieces(archive: Path, member: str, place: Place) -> Iterator[bytes]:
    """Yield the content of a regular file in an archive; its name may begin with `./` or `/`.

    Raises InputError, with the place, if the archive can't be read or holds no such file.
    """
    with open_input(archive) as file:
        try:
            with (
                _unpacked(_tar_in(file, place)) as plain,
                tarfile.open(fileobj=plain, mode="r|") as tar,
            ):
                yield from _content(tar, _plain(member), place)
        except _BROKEN as error:
            raise InputError(
                f"can't be unpacked: {error}",
                place=place,
                hint="a Debian package or a tar archive is taken, packed by gzip, bzip2 or xz",
            ) from error


def _content(tar: tarfile.TarFile, member: str, place: Place) -> Iterator[bytes]:
    near = []
    for entry in tar:
        name = _plain(entry.name)
        if name.rpartition("/")[2] == member.rpartition("/")[2]:
            near.append(name)
        content = tar.extractfile(entry) if name == member and entry.isfile() else None
        if content:
            while piece := content.read(CHUNK):
                yield piece
            return
    guess = f"it has {', '.join(sorted(near)[:5])}" if near else "list it with: tar -t, dpkg-deb -c"
    raise InputError(f"there is no file {member} in it", place=place, hint=guess)


def _plain(name: str) -> str:
    """A name without what archives put before it."""
    return name.removeprefix(".").lstrip("/")


def _unpacked(file: io.BufferedReader) -> IO[bytes]:
    """The tar archive's own bytes, as far as they are asked for.

    tarfile's streams would unpack themselves, but keep all that a piece unpacks to and copy it at
    each read: where there are many zeros, for minutes.
    """
    head = file.peek(6)
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    return lzma.LZMAFile(file) if head.startswith(b"\xfd7zXZ\0") else file


def _tar_in(file: BinaryIO, place: Place) -> io.BufferedReader:
    """The tar archive itself: a package's data, or the file as it is."""
    if file.read(len(_AR)) != _AR:
        file.seek(0)
        return io.BufferedReader(_Part(file, None))
    while header := file.read(_HEADER):
        name, size = header[:16].decode("ascii", "replace").strip(" /"), header[48:58]
        if len(header) < _HEADER or header[58:] != _END or not size.strip().isdigit():
            break
        if name.startswith("data.tar"):
            return io.BufferedReader(_Part(file, int(size)))
        file.seek(int(size) + int(size) % 2, 1)  # members begin at even bytes
    raise InputError("this package has no data.tar", place=place, hint="is it damaged? fetch again")


class _Part(io.RawIOBase):
    """So many bytes of a file from where it stands, for a reader that goes forward only."""

    def __init__(self, file: BinaryIO, size: int | None) -> None:
        self.file = file
        self.left = size  # None: all there is

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Read on."""
        into = memoryview(buffer)
        piece = self.file.read(len(into) if self.left is None else min(len(into), self.left))
        into[: len(piece)] = piece
        self.left = None if self.left is None else self.left - len(piece)
        return len(piece)
