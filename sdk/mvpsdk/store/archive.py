# SPDX-License-Identifier: Apache-2.0
"""One file out of a Debian package or a tar archive, read from front to back.

A Debian package is an ar archive with a tar in it (deb(5)). Reading the one header of an ar
archive takes fewer lines than a library's name in a list of dependencies.
"""

from __future__ import annotations

import tarfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from mvpsdk.errors import InputError, Place
from mvpsdk.store.digest import CHUNK, open_input

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["member_pieces"]

_AR = b"!<arch>\n"
_HEADER = 60  # bytes: name 16, date 12, owner 6, group 6, mode 8, size 10, end 2
_END = b"`\n"
_BROKEN = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError)


def member_pieces(archive: Path, member: str, place: Place) -> Iterator[bytes]:
    """Yield the content of a regular file in an archive; its name may begin with `./` or `/`.

    Raises InputError, with the place, if the archive can't be read or holds no such file.
    """
    with open_input(archive) as file:
        try:
            tar = tarfile.open(fileobj=_tar_in(file, place), mode="r|*")  # noqa: SIM115 - below
            with tar:
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


def _tar_in(file: BinaryIO, place: Place) -> BinaryIO:
    """The tar archive itself: a package's data, or the file as it is."""
    if file.read(len(_AR)) != _AR:
        file.seek(0)
        return file
    while header := file.read(_HEADER):
        name, size = header[:16].decode("ascii", "replace").strip(" /"), header[48:58]
        if len(header) < _HEADER or header[58:] != _END or not size.strip().isdigit():
            break
        if name.startswith("data.tar"):
            return cast("BinaryIO", _Part(file, int(size)))
        file.seek(int(size) + int(size) % 2, 1)  # members begin at even bytes
    raise InputError("this package has no data.tar", place=place, hint="is it damaged? fetch again")


class _Part:
    """So many bytes of a file from where it stands, for a reader that goes forward only."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.left = size

    def read(self, size: int) -> bytes:
        """Read on."""
        piece = self.file.read(min(size, self.left))
        self.left -= len(piece)
        return piece
