# SPDX-License-Identifier: Apache-2.0
"""Reads the archives that Linux takes for a ramdisk: cpio "newc", and nothing else.

No library of note reads them as a stream from Python without a C library of its own; the format is
a header of 110 characters before each name.
"""

from __future__ import annotations

import binascii
import stat
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.image.unpacking import DamagedError, UnreadError
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.unpacking import Source

__all__ = ["Member", "members"]

_MAGICS = (b"070701", b"070702")  # the second one has checksums, which Linux doesn't look at either
_FIELDS = struct.Struct(">13I")  # after the magic, as hexadecimal digits
_HEADER = 6 + 2 * _FIELDS.size
_LONGEST_NAME = 4096  # bytes, its NUL included: Linux's PATH_MAX
_END = b"TRAILER!!!"


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A file of an archive. Its content is next in the source, and may be read from there."""

    name: str
    is_file: bool
    size: int  # bytes of its content


def members(source: Source) -> Iterator[Member]:
    """Yield what the next archive holds; of a packed source, what all its archives hold.

    Raises DamagedError if they contradict themselves, UnreadError if this is no such archive.
    """
    if not source.packed:
        yield from _archive(source)
        return
    while source.skip_zeros():
        yield from _archive(source)


def _archive(source: Source) -> Iterator[Member]:
    while True:
        mode, size, name_size = _header(source)
        if not 1 <= name_size <= _LONGEST_NAME:
            raise DamagedError(f"a name of its archive has {name_size} bytes")
        name = source.read(align_up(_HEADER + name_size, 4) - _HEADER)[: name_size - 1]
        end = source.position + align_up(size, 4)
        if name == _END:
            source.skip(end - source.position)
            return
        yield Member(name=name.decode("latin-1"), is_file=stat.S_ISREG(mode), size=size)
        if not source.skip(end - source.position):
            raise DamagedError("its archive ends inside a file: it was cut off")


def _header(source: Source) -> tuple[int, int, int]:
    """Read a header; return mode, size of the content and size of the name."""
    start = source.position
    head = source.read(_HEADER)
    if head[:6] not in _MAGICS:
        if not head:
            raise DamagedError("its archive has no end marker (TRAILER!!!): it was cut off")
        if start == 0:
            raise UnreadError("what is packed is no archive of the kind that Linux takes")
        raise DamagedError(f"its archive has no header at {start:#x}")
    try:
        fields = _FIELDS.unpack(binascii.unhexlify(head[6:]))
    except (binascii.Error, struct.error):
        raise DamagedError(f"its archive has a header of no numbers at {start:#x}") from None
    return fields[1], fields[6], fields[11]
