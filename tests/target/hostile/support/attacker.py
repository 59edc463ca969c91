# SPDX-License-Identifier: Apache-2.0
"""The hostile persona: built, bundled, let loose under any hypervisor, and listened to."""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench_machine import FLAGS
from mvpsdk.build.recipe import CORE
from mvpsdk.core import facade
from mvpsdk.run.command import deterministic, executable
from mvpsdk.run.demux import Demux
from mvpsdk.run.qemu import Qemu
from phone import bundled_for, mvpsdk
from workshop import COMPILERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = [
    "BOARDS",
    "GIC2",
    "GROUPS",
    "PLACES",
    "SMALL_FLOOD",
    "Machine",
    "Run",
    "aimed",
    "bundled",
    "groups_for",
    "heard",
    "let_loose",
]

HERE = Path(__file__).parents[1]
GROUPS = (
    *("starts", "memory", "devices", "walks", "registers", "named", "kept"),
    *("instructions", "calls", "psci"),
    *("gic", "uart", "storms", "suspend", "exceptions", "fp", "console"),
    *("gic2", "priorities"),
)
"""As in main.c: bit n of the word `groups`."""
GIC2 = frozenset({"gic2", "priorities"})
"""Those that only a board with a GICv2 has."""
GIC3 = frozenset({"devices", "registers", "named", "gic", "storms", "suspend"})
"""Those that only a board with a GICv3 has, by a register of its own or an emulated device."""
PLACES = {
    "HYPERVISOR": 0x4020_0000,
    "FIRMWARE": 0x4040_0000,
    "PACK": 0x7FE0_0000,
    "OWN": 0x4C00_0000,
    "GIC_OTHER": 0x080C_0000,  # behind its own redistributor: the next core's
    "GICH": 0x0803_0000,
    "GICV": 0x0804_0000,
    "BUS": 0x0A00_0000,  # what the board's other devices answer at
    "HOLE": 0x1000_0000,
    "ABOVE": 0xFF_FFFF_F000,  # the last page of 40 bits
}
"""Addresses that are nobody's in the persona; what stands there physically belongs to others."""
SWITCHES = 64  # offset in the image: the words `groups` and `calls` of entry.S
BOARD = (
    *("-m", "1G", "-cpu", "cortex-a53,cntfrq=1000000000"),
    *("-display", "none", "-monitor", "none", "-nic", "none", "-nodefaults", "-no-user-config"),
    *deterministic(),
)
"""One instruction takes one nanosecond, and the counter has a tick for each."""
BOARDS = {3: "qemu-virt", 2: "qemu-virt-gicv2"}
"""By the GIC's version."""
MACHINES = {
    gic: ("-machine", f"virt,virtualization=on,gic-version={gic},dtb-randomness=off", "-smp", cpus)
    for gic, cpus in ((3, "2"), (2, "1"))
}
"""By the GIC's version. QEMU 7.2 can't be asked for a GICv2's registers if it has several CPUs."""
LAST = re.compile(rb"^\[realtime\+?\] final: |^\[mvp\] (?:panic|stop) ", flags=re.MULTILINE)
SILENCE = 15.0  # seconds of the host's time without a word, after which it hangs
FLOOD = 1 << 20  # bytes: a whole run says a fifth of that
FAULTY_SILENCE = 8.0  # of a hypervisor with a fault, of which several hang: words come in bursts
SMALL_FLOOD = FLOOD >> 3  # and one group of attacks a fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What a run has shown, in order: who spoke, and what."""

    raw: bytes
    lines: tuple[tuple[str, str], ...]
    ended: bool  # the firmware came to its end

    def of(self, speaker: str) -> list[str]:
        """The lines of one of the speakers."""
        return [text for name, text in self.lines if name == speaker]


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A machine whose run is over, and that stands there to be looked at."""

    run: Run
    qemu: Qemu


def _compiled(folder: Path) -> None:
    """Compile the persona: hostile.bin."""
    gcc, elf = COMPILERS["gcc"], folder / "hostile.elf"
    given = [f"-D{name}={value:#x}" for name, value in PLACES.items()]
    sources = sorted(str(path) for path in (HERE / "persona").glob("*.[cS]"))
    script = ["-Wl,-T", str(HERE / "persona" / "hostile.ld"), f"-I{CORE / 'include'}"]
    flags = [flag for flag in FLAGS if flag != "-fPIE"]
    command = [gcc, *flags, "-fno-pie", *given, *script, *sources, "-o", str(elf)]
    subprocess.run(command, check=True)
    flat = [gcc.replace("gcc", "objcopy"), "-O", "binary", str(elf), str(elf.with_suffix(".bin"))]
    subprocess.run(flat, check=True)


def groups_for(gic: int) -> tuple[str, ...]:
    """All groups of attacks that a board with this version of the GIC has."""
    others = GIC2 if gic == 3 else GIC3
    return tuple(name for name in GROUPS if name not in others)


def bundled(folder: Path, cache: Path, gic: int, vgic: int = 0) -> Path:
    """Build and bundle the handset; the folder then has `hypervisor` and `pack`, too.

    gic: the board's; vgic: the persona's, 0: the same.
    """
    shutil.copytree(HERE / "firmware", folder / "firmware")
    text = (HERE / "handset.toml").read_text()
    asked = f"cpus = [0]\nvgic = {vgic}" if vgic else "cpus = [0]"
    (folder / "handset.toml").write_text(text.replace("cpus = [0]", asked))
    _compiled(folder)
    made = bundled_for(folder, BOARDS[gic], "hostile.itb", cache=cache)
    mvpsdk(folder, "extract", "hostile.itb", "hypervisor", "pack", "-o", ".", cache=cache)
    return made


def aimed(
    pack: bytes, groups: Collection[str], *, calls: int, fingerprint: bytes | None = None
) -> bytes:
    """The pack with a persona that attacks in these ways, for a hypervisor of this fingerprint."""
    tables = facade.pack_read(pack)
    data = bytearray(pack)
    (index,) = (n for n, image in enumerate(tables.images) if image.name == "hostile/kernel")
    image = tables.images[index]
    mask = sum(1 << GROUPS.index(name) for name in groups)
    struct.pack_into("<QQ", data, image.offset + SWITCHES, mask, calls)
    content = data[image.offset : image.offset + image.size]
    images = list(tables.images)
    images[index] = replace(image, digest=hashlib.sha256(content).digest())
    changed = replace(tables, images=tuple(images))
    if fingerprint is not None:
        changed = replace(changed, fingerprint=fingerprint)
    metadata = facade.pack_write(changed)
    data[: len(metadata)] = metadata
    return bytes(data)


@contextmanager
def let_loose(
    hypervisor: Path,
    pack: Path,
    *more: str,
    gic: int = 3,
    flood: int = FLOOD,
    silence: float = SILENCE,
) -> Iterator[Machine]:
    """Boot, and listen until the firmware has ended or the hypervisor; or silence, or a flood.

    The machine then still stands there, for the length of the `with` block.
    """
    boot = ["-kernel", str(hypervisor), "-initrd", str(pack)]
    qemu = Qemu([executable(), *MACHINES[gic], *BOARD, *boot, *more])
    try:
        qemu.resume()
        raw = _listen(qemu, flood, silence)
        yield Machine(run=heard(raw), qemu=qemu)
    finally:
        qemu.close()


def _listen(qemu: Qemu, flood: int, silence: float) -> bytes:
    raw = b""
    heard = time.monotonic()
    while time.monotonic() - heard < silence and len(raw) < flood:
        data = qemu.read(0.2)
        if data == b"":
            return raw
        if data:
            raw, heard = raw + data, time.monotonic()
            if (last := LAST.search(raw, max(0, len(raw) - len(data) - 200))) and raw.find(
                b"\n", last.start()
            ) > 0:
                return raw
    return raw


def heard(raw: bytes) -> Run:
    """Take a console apart."""
    demux = Demux()
    lines = [*demux.feed(raw), *demux.close()]
    ended = any(line.partition == "realtime" and line.text.startswith("final: ") for line in lines)
    said = tuple((line.partition, line.text) for line in lines)
    return Run(raw=raw, lines=said, ended=ended)
