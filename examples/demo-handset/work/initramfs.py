# SPDX-License-Identifier: Apache-2.0
"""Makes the work persona's initramfs: about 1 MB, from the initrd of Debian's installer.

An initramfs is a cpio archive in the "newc" format (Linux Documentation/driver-api/early-userspace/
buffer-format): for each file a header of hexadecimal text, its name and its content. It is written
here, not unpacked and packed by tools, so that device nodes need no root, and so that the same
inputs give the same bytes.
"""

from __future__ import annotations

import gzip
import io
import stat
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Entry", "make", "read", "write"]

_MAGIC = b"070701"
_HEADER_SIZE = 110  # magic and 13 fields of 8 digits
_TRAILER = "TRAILER!!!"

_FOLDERS = (
    *("bin", "dev", "lib", "lib/aarch64-linux-gnu", "proc", "root", "sbin", "sys", "tmp"),
    *("usr", "usr/bin", "usr/sbin"),
)
_FILES = (
    "bin/busybox",
    "lib/aarch64-linux-gnu/libc.so.6",
    "lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
)
_LOADER = "lib/ld-linux-aarch64.so.1"  # where programs look for it: a link to the last of the files
_NODES = {"dev/console": (5, 1), "dev/null": (1, 3), "dev/ttyAMA0": (204, 64), "dev/zero": (1, 5)}


class Readable(Protocol):
    """What an archive is read from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer only at the end."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One member of an archive."""

    name: str
    mode: int  # st_mode, with the file's type
    data: bytes = b""  # of a symbolic link: its target
    device: tuple[int, int] = (0, 0)  # of a node: major and minor number


def make(initrd: IO[bytes], init: bytes) -> bytes:
    """Return the compressed initramfs: busybox and what it needs, and `init` as first process.

    Args:
        initrd: the installer's, compressed with gzip.
        init: the script.

    Raises ValueError if the initrd lacks something, or is no such archive.
    """
    with gzip.open(initrd) as archive:
        taken = [entry for entry in read(archive) if _is_wanted(entry)]
    missing = {*_FILES, _LOADER} - {entry.name for entry in taken}
    if missing:
        raise ValueError(f"the installer's initrd lacks {', '.join(sorted(missing))}")
    made = [
        *(Entry(name=name, mode=stat.S_IFDIR | 0o755) for name in _FOLDERS),
        *(Entry(name=name, mode=stat.S_IFCHR | 0o600, device=n) for name, n in _NODES.items()),
        Entry(name="init", mode=stat.S_IFREG | 0o755, data=init),
    ]
    # Level and time stamp are fixed: the same bytes come out on any day.
    return gzip.compress(write(sorted(made + taken, key=lambda entry: entry.name)), 9, mtime=0)


def read(archive: Readable) -> Iterator[Entry]:
    """Read a newc archive from the start. Raises ValueError if it is none, or ends too soon."""
    while True:
        header = _take(archive, _HEADER_SIZE)
        if header[:6] != _MAGIC:
            raise ValueError(f"not a newc archive: a header begins with {header[:6]!r}")
        fields = [int(header[at : at + 8], 16) for at in range(6, _HEADER_SIZE, 8)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = _take(archive, name_size + _fill(_HEADER_SIZE + name_size))
        data = _take(archive, size + _fill(size))[:size]
        text = name[: name_size - 1].decode().removeprefix("./")
        if text == _TRAILER:
            return
        yield Entry(name=text, mode=mode, data=data, device=(fields[9], fields[10]))


def write(entries: Iterable[Entry]) -> bytes:
    """Return a newc archive with all owners root, all times zero, inodes counted from 1."""
    out = io.BytesIO()
    last = Entry(name=_TRAILER, mode=0)
    for inode, entry in enumerate([*entries, last], start=1):
        name = entry.name.encode() + b"\0"
        links = 2 if stat.S_ISDIR(entry.mode) else 1
        fields = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, *entry.device)
        out.write(_MAGIC + b"".join(b"%08X" % field for field in (*fields, len(name), 0)))
        out.write(name + bytes(_fill(_HEADER_SIZE + len(name))))
        out.write(entry.data + bytes(_fill(len(entry.data))))
    return out.getvalue()


def _is_wanted(entry: Entry) -> bool:
    """Busybox, its libraries, and every command that is a link to busybox."""
    if stat.S_ISLNK(entry.mode):
        return entry.name == _LOADER or entry.data.endswith(b"busybox")
    return stat.S_ISREG(entry.mode) and entry.name in _FILES


def _take(archive: Readable, size: int) -> bytes:
    data = archive.read(size)
    if len(data) != size:
        raise ValueError("the archive ends too soon")
    return data


def _fill(size: int) -> int:
    """Bytes up to the next multiple of 4."""
    return -size % 4
