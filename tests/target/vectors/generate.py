# SPDX-License-Identifier: Apache-2.0
"""Writes the list of vectors: `python generate.py FILE`, tests/core on its path. Always the same.

What each group's words mean is said in interpreter.h and vgic.c.
"""

from __future__ import annotations

import random
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import packs
import packs2
from mvpsdk.core import facade as core

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE, PACK, TABLE, VGIC, CALL, SHA256, CHECKSUM, FDT, BYTES = range(9)
COUNTS = {PACK: 400, TABLE: 200, VGIC: 300, CALL: 300, SHA256: 40, CHECKSUM: 20, FDT: 60, BYTES: 80}
"""How many of each group."""
COUNTS_2 = {PACK: 100, VGIC: 200}
"""And for a board with a GICv2."""

MIB = 1 << 20
PAGE = 4096
RAM = 0x4000_0000  # where a persona finds its own
WORK = 1  # the persona with two vCPUs
PARTITIONS = (0, WORK)  # the other is realtime firmware
ATTRIBUTES = (0x7FC, 0x0040_0000_0000_04C4)  # STAGE2_NORMAL, STAGE2_DEVICE


def base_pack() -> core.Pack:
    """The core tests' pack, but its first persona has two vCPUs."""
    pack = packs.good_pack()
    pairs = ((0, 0), (WORK, 0), (WORK, 1), (2, 0))
    return replace(
        pack,
        vcpus=tuple(core.PackVcpu(partition=owner, number=number) for owner, number in pairs),
        regions=tuple(map(_for_two, pack.regions)),
    )


def _for_two(region: core.PackRegion) -> core.PackRegion:
    """One redistributor more, if it is the persona's."""
    if region.partition == WORK and region.kind is core.RegionKind.GICR:
        return replace(region, size=2 * region.size)
    return region


def words_of(data: bytes) -> list[int]:
    """Bytes as little-endian words, zeros after the last."""
    padded = data + bytes(-len(data) % 8)
    return list(struct.unpack(f"<{len(padded) // 8}Q", padded))


def pack_vector(draw: random.Random, meta: bytes, total: int) -> list[int]:
    """A few fields with other values; most often the checksum is mended, so that they are seen."""
    edits: list[int] = []
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        width = draw.choice((1, 2, 4, 8))
        place = draw.randrange(len(meta) // width) * width
        was = int.from_bytes(meta[place : place + width], "little")
        near = (was + draw.choice((-PAGE, -1, 1, 2, PAGE))) % (1 << 8 * width)
        value = draw.choice((0, near, near, was ^ 1 << draw.randrange(8 * width)))
        edits += [place, width, value]
    available = draw.choice((total, total, total, total - 1, total + PAGE, 255))
    return [available, draw.choice((0, 1, 1, 1)), *edits]


def table_vector(draw: random.Random) -> list[int]:
    """Maps of pages and blocks, some of which don't fit or overlap; then walks around them."""
    maps, probes = [], []
    for _ in range(draw.randint(1, 6)):
        unit = draw.choice((PAGE, 2 * MIB, 1024 * MIB))
        first = draw.randrange(0, 1 << 39, unit)
        size = unit * draw.randint(1, 4) if unit > PAGE else PAGE * draw.randint(1, 600)
        target = draw.choice((first, draw.randrange(0, 1 << 40, draw.choice((PAGE, unit)))))
        maps += [min(first, (1 << 39) - size), target, size, draw.choice(ATTRIBUTES)]
        probes += [first, first + size - 1, first + size, first + draw.randrange(size)]
    probes = [place % (1 << 39) for place in probes]
    return [draw.choice((3, 8, 32)), len(maps) // 4, *maps, *probes]


def distributor_access(draw: random.Random) -> list[int]:
    """A register of the distributor, most often one that there is."""
    bank = draw.choice((0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380))
    width = draw.choice((4, 4, 4, 8))
    offset, value = draw.choice(
        (
            (draw.choice((0, 4, 8, 0xFFE8)), draw.choice((0, 1, 2, 3))),
            (bank + 4 * draw.randrange(4), draw.getrandbits(32)),
            (bank + 4 * draw.randrange(4), draw.getrandbits(32)),
            (0x400 + 4 * draw.randrange(32), draw.getrandbits(32)),
            (0xC00 + 4 * draw.randrange(8), draw.getrandbits(32)),
            (0x6100 + 8 * draw.randrange(64), draw.choice((0, 1, 2, 1 << 31))),
            (4 * draw.randrange(0x4000), draw.getrandbits(64)),
        )
    )
    return [0, offset | width << 32 | draw.choice((0, 1, 1)) << 40, value]


def redistributor_access(draw: random.Random) -> list[int]:
    """A register of a redistributor's SGI frame, or of the first."""
    frame = draw.choice((0, 0x1_0000, 0x1_0000, 0x1_0000, 0x3_0000))
    banks = (0, 4, 8, 0x14, 0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0x418, 0xC04)
    place = frame + draw.choice(banks) | 4 << 32 | draw.choice((0, 1, 1)) << 40
    return [1, place, draw.getrandbits(32)]


def event(draw: random.Random) -> list[int]:
    """Something that happens to the interrupt controller from outside."""
    spi = draw.randrange(32, 64)
    return draw.choice(
        (
            [2, 0, draw.choice((1, 2, 3, 1 << 40)) | draw.randrange(16) << 24],
            [3, 27, 0],
            [4, draw.choice((30, spi)), draw.choice((0, 1))],
            [5, spi, 0],
            [6, 0, 0],
            [7, draw.randrange(2), 0],
            [8, 0, 0],
            [8, 0, 0],
            [9, draw.choice((27, 30, spi, draw.randrange(16))), 0],
        )
    )


def vgic_vector(draw: random.Random) -> list[int]:
    """Start-up as an OS does it, most often; then what comes."""
    partition = draw.choice(PARTITIONS)
    words = [partition]
    if draw.random() < 0.8:
        enables = draw.choice((0x0800_0002, 0xFFFF_FFFF, draw.getrandbits(32)))
        for frame in (0x1_0000, 0x3_0000):
            words += [1, frame + 0x80 | 4 << 32 | 1 << 40, 0xFFFF_FFFF]
            words += [1, frame + 0x100 | 4 << 32 | 1 << 40, enables]
        words += [0, 0x84 | 4 << 32 | 1 << 40, 0xFFFF_FFFF]
        words += [0, 0x104 | 4 << 32 | 1 << 40, draw.getrandbits(32)]
        words += [0, 0 | 4 << 32 | 1 << 40, 2]
    for _ in range(draw.randint(5, 40)):
        make = draw.choice((distributor_access, redistributor_access, event, event, event))
        words += make(draw)
    return words


def distributor2_access(draw: random.Random) -> list[int]:
    """A register of a GICv2's distributor, most often one that there is."""
    bank = draw.choice((0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380))
    offset, value = draw.choice(
        (
            (draw.choice((0, 4, 8, 0xFE8)), draw.choice((0, 1, 2, 3))),
            (bank + 4 * draw.randrange(4), draw.getrandbits(32)),
            (bank + 4 * draw.randrange(4), draw.getrandbits(32)),
            (0x400 + 4 * draw.randrange(32), draw.getrandbits(32)),
            (0x800 + 4 * draw.randrange(16), draw.getrandbits(32)),
            (0xC00 + 4 * draw.randrange(8), draw.getrandbits(32)),
            (0xF10 + 4 * draw.randrange(8), draw.getrandbits(32)),
            (4 * draw.randrange(0x400), draw.getrandbits(32)),
        )
    )
    return [10, offset | draw.choice((1, 4, 4)) << 32 | draw.choice((0, 1, 1)) << 40, value]


def event2(draw: random.Random) -> list[int]:
    """As `event`; SGIs are sent, and ended, as a GICv2's."""
    made = event(draw)
    if made[0] == 2:
        value = draw.randrange(4) << 24 | draw.randrange(4) << 16 | draw.randrange(16)
        return [10, 0xF00 | 4 << 32 | 1 << 40, value]
    if made[0] == 9 and made[1] < 16:
        return [9, made[1] | draw.randrange(2) << 10, 0]
    return made


def vgic2_vector(draw: random.Random) -> list[int]:
    """As `vgic_vector`, for a GICv2."""
    words = [draw.choice(PARTITIONS)]
    write = 4 << 32 | 1 << 40
    if draw.random() < 0.8:
        for vcpu in (1, 0):
            words += [7, vcpu, 0]
            words += [10, 0x100 | write, draw.choice((0x0800_0002, 0xFFFF_FFFF))]
        words += [10, 0x104 | write, draw.getrandbits(32)]
        for n in range(8):
            words += [10, 0x820 + 4 * n | write, draw.choice((0x01010101, 0x02010003))]
        words += [10, write, draw.choice((1, 1, 3))]
    for _ in range(draw.randint(5, 40)):
        words += draw.choice((distributor2_access, event2, event2))(draw)
    return words


def call_vector(draw: random.Random) -> list[int]:
    """A few calls of one partition: PSCI, SMCCC, MVP, and ids that nobody has."""
    ids = [0x8400_0000 + n for n in range(24)] + [0xC400_0000 + n for n in (1, 3, 4)]
    ids += [0x8000_0000, 0x8000_0001, 0x8000_7FFF, 0x8600_FF00, 0x8600_FF01, 0x8600_FF03]
    ids += [0xC600_8000 + n for n in range(8)] + [draw.getrandbits(32), draw.getrandbits(64)]
    partition = draw.choice(PARTITIONS)
    words = [partition]
    own = 0x4040_0000 if partition == 0 else RAM
    for _ in range(draw.randint(1, 6)):
        first = (0, 1, 2, 1 << 31, draw.choice(ids), own + draw.randrange(0xF000), 0x0900_0000)
        second = (0, 1, 16, 256, 257, RAM + 4, draw.getrandbits(64))
        words += [draw.randrange(2), draw.choice(ids), draw.choice(first), draw.choice(second)]
        words += [draw.getrandbits(64) for _ in range(4)]
    return words


def sha256_vector(draw: random.Random) -> list[int]:
    """Some bytes, in two steps that need not end at a block."""
    data = draw.randbytes(draw.randrange(400))
    return [len(data), draw.randint(0, len(data)), *words_of(data)]


def checksum_vector(draw: random.Random) -> list[int]:
    """A whole number of words."""
    data = draw.randbytes(4 * draw.randrange(2000))
    return [len(data), *words_of(data)]


def bytes_vector(draw: random.Random) -> list[int]:
    """Ranges of 512 bytes that are moved, up or down, and zeroed: aligned or overlapping or not."""
    unit = draw.choice((1, 8, 16))
    size = draw.randrange(0, 256, draw.choice((1, 8, 16)))
    zeroed = draw.randrange(0, 256, draw.choice((1, 8)))
    return [draw.randrange(0, 256, unit), draw.randrange(0, 256, unit), size, zeroed, size]


def device_tree() -> bytes:
    """A small one."""
    import fdt

    tree = fdt.FDT()
    tree.header.version = 17
    tree.header.last_comp_version = 16
    tree.header.boot_cpuid_phys = 0
    tree.set_property("bootargs", "mvp.persona=work quiet", path="/chosen", create=True)
    tree.set_property("linux,initrd-start", [0x4800_0000], path="/chosen", create=True)
    tree.set_property("reg", [0, RAM, 0, 0x4000_0000], path="/memory@40000000", create=True)
    return bytes(tree.to_dtb())


def fdt_vector(draw: random.Random, tree: bytes) -> list[int]:
    """The tree with a few bytes changed."""
    data = bytearray(tree)
    for _ in range(draw.randrange(4)):
        place = draw.choice((draw.randrange(40), draw.randrange(len(data))))
        data[place] = draw.choice((0, 1, 0xFF, draw.getrandbits(8)))
    return [len(data), *words_of(bytes(data))]


def records() -> Iterator[tuple[int, list[int]]]:
    """Group and words of each vector, the base pack's first."""
    draw = random.Random(20261122)  # noqa: S311 - the same vectors each time
    meta = core.pack_write(base_pack())
    total = core.pack_read(meta).total_size
    tree = device_tree()
    yield BASE, [len(meta), *words_of(meta)]
    makers = {
        PACK: lambda: pack_vector(draw, meta, total),
        TABLE: lambda: table_vector(draw),
        VGIC: lambda: vgic_vector(draw),
        CALL: lambda: call_vector(draw),
        SHA256: lambda: sha256_vector(draw),
        CHECKSUM: lambda: checksum_vector(draw),
        FDT: lambda: fdt_vector(draw, tree),
        BYTES: lambda: bytes_vector(draw),
    }
    for group, count in COUNTS.items():
        for _ in range(count):
            yield group, makers[group]()
    yield from records_2(draw)


def records_2(draw: random.Random) -> Iterator[tuple[int, list[int]]]:
    """Group and words of the vectors for a board with a GICv2, its base pack's first."""
    meta = core.pack_write(packs2.of_gicv2(base_pack()))
    total = core.pack_read(meta).total_size
    yield BASE, [len(meta), *words_of(meta)]
    makers = {PACK: lambda: pack_vector(draw, meta, total), VGIC: lambda: vgic2_vector(draw)}
    for group, count in COUNTS_2.items():
        for _ in range(count):
            yield group, makers[group]()


def main(output: Path) -> None:
    """Write the list."""
    made = list(records())
    words = [len(made)]
    for group, payload in made:
        words += [group, len(payload), *payload]
    output.write_bytes(struct.pack(f"<{len(words)}Q", *words))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
