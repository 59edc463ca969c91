# SPDX-License-Identifier: Apache-2.0
"""What is inside an image: the release of a Linux kernel, the files of a ramdisk."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.image.cpio import members
from mvpsdk.image.searching import matches
from mvpsdk.image.unpacking import DamagedError, UnreadError, archives
from mvpsdk.image.wrappers import WRAPPERS
from mvpsdk.units import MIB, PAGE, align_up

if TYPE_CHECKING:
    import mmap

    from mvpsdk.image.cpio import Member
    from mvpsdk.image.raw import Raw
    from mvpsdk.image.unpacking import Source

__all__ = ["Contents", "Modules", "look"]

_MOST = 200_000
"""Files of a ramdisk that are looked at."""
_LARGEST_MODULE = 64 * MIB
_BANNER, _LONGEST = re.compile(rb"Linux version ([0-9][!-~]{0,63})"), 78  # bytes
_MODULE = re.compile(r"(?:^|/)lib/modules/([^/]+)/.*?([^/]+)\.ko(\.[a-z0-9]+)?$")
_BUILTIN = re.compile(r"(?:^|/)lib/modules/[^/]+/modules\.builtin$")
_MAGIC = re.compile(rb"\0vermagic=([!-~]{1,64})")
_ALIAS = re.compile(rb"\0alias=of:N[^\0C]*C([!-~]{1,127})(?=\0)")
"""A device that a module drives, by one "compatible" string (Linux, scripts/mod/file2alias.c)."""
_MOST_NAMES = 5000
"""Names of modules, and of devices, that are kept."""
_LARGEST_LIST = MIB
"""Bytes of modules.builtin that are looked at."""


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
    module_names: tuple[str, ...] = ()  # of the ramdisk's modules, such as "virtio_blk"
    builtin_names: tuple[str, ...] = ()  # of what modules.builtin says to be in the kernel
    compatibles: tuple[str, ...] = ()  # device tree's names of what the unpacked modules drive
    has_init: bool = False  # whether the ramdisk has an /init, without which Linux wants a root
    fault: str = ""  # how it contradicts itself
    unread: str = ""  # why not all of it was read: `unpacked` and `modules` are what was


def look(raw: Raw) -> Contents | None:
    """Return what is inside a kernel or a ramdisk; None for what holds nothing to look at."""
    if raw.format == "arm64-image":
        return _kernel(raw.data)
    if raw.format == "cpio" or (raw.part == "ramdisk" and raw.format in WRAPPERS):
        return _ramdisk(raw.data)
    return None


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
        module_names=tuple(sorted(tally.names)[:_MOST_NAMES]),
        builtin_names=tuple(sorted(tally.builtin)[:_MOST_NAMES]),
        compatibles=tuple(sorted(tally.compatibles)[:_MOST_NAMES]),
        has_init=tally.has_init,
        fault=fault,
        unread=unread,
    )


class _Tally:
    """Counts the files of a ramdisk, and notes what the modules are."""

    def __init__(self) -> None:
        self.files = 0
        self.bytes = 0
        self.modules: Counter[tuple[str, str]] = Counter()
        self.names: set[str] = set()
        self.builtin: set[str] = set()
        self.compatibles: set[str] = set()
        self.has_init = False

    def add(self, member: Member, source: Source) -> None:
        """Count one; read it, if it is a module or the list of those in the kernel."""
        self.files += 1
        if self.files > _MOST:
            raise UnreadError(f"it has more than {_MOST} files: not read any further")
        self.has_init |= member.name.removeprefix("./").lstrip("/") == "init"
        if not member.is_file:
            return
        self.bytes += align_up(member.size, PAGE)
        found = _MODULE.search(member.name)
        if found:
            readable = not found[3] and member.size <= _LARGEST_MODULE
            self._module(found[1], found[2], source.read(member.size) if readable else b"")
        elif _BUILTIN.search(member.name) and member.size <= _LARGEST_LIST:
            listed = source.read(member.size).decode("latin-1").split()
            self.builtin |= {_stem(line.rpartition("/")[2].partition(".ko")[0]) for line in listed}

    def _module(self, folder: str, name: str, content: bytes) -> None:
        magic = _MAGIC.search(content)
        self.modules[folder, magic[1].decode("ascii") if magic else ""] += 1
        self.names.add(_stem(name))
        for alias in _ALIAS.finditer(content):
            first = alias[1].decode("ascii").partition("C*")[0].rstrip("*")
            if len(self.compatibles) < _MOST_NAMES:
                self.compatibles.add(first)


def _stem(name: str) -> str:
    """A module's name as Linux has it: "-" and "_" are the same to it."""
    return name.replace("-", "_")[:64]
