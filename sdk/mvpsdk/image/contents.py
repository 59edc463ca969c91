# SPDX-License-Identifier: Apache-2.0
"""What is inside an image: the release of a Linux kernel, the files of a ramdisk.

Unpacking takes a while; with a cache, what was looked at before costs nothing.
"""

from __future__ import annotations

import json
import mmap
import re
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from mvpsdk.errors import ImageError, MvpError, Place
from mvpsdk.image.cpio import members
from mvpsdk.image.searching import matches
from mvpsdk.image.unpacking import DamagedError, UnreadError, archives
from mvpsdk.image.wrappers import WRAPPERS
from mvpsdk.units import MIB, PAGE, align_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk.image.cpio import Member
    from mvpsdk.image.model import ImageFacts
    from mvpsdk.image.unpacking import Source
    from mvpsdk.store.cache import Cache

__all__ = ["Contents", "Modules", "look"]

EDITION = 1
"""Of what is looked for; kept results of another one are not taken."""
_MOST = 200_000
"""Files of a ramdisk that are looked at."""
_LARGEST_MODULE = 64 * MIB
_BANNER, _LONGEST = re.compile(rb"Linux version ([0-9][!-~]{0,63})"), 78  # bytes
_MODULE = re.compile(r"(?:^|/)lib/modules/([^/]+)/.*\.ko(\.[a-z0-9]+)?$")
_MAGIC = re.compile(rb"\0vermagic=([!-~]{1,64})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Modules:
    """Kernel modules of one ramdisk that are made for the same kernel."""

    folder: str  # release by the folder: /lib/modules/RELEASE
    magic: str  # release by the modules' own vermagic; "": they are packed, or have none
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What is inside a kernel or a ramdisk."""

    release: str = ""  # of a Linux kernel, as its banner has it; "": it is none
    unpacked: int | None = None  # bytes in RAM of a ramdisk's files, each in whole pages
    modules: tuple[Modules, ...] = ()
    fault: str = ""  # how it contradicts itself
    unread: str = ""  # why not all of it was read: `unpacked` and `modules` are what was


def look(facts: ImageFacts, *, cache: Cache | None = None) -> Contents | None:
    """Return what is inside a persona's kernel or ramdisk; None for what holds nothing to look at.

    Raises ImageError if the file has vanished since its facts were read.
    """
    part = facts.role.rpartition("/")[2]
    kernel = part == "kernel" and facts.format == "arm64-image"
    if not kernel and not (part == "ramdisk" and facts.format in {"cpio", *WRAPPERS}):
        return None
    key = sha256(f"contents\0{EDITION}\0{part}\0{facts.sha256}".encode()).hexdigest()
    kept = _recall(cache, key) if cache else None
    if kept:
        return kept
    found = _read(facts, _kernel if kernel else _ramdisk)
    if cache:
        _keep(cache, key, found)
    return found


def _read(facts: ImageFacts, reader: Callable[[mmap.mmap], Contents]) -> Contents:
    try:
        with (
            facts.path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return reader(data)
    except (OSError, ValueError) as wrong:
        raise ImageError(
            f"{facts.role}: can't be read any more: {wrong}",
            place=Place(file=str(facts.path)),
            hint="it was there a moment ago: don't build while linting",
        ) from None


def _kernel(data: mmap.mmap) -> Contents:
    banner = next(matches(_BANNER, data, _LONGEST), None)
    return Contents(release=banner[1].decode("ascii") if banner else "")


def _ramdisk(data: mmap.mmap) -> Contents:
    tally, fault, unread = _Tally(), "", ""
    try:
        for source in archives(data):
            for member in members(source):
                tally.add(member, source)
    except DamagedError as wrong:
        fault = str(wrong)
    except UnreadError as wrong:
        unread = str(wrong)
    return Contents(
        unpacked=tally.bytes,
        modules=tuple(
            Modules(folder=folder, magic=magic, count=count)
            for (folder, magic), count in sorted(tally.modules.items())
        ),
        fault=fault,
        unread=unread,
    )


class _Tally:
    """Counts the files of a ramdisk."""

    def __init__(self) -> None:
        self.files = 0
        self.bytes = 0
        self.modules: Counter[tuple[str, str]] = Counter()

    def add(self, member: Member, source: Source) -> None:
        """Count one; read it, if it is a module."""
        self.files += 1
        if self.files > _MOST:
            raise UnreadError(f"it has more than {_MOST} files: not read any further")
        if not member.is_file:
            return
        self.bytes += align_up(member.size, PAGE)
        found = _MODULE.search(member.name)
        if found:
            readable = not found[2] and member.size <= _LARGEST_MODULE
            magic = _MAGIC.search(source.read(member.size)) if readable else None
            self.modules[found[1], magic[1].decode("ascii") if magic else ""] += 1


def _recall(cache: Cache, key: str) -> Contents | None:
    """Return kept contents; None if there are none, or none that can be read."""
    files = cache.result(key) or {}
    try:
        kept = json.loads(files["contents.json"])
        modules = tuple(Modules(**each) for each in kept.pop("modules"))
        return Contents(modules=modules, **kept)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _keep(cache: Cache, key: str, found: Contents) -> None:
    """Keep contents; a cache that can't be written only costs time."""
    try:
        cache.forget(key)
        cache.keep(key, {"contents.json": json.dumps(asdict(found)).encode()})
    except MvpError:
        return
