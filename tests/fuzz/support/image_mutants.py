# SPDX-License-Identifier: Apache-2.0
"""Damaged images of every format: the worker's own way to read them, and the rules over its facts.

A mutant is made of its number: the same in each run. Many are read by one child, as the worker's
children read one: with the same readers, and the same limits for all of them as for one.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import time
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import image_seeds as seeds
from mvpsdk.core.facade import NOTE_MAGIC, abi_names
from mvpsdk.image import _worker, codec, reading
from mvpsdk.image.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).parents[3]
TODAY = dt.date(2026, 1, 1)
PATIENCE, MEMORY = 10.0, 1 << 30
"""Seconds and bytes that one mutant may take."""
BATCH = 40
"""Mutants that one child reads; if it dies, each of them is read by a child of its own."""
LINTED = 4
"""Of so many mutants one's facts are given to every rule."""
TREE = b"\xd0\x0d\xfe\xed"
PROGRAM = """
#include <mvp/abi.h>
struct mvp_abi_note note;
int main(void) { return (int)note.role; }
void _start(void) { main(); }
"""


@dataclass(frozen=True, slots=True)
class Seed:
    """A good image: what is damaged, how the damaged bytes are wrapped, and what they are for."""

    data: bytes
    part: str
    wrap: Callable[[bytes], bytes] = bytes


@dataclass(slots=True)
class Result:
    """What came of some mutants."""

    count: int = 0
    slowest: float = 0.0  # seconds of the processor for one: others may be at work, too
    peak: int = 0  # bytes of one child
    stopped: dict[str, str] = field(default_factory=dict)  # reader and reason, by mutant
    killed: dict[str, str] = field(default_factory=dict)  # children that died, by mutant
    linted: int = 0

    def add(self, other: Result) -> None:
        """Count another's in."""
        self.count += other.count
        self.slowest = max(self.slowest, other.slowest)
        self.peak = max(self.peak, other.peak)
        self.stopped |= other.stopped
        self.killed |= other.killed
        self.linted += other.linted


@cache
def program() -> bytes:
    """Firmware with debug information, by a real compiler."""
    include = ROOT / "sdk" / "mvpsdk" / "core" / "include"
    out = ROOT / "build" / "mutants"
    out.mkdir(parents=True, exist_ok=True)
    made = out / f"program-{os.getpid()}.elf"
    words = [
        "-g",
        "-O1",
        "-ffreestanding",
        "-nostdlib",
        "-static-pie",
        "-fPIE",
        f"-I{include}",
        "-x",
        "c",
        "-",
    ]
    subprocess.run(
        ["aarch64-linux-gnu-gcc", *words, "-o", made], input=PROGRAM, text=True, check=True
    )
    data = made.read_bytes()
    made.unlink()
    return data


@cache
def all_seeds() -> dict[str, Seed]:
    """Every format, and packed ones damaged inside."""
    linux, ramdisk = seeds.kernel(), seeds.ramdisk()
    note = seeds.kernel(size=0x3800)[:0x3000] + NOTE_MAGIC.ljust(0x100, b"\1")
    named = sorted(abi_names())
    types = seeds.btf(named[0], named[-1])
    shut = seeds.gzipped(linux)
    vendor = [(1, "", ramdisk), (3, "dlkm", ramdisk)]
    return {
        "image": Seed(linux, "kernel"),
        "image with a note": Seed(note, "kernel"),
        "image with BTF": Seed(linux + types, "kernel"),
        "BTF": Seed(types, "kernel", lambda data: linux + data),
        "PE": Seed(linux[:0x38] + bytes(4) + linux[0x3C:], "image"),
        "ELF": Seed(seeds.elf(), "realtime"),
        "ELF with DWARF": Seed(program(), "realtime"),
        "cpio": Seed(ramdisk, "ramdisk"),
        "cpio, packed": Seed(ramdisk, "ramdisk", seeds.gzipped),
        "gzip": Seed(seeds.gzipped(ramdisk), "ramdisk"),
        "FDT": Seed(seeds.tree({"a": b"1", "b": {"c": b"2"}}), "image"),
        "FIT": Seed(seeds.fit(shut), "kernel"),
        "FIT with data outside": Seed(seeds.fit(shut, outside=True), "kernel"),
        "uImage": Seed(seeds.uimage(shut), "kernel"),
        "zboot": Seed(seeds.zboot(shut), "kernel"),
        "zImage": Seed(seeds.zimage(shut), "kernel"),
        "sparse": Seed(seeds.sparse(), "image"),
        **{f"boot {v}": Seed(seeds.boot(v, shut, ramdisk), "kernel") for v in range(5)},
        "boot, its kernel": Seed(
            linux, "kernel", lambda data: seeds.boot(4, seeds.gzipped(data), ramdisk)
        ),
        "vendor boot 3": Seed(seeds.vendor_boot(3, vendor[:1]), "ramdisk"),
        "vendor boot 4": Seed(seeds.vendor_boot(4, vendor, config=b"a=b"), "ramdisk"),
    }


def prepare() -> None:
    """Import and make once what every child needs."""
    import lief

    from mvpsdk import lint

    lief.logging.disable()
    lint.catalogue()
    all_seeds()


def mutant(number: int) -> tuple[str, str, bytes]:
    """Make a mutant: its name, what it is for, and its bytes."""
    chance = random.Random(number)  # noqa: S311 - the same in each run
    names = sorted(all_seeds())
    name = names[number % len(names)]
    seed = all_seeds()[name]
    data = bytearray(seed.data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        _damage(data, chance)
    return f"{number} ({name})", seed.part, seed.wrap(bytes(data)) or b"\0"


NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40, -1)


def _damage(data: bytearray, chance: random.Random) -> None:
    """Change something, more often near the start, where headers are."""
    size = max(1, len(data))
    near = min(size, chance.choice((64, 512, 4096, size, size)))
    at = chance.randrange(near)
    match chance.randrange(8):
        case 0 | 1:
            data[at : at + 1] = bytes([chance.randrange(256)])
        case 2 | 3 | 4:
            width, order = chance.choice((2, 4, 8)), chance.choice(("little", "big"))
            value = chance.choice(NUMBERS) & ((1 << 8 * width) - 1)
            data[at : at + width] = value.to_bytes(width, "big" if order == "big" else "little")
        case 5:
            del data[chance.randrange(size) :]
        case 6:
            data[at:at] = data[at : at + chance.randrange(1, 65)]
        case _:
            start = chance.randrange(size)
            data[at : at + 16] = data[start : start + 16]


def run(numbers: Iterable[int], folder: Path) -> Result:
    """Read mutants in children, a batch in each; files come and go in a folder."""
    total, left = Result(), list(numbers)
    while left:
        batch, left = left[:BATCH], left[BATCH:]
        total.add(_batch(batch, folder))
    return total


def _batch(numbers: list[int], folder: Path) -> Result:
    """Read mutants in one child; if it dies, each in its own, so that it is known which it was."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reader)
        _child(numbers, folder, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        text = said.read()
    _, status, used = os.wait4(pid, 0)
    if status == 0:
        return Result(**json.loads(text), peak=used.ru_maxrss * 1024)
    if len(numbers) > 1:
        total = Result()
        for number in numbers:
            total.add(_batch([number], folder))
        return total
    code = os.waitstatus_to_exitcode(status)
    return Result(count=1, killed={mutant(numbers[0])[0]: f"exit code {code}"})


def _child(numbers: list[int], folder: Path, writer: int) -> None:
    """Read mutants with the worker's limits, and tell what came of them; never returns."""
    code = 1
    try:
        warnings.simplefilter("ignore")  # lief has some, for numbers that it has no name for
        _worker.limit(0, _worker.LEAST_CPU * len(numbers))
        result = Result()
        for number in numbers:
            _one(number, folder, result)
        plain = {name: getattr(result, name) for name in ("count", "slowest", "stopped", "linted")}
        with os.fdopen(writer, "wb") as out:
            out.write(json.dumps(plain).encode())
        code = 0
    finally:
        os._exit(code)


def _one(number: int, folder: Path, result: Result) -> None:
    name, part, data = mutant(number)
    path = folder / f"{os.getpid()}"
    path.write_bytes(data)
    begin = time.process_time()
    fields: dict[str, object] = {}
    stops = []
    for line in _worker.read(path, part, list(READERS), {}):
        kind, _, text = line.strip().partition(b" ")
        if kind == b"facts":
            fields |= codec.loads(text)
        else:
            stops.append(codec.loads(text))
    if stops:
        result.stopped[name] = "; ".join(f"{stop.reader}: {stop.detail}" for stop in stops)
    if number % LINTED == 0:
        _lint(path, part, fields, tuple(stops))
        result.linted += 1
    result.slowest = max(result.slowest, time.process_time() - begin)
    result.count += 1
    path.unlink()


def _lint(path: Path, part: str, fields: dict[str, object], stops: tuple[object, ...]) -> None:
    """Give the facts to every rule; nothing may be raised."""
    from mvpsdk import lint

    role = part if part in ("realtime", "image") else f"work/{part}"
    facts = reading._facts(reading._look(path, role), fields, stops)  # type: ignore[arg-type]
    lint.check([lint.Bench(images=(facts,))], today=TODAY)


def files(numbers: Iterable[int], folder: Path) -> Iterator[Path]:
    """Write mutants down, for whoever wants files; a device tree is no image by itself."""
    for number in numbers:
        path, data = folder / f"mutant-{number}", mutant(number)[2]
        if data[:4] != TREE:
            path.write_bytes(data)
            yield path
