# SPDX-License-Identifier: Apache-2.0
"""Damaged partition tables, sparse images and block maps: each is refused in words or read.

A mutant is made of its number alone. What must hold of each: reading it raises nothing but an error
for people, soon; partitions that are read lie apart and in the disk; a sparse image gives as many
bytes as it says, and they are the chunks'; ranges of a block map lie apart and in the disk; and
what was read can be written and reads the same.
"""

from __future__ import annotations

import hashlib
import io
import random
import re
import struct
import time
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO
from zlib import crc32

from long_run import Tally
from mvpsdk import disk
from mvpsdk.disk import BLOCK
from mvpsdk.disk.gpt_write import backup, primary
from mvpsdk.errors import MvpError
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Result", "mutant", "run", "seeds"]

WORDS = (0, 1, 2, 33, 34, 127, 128, 511, 512, 4095, 4096, 1 << 16, (1 << 31) - 1, 1 << 31)
WORDS_LONG = (*WORDS, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
PATIENCE = 1.0
"""Seconds of a processor that any mutant may take; they take thousandths."""
_READ = 1 << 20  # bytes of a disk that are read out of a sparse image, from each end


@dataclass(kw_only=True)
class Result(Tally):
    """What a run found."""

    accepted: int = 0


# ---- seeds ----


def _table() -> bytes:
    """A disk's two tables, with less between them than there would be."""
    planned = disk.plan(
        [
            disk.Wanted(name=name, type=kind, size=64 * 1024)
            for name, kind in (("misc", disk.TYPE_MISC), ("boot_a", disk.TYPE_BOOT))
        ],
        "fuzz",
    )
    small = [
        disk.Partition(
            name=each.name,
            type=each.type,
            guid=each.guid,
            first=40 + 8 * number,
            last=47 + 8 * number,
        )
        for number, each in enumerate(planned.partitions)
    ]
    made = disk.Disk(
        guid=planned.guid, blocks=128, first_usable=34, last_usable=94, partitions=tuple(small)
    )
    first, last = primary(made), backup(made)
    return first + bytes(made.size - len(first) - len(last)) + last


def _sparse() -> bytes:
    file = io.BytesIO()
    data = b"x" * 4096 + bytes(3 * 4096) + b"y" * 8192 + bytes(8192)
    disk.write_sparse(io.BytesIO(data), len(data), file, [(0, 4 * 4096), (16384, 24576)])
    return file.getvalue()


def _sparse_of_many() -> bytes:
    """Patterns, a sum, and headers that are longer than they need be."""
    rows = [(0xCAC2, 3, b"abcd"), (0xCAC1, 1, b"r" * 512), (0xCAC3, 9, b""), (0xCAC4, 0, b"sums")]
    head = struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 32, 16, 512, 13, len(rows), 0) + bytes(4)
    return head + b"".join(
        struct.pack("<HHII", kind, 0, count, 16 + len(body)) + b"more" + body
        for kind, count, body in rows
    )


def _bmap() -> bytes:
    file, data = io.BytesIO(), b"x" * 4096 + bytes(8192) + b"y" * 5000
    disk.write_bmap(io.BytesIO(data), len(data), file, lambda: iter([(0, 5), (12288, 17288)]))
    return file.getvalue()


@cache
def seeds() -> dict[str, bytes]:
    """What the mutants are made of."""
    return {
        "table": _table(),
        "sparse": _sparse(),
        "sparse of many": _sparse_of_many(),
        "bmap": _bmap(),
    }


# ---- mutants ----


def mutant(number: int) -> tuple[str, bytes]:
    """The seed's name and the damaged bytes. Three of four have their sums mended afterwards."""
    chance = random.Random(number)  # noqa: S311 - a mutant is made again by its number
    name = [*seeds()][number % len(seeds())]
    data = bytearray(seeds()[name])
    ways = {"bmap": _XML_WAYS, "table": _TABLE_WAYS}.get(name, _WAYS)
    if name == "table" and chance.randrange(4):
        data[-33 * BLOCK :] = bytes(33 * BLOCK)  # so that the primary must do
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        chance.choice(ways)(data, chance)
    if chance.randrange(4):
        _mend(name, data)
    return name, bytes(data)


def _mend(name: str, data: bytearray) -> None:
    """Make the sums right, so that what lies behind them is reached."""
    if name == "table":
        for header, entries in ((BLOCK, 2 * BLOCK), (len(data) - BLOCK, len(data) - 33 * BLOCK)):
            if 0 < header <= len(data) - BLOCK and entries > 0:
                _mend_header(data, header, entries)
    if name == "bmap":
        blank = re.sub(
            rb"(<BmapFileChecksum> ?)[0-9a-f]+", rb"\g<1>" + b"0" * 64, bytes(data), count=1
        )
        data[:] = blank.replace(b"0" * 64, hashlib.sha256(blank).hexdigest().encode(), 1)


def _mend_header(data: bytearray, header: int, entries: int) -> None:
    count, size = struct.unpack_from("<II", data, header + 80)
    total = min(count * size, 1 << 20)
    struct.pack_into("<I", data, header + 88, crc32(data[entries : entries + total]))
    (length,) = struct.unpack_from("<I", data, header + 12)
    struct.pack_into("<I", data, header + 16, 0)
    struct.pack_into("<I", data, header + 16, crc32(data[header : header + min(length, BLOCK)]))


def _place(data: bytearray, chance: random.Random) -> int:
    """Where something stands: the heads of things more often than what lies between."""
    starts = [0, 446, BLOCK, 2 * BLOCK, max(0, len(data) - BLOCK), max(0, len(data) - 33 * BLOCK)]
    start = chance.choice(starts) if chance.randrange(4) else chance.randrange(len(data) + 1)
    return min(start + 4 * chance.randrange(70), max(0, len(data) - 8))


def _bit(data: bytearray, chance: random.Random) -> None:
    if data:
        data[min(_place(data, chance), len(data) - 1)] ^= 1 << chance.randrange(8)


def _word(data: bytearray, chance: random.Random) -> None:
    """A number that lengths and places stumble over."""
    form = chance.choice("HIQ")
    value = chance.choice(WORDS_LONG) + chance.choice((0, 0, -1, 1, len(data) // BLOCK))
    packed = struct.pack(f"<{form}", value & (1 << 8 * struct.calcsize(form)) - 1)
    at = _place(data, chance)
    data[at : at + len(packed)] = packed


def _field(data: bytearray, chance: random.Random) -> None:
    """Another number, or that of another field, in the primary header or its first entries."""
    places = [*range(BLOCK + 8, BLOCK + 92, 4), *range(2 * BLOCK, 2 * BLOCK + 256, 8)]
    at, other = chance.choice(places), chance.choice(places)
    value = int.from_bytes(data[other : other + 8], "little") + chance.choice((0, 0, 1, -1, 8))
    if not chance.randrange(3):
        value = chance.choice((*WORDS_LONG, *range(30, 100)))
    size = 4 if at in (BLOCK + 8, BLOCK + 12, BLOCK + 80, BLOCK + 84) else 8
    data[at : at + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _grow(data: bytearray, chance: random.Random) -> None:
    data += bytes(chance.choice((1, 4, BLOCK, 40 * BLOCK)))


def _move(data: bytearray, chance: random.Random) -> None:
    """A part of it somewhere else."""
    size = chance.choice((4, 12, 16, 128, BLOCK))
    source, target = _place(data, chance), _place(data, chance)
    data[target : target + size] = data[source : source + size]


def _digits(data: bytearray, chance: random.Random) -> None:
    """Another number where one stands."""
    numbers = list(re.finditer(rb"[0-9]+", bytes(data)))
    if numbers:
        found = chance.choice(numbers)
        data[found.start() : found.end()] = str(chance.choice((*WORDS_LONG, -1))).encode()


def _element(data: bytearray, chance: random.Random) -> None:
    """Lines twice, missing, or of something that no map has."""
    lines = bytes(data).split(b"\n")
    at = chance.randrange(len(lines))
    odd = (b"<Range>", b"<a/>", b"<!-- -->", b'<!DOCTYPE a [<!ENTITY b "c">]>', b"&b;", b"]]>")
    lines[at : at + chance.randrange(2)] = [chance.choice((lines[at], *odd))]
    data[:] = b"\n".join(lines)


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _bit, _word, _word, _cut, _grow, _move,
)  # fmt: skip
_TABLE_WAYS = (_field, _field, _field, _field, *_WAYS)
_XML_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _bit, _digits, _digits, _element, _cut, _move,
)  # fmt: skip


# ---- what must hold ----


def run(numbers: range) -> Result:
    """Read mutants, and hold what is read to what must be."""
    result = Result()
    for number in numbers:
        name, data = mutant(number)
        result.count += 1
        begun = time.process_time()
        try:
            _HOLDS[name](data)
            result.accepted += 1
        except MvpError as refused:
            if not refused.message.isprintable():
                result.faults[f"{number} ({name})"] = f"unprintable: {refused.message!r}"
        except Exception as wrong:  # noqa: BLE001 - whatever it is, it is what we look for
            result.faults[f"{number} ({name})"] = f"{type(wrong).__name__}: {wrong}"
        if time.process_time() - begun > PATIENCE:
            result.faults[f"{number} ({name})"] = "took too long"
    return result


def _hold(what: str, *, ok: bool) -> None:
    if not ok:
        raise AssertionError(what)


def _table_holds(data: bytes) -> None:
    found = disk.read(io.BytesIO(data))
    spans = sorted((each.first, each.last) for each in found.partitions)
    _hold("apart", ok=all(last < first for (_, last), (first, _) in pairwise(spans)))
    inside = all(found.first_usable <= low <= high <= found.last_usable for low, high in spans)
    _hold("in the disk", ok=inside and (found.last_usable + 1) * BLOCK < len(data))
    _hold("printable", ok=all(each.name.isprintable() for each in found.partitions))
    _hold("some of it", ok=len(data) >= found.size or bool(found.damage))
    if found.size > 64 * MIB:
        return
    anew = io.BytesIO()
    if found.first_usable > 33 and found.last_usable < found.blocks - 33:
        disk.write(anew, found)
        _hold("the same again", ok=disk.read(anew).partitions == found.partitions)


def _sparse_holds(data: bytes) -> None:
    file = io.BytesIO(data)
    index = disk.read_sparse(file)
    _hold("chunks in order", ok=all(low < high for low, high in pairwise(index.starts)))
    view = index.over(file)
    for start in (0, max(0, index.size - _READ)):
        view.seek(start)
        piece = view.read(_READ)
        _hold("as many bytes as it says", ok=len(piece) == min(_READ, index.size - start))
        for low, high in _holes(view, start, min(index.size, start + _READ)):
            _hold("holes are zeros", ok=not any(piece[low - start : high - start]))


def _holes(view: BinaryIO, start: int, end: int) -> list[tuple[int, int]]:
    at, holes = start, []
    for low, high in disk.data_ranges(view, start, end):
        holes.append((at, low))
        at = high
    return [*holes, (at, end)]


def _bmap_holds(data: bytes) -> None:
    found = disk.read_bmap(io.BytesIO(data))
    spans = [(each.first, each.last) for each in found.ranges]
    _hold("apart", ok=all(last < first for (_, last), (first, _) in pairwise(spans)))
    blocks = -(-found.size // found.block)
    _hold("in the disk", ok=all(0 <= low <= high < blocks for low, high in spans))


_HOLDS: dict[str, Callable[[bytes], None]] = {
    "table": _table_holds,
    "sparse": _sparse_holds,
    "sparse of many": _sparse_holds,
    "bmap": _bmap_holds,
}
