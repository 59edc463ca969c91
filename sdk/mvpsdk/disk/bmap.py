# SPDX-License-Identifier: Apache-2.0
"""Block maps: which blocks of a disk have something in them, each range with its SHA-256.

bmaptool's format, version 2.0 (bmap-tools, bmaptools/BmapCreate.py). It is XML of one shape, and
what has another is refused: a document type, which could make it endless, above all.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.disk.runs import GRAIN, whole_grains
from mvpsdk.errors import DiskError, Place
from mvpsdk.store.digest import digest_of, pieces
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Bmap", "Mapped", "check_bmap", "read_bmap", "write_bmap"]

_TEMPLATE = """\
<?xml version="1.0" ?>
<!-- The blocks of a disk that are written; bmaptool copies them and checks them on the way. -->
<bmap version="2.0">
    <ImageSize> {size} </ImageSize>
    <BlockSize> {block} </BlockSize>
    <BlocksCount> {blocks} </BlocksCount>
    <MappedBlocksCount> {mapped} </MappedBlocksCount>
    <ChecksumType> sha256 </ChecksumType>
    <BmapFileChecksum> {checksum} </BmapFileChecksum>
    <BlockMap>
"""
_BLANK = "0" * 64
"""Stands for the map's own SHA-256 while that is made."""

_LARGEST, _LARGEST_BLOCK = 32 * MIB, 16 * MIB
_RANGE = ["bmap", "BlockMap", "Range"]
_NUMBER, _SHA256 = re.compile(r"[0-9]{1,19}"), re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """A range of blocks that has something in it."""

    first: int
    last: int  # inclusive
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bmap:
    """A whole block map; ranges are in order and lie apart."""

    size: int  # bytes of the disk
    block: int  # bytes
    ranges: tuple[Mapped, ...]


def write_bmap(
    disk: BinaryIO, size: int, file: BinaryIO, ranges: Callable[[], Iterator[tuple[int, int]]]
) -> None:
    """Write the block map of a disk, to a file that is empty and can be read and sought in.

    ranges: gives, each time it is called, the half-open byte ranges that are written, in order.

    Raises OSError as the files do.
    """
    mapped = sum(-(-high // GRAIN) - low // GRAIN for low, high in whole_grains(ranges(), size))
    told = {"size": size, "block": GRAIN, "blocks": -(-size // GRAIN), "mapped": mapped}
    file.write(_TEMPLATE.format(**told, checksum=_BLANK).encode())
    for low, high in whole_grains(ranges(), size):
        digest, first, last = _digest(disk, low, high), low // GRAIN, (high - 1) // GRAIN
        span = f"{first}-{last}" if last > first else f"{first}"
        file.write(f'        <Range chksum="{digest}"> {span} </Range>\n'.encode())
    file.write(b"    </BlockMap>\n</bmap>\n")
    file.flush()
    own = _digest(file, 0, file.tell())
    file.seek(_TEMPLATE.format(**told, checksum=_BLANK).index(_BLANK))
    file.write(own.encode())


def _digest(file: BinaryIO, start: int, end: int) -> str:
    file.seek(start)
    return digest_of(pieces(file, end - start))


def read_bmap(file: BinaryIO, path: Path | str = "") -> Bmap:
    """Return what a block map says; `path` is the file's name in errors.

    Raises DiskError if it is none of version 2.0 with SHA-256, if it is not what its own sum says,
    or its ranges are out of order or beyond the disk; OSError as the file does.
    """
    place = Place(file=str(path)) if path else None
    data = file.read(_LARGEST + 1)
    try:
        if len(data) > _LARGEST:
            raise _Wrong("it is larger than any disk needs")  # noqa: TRY301 - one place says where
        return _Reader(data).bmap()
    except _Wrong as wrong:
        hint = "make it again: bmaptool create, or mvpsdk bundle --container disk --bmap"
        message = f"the block map can't be read: {wrong}"
        raise DiskError(message, place=place, hint=hint) from None


def check_bmap(bmap: Bmap, disk: BinaryIO) -> tuple[Mapped, ...]:
    """Return the ranges of which a disk has other bytes than its map says, or none."""
    return tuple(
        each
        for each in bmap.ranges
        if each.sha256
        != _digest(disk, each.first * bmap.block, min((each.last + 1) * bmap.block, bmap.size))
    )


class _Wrong(Exception):  # noqa: N818 - nothing that anybody sees
    """Why a block map does not count."""


class _Reader:
    """A block map on its way through expat."""

    def __init__(self, data: bytes) -> None:
        self.path: list[str] = []
        self.texts: dict[str, str] = {}
        self.ranges: list[Mapped] = []
        self.version = self.sum = ""
        self._parse(data)
        self._check_sum(data)

    def _parse(self, data: bytes) -> None:
        from xml.parsers.expat import ExpatError, ParserCreate

        parser = ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(data, True)  # noqa: FBT003 - expat takes no keywords
        except ExpatError as error:
            raise _Wrong(f"it is no XML: {error}") from None

    def _doctype(self, *_: object) -> None:
        raise _Wrong("it has a document type, which no block map has")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        if self.path == ["bmap"]:
            self.version = attributes.get("version", "")
        elif self.path == _RANGE:
            self.sum = attributes.get("chksum", "")
        elif len(self.path) != 2 or self.path[0] != "bmap" or name in self.texts:  # noqa: PLR2004
            raise _Wrong(f"it has {'/'.join(self.path)[:80]}, where no block map has it")
        self.texts[name] = ""

    def _text(self, text: str) -> None:
        self.texts[self.path[-1]] += text

    def _end(self, name: str) -> None:
        if self.path == _RANGE:
            first, _, last = self.texts[name].strip().partition("-")
            span = _number(first), _number(last or first)
            if not _SHA256.fullmatch(self.sum):
                raise _Wrong(f"the range {self.texts[name].strip()} has no SHA-256")
            self.ranges.append(Mapped(first=span[0], last=span[1], sha256=self.sum))
        self.path.pop()

    def _check_sum(self, data: bytes) -> None:
        """The map's own: over itself, with zeros in the sum's place."""
        told = self.texts.get("BmapFileChecksum", "").strip()
        if self.version != "2.0" or self.texts.get("ChecksumType", "").strip() != "sha256":
            raise _Wrong(f"its version is {self.version!r}; version 2.0 with SHA-256 is read")
        if not _SHA256.fullmatch(told):
            raise _Wrong("it has no sum of its own")
        found = hashlib.sha256(data.replace(told.encode(), _BLANK.encode(), 1)).hexdigest()
        if found != told:
            raise _Wrong(f"its SHA-256 is {found}, and it says {told}")

    def bmap(self) -> Bmap:
        """What it says, if that is possible."""
        size, block = _number(self.texts.get("ImageSize")), _number(self.texts.get("BlockSize"))
        if not 0 < block <= _LARGEST_BLOCK:
            raise _Wrong(f"its blocks have {block} bytes")
        blocks, before = -(-size // block), -1
        for each in self.ranges:
            if not before < each.first <= each.last < blocks:
                raise _Wrong(
                    f"the range {each.first}-{each.last} is not behind {before} and in the disk's"
                    f" {blocks} blocks"
                )
            before = each.last
        mapped = sum(each.last - each.first + 1 for each in self.ranges)
        for name, count in (("BlocksCount", blocks), ("MappedBlocksCount", mapped)):
            if _number(self.texts.get(name)) != count:
                raise _Wrong(f"{name} is {self.texts[name].strip()}, should be {count}")
        return Bmap(size=size, block=block, ranges=tuple(self.ranges))


def _number(text: str | None) -> int:
    plain = (text or "").strip()
    if not _NUMBER.fullmatch(plain):
        raise _Wrong(f"{plain[:40]!r} is no number")
    return int(plain)
