# SPDX-License-Identifier: Apache-2.0
"""What nobody may have changed: memory and interrupts of others, looked at from outside.

Left out is what the hypervisor and the firmware write themselves while they run: their data, bss
and stacks, the pending and active bits of the board's GIC, and the persona's own RAM.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

import attacker
from mvpsdk import board as boards
from mvpsdk import build, handset
from mvpsdk.core import facade
from mvpsdk.core.facade import RegionKind
from mvpsdk.units import Pa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from attacker import Machine, Run
    from mvpsdk.store import Cache

__all__ = ["Whole", "built", "seen", "sizes"]

GICD, GICR = 0x0800_0000, 0x080A_0000  # the boards': qemu-virt, qemu-virt-gicv2
SGI_FRAME = GICR + 0x1_0000
GROUPS, ENABLES, PRIORITIES, TARGETS, KINDS, ROUTES = 0x80, 0x100, 0x400, 0x800, 0xC00, 0x6100
INTIDS = 96
FIRMWARE = "realtime/segment0"  # code and constants


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A run of all attacks, and digests of what is not the persona's."""

    run: Run
    built: dict[str, str]  # as compiled
    quiet: dict[str, str]  # after a run without attacks
    after: dict[str, str]


def _symbols(elf: bytes) -> dict[str, int]:
    """The addresses of a program's symbols, from its base."""
    table = ELFFile(io.BytesIO(elf)).get_section_by_name(".symtab")
    assert isinstance(table, SymbolTableSection)
    return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


def sizes(folder: Path, cache: Cache, gic: int) -> dict[str, int]:
    """How long the unchanging part of each program is; the folder is the bundle's."""
    loaded = handset.load(folder / "handset.toml")
    features = build.wanted(loaded, boards.named(attacker.BOARDS[gic], (), folder))
    hypervisor = build.image("pl011", cache=cache, gic=gic, features=features)
    assert hypervisor.binary == (folder / "hypervisor").read_bytes()
    firmware = build.firmware(folder / "firmware", cache=cache)
    return {
        "hypervisor": _symbols(hypervisor.elf)["_data"],
        "firmware": _symbols(firmware.elf)["_rt_data_start"],
        "pages": _symbols(hypervisor.elf)["pages"],
        "end": _symbols(hypervisor.elf)["_end"],
    }


def built(folder: Path, pack: bytes, sizes: Mapping[str, int]) -> dict[str, str]:
    """Digests of code, constants and pack, as they were built."""
    (image,) = (each for each in facade.pack_read(pack).images if each.name == FIRMWARE)
    return {
        "hypervisor": _digest((folder / "hypervisor").read_bytes()[: sizes["hypervisor"]]),
        "firmware": _digest(pack[image.offset : image.offset + sizes["firmware"]]),
        "pack": _digest(pack),
    }


def seen(machine: Machine, pack: bytes, sizes: Mapping[str, int], gic: int) -> dict[str, str]:
    """The same digests of what stands in RAM, and of stage-2 tables and interrupts' settings."""
    tables = facade.pack_read(pack)
    board = tables.boards[0]
    (ram,) = (
        region
        for region in tables.regions
        if region.partition == 0 and region.kind is RegionKind.RAM
    )
    places = {
        "hypervisor": (board.window, sizes["hypervisor"]),
        "firmware": (ram.pa, sizes["firmware"]),
        "pack": (board.pack_home, len(pack)),
        "tables": (board.window + sizes["pages"], sizes["end"] - sizes["pages"]),
    }
    memory = {
        name: _digest(machine.qemu.read_memory(Pa(base), size))
        for name, (base, size) in places.items()
    }
    with machine.qemu.paused():  # a machine that runs may let a question wait for a minute
        words = [machine.qemu.read_word(Pa(at)).to_bytes(4, "little") for at in _settings(gic)]
    return {**memory, "interrupts": _digest(b"".join(words))}


def _settings(gic: int) -> Iterator[int]:
    """Addresses of the GIC's registers that say what is on, how urgent, and whose."""
    yield GICD
    for frame, first, last in ((SGI_FRAME if gic == 3 else GICD, 0, 32), (GICD, 32, INTIDS)):
        yield from (frame + GROUPS + n // 8 for n in range(first, last, 32))
        yield from (frame + ENABLES + n // 8 for n in range(first, last, 32))
        yield from (frame + PRIORITIES + n for n in range(first, last, 4))
        yield from (frame + KINDS + n // 4 for n in range(first, last, 16))
    if gic == 3:
        yield from (GICD + ROUTES + 8 * (n - 32) for n in range(32, INTIDS))
    else:
        yield from (GICD + TARGETS + n for n in range(32, INTIDS, 4))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
