# SPDX-License-Identifier: Apache-2.0
"""The fuzzers' first inputs, made from good ones: `python tests/fuzz/support/seeds.py`."""

from __future__ import annotations

import struct
import sys
from dataclasses import replace
from pathlib import Path

import fdt

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
PREFIX = bytes(8)
"""Choices of the harnesses for packs and trees: mend what has to be."""

sys.path[:0] = [str(ROOT / "tests" / "core")] if __name__ == "__main__" else []


def _packs() -> dict[str, bytes]:
    """Packs that are accepted, for both GICs; two that need other ways through the judge."""
    import handset
    import packs
    import packs2
    import smmu
    from mvpsdk.core import facade as core

    small = handset.pack()
    mute = replace(small.boards[0], console_driver="none", console_base=0, console_size=0)
    mute = replace(mute, console_register=0, console_width=0, console_irq=0)
    turns = tuple(
        replace(row, pa=row.pa + 0x200000 * row.partition) if row.pa else row
        for row in small.regions
    )
    found = {
        "gicv3": packs.good_pack(),
        "gicv2": packs2.good_pack(),
        "small": small,
        "mute": replace(small, boards=(mute,)),
        "smmu": smmu.pack((16, 0), (24, 0)),
        "concurrent": replace(small, regions=turns, concurrent=True),
    }
    return {name: PREFIX + _unmade(core.pack_write(pack)) for name, pack in found.items()}


def _unmade(metadata: bytes) -> bytes:
    """Without checksum and fingerprint: they change with the sources, and are mended."""
    return metadata[:16] + bytes(8) + metadata[24:56] + bytes(32) + metadata[88:]


def _tree(path: str, compatible: list[str], start: int, end: int) -> bytes:
    tree = fdt.FDT()
    tree.header.version = 17
    tree.header.last_comp_version = 16
    parent, _, _ = path.rpartition("/")
    for at, name, value in (
        ("/", "#address-cells", 2),
        ("/", "#size-cells", 1),
        ("/aliases", "serial0", path),
        ("/chosen", "bootargs", "quiet mvp.persona=work"),
        ("/chosen", "stdout-path", "serial0:115200n8"),
        ("/chosen", "linux,initrd-start", start),
        ("/chosen", "linux,initrd-end", end),
        (parent or "/", "#address-cells", 1 if parent else 2),
        (parent or "/", "#size-cells", 1),
        (path, "compatible", compatible),
        (path, "reg", [0x9000000, 0x1000] if parent else [0, 0x9000000, 0x1000]),
        (path, "reg-shift", 2),
        (path, "reg-io-width", 4),
    ):
        tree.set_property(name, value, at)
    if parent:
        tree.set_property("ranges", [0x9000000, 0, 0x9000000, 0x1000], parent)
    return bytes(tree.to_dtb())


def _trees() -> dict[str, bytes]:
    """Consoles at the root and on a bus; an initrd with a pack and one without."""
    found = {
        "root": _tree("/serial@9000000", ["arm,pl011", "arm,primecell"], 0x40000000, 0x40000400),
        "bus": _tree("/soc/serial@9000000", ["vendor,uart", "test,uart"], 0x40000000, 0x40000100),
        "empty": _tree("/serial@9000000", ["vendor,uart"], 0x40000000, 0x40000000),
    }
    return {name: PREFIX + tree for name, tree in found.items()}


def step(what: int, how: int = 0, where: int = 0, value: int = 0) -> bytes:
    """One of the vGIC harness."""
    return struct.pack("<BBHI", what, how, where, value)


WRITE4, READ4, WRITE1 = 6, 2, 4
SGI_FRAME = 8


def _vgics() -> dict[str, bytes]:
    """An OS's start, then interrupts of each kind, taken and ended; with both GICs."""
    enable3 = [
        step(0, WRITE4, 0, 3),
        *(step(0, WRITE4, 0x80 + 4 * n, 0xFFFFFFFF) for n in (1, 2)),
        *(step(0, WRITE4, 0x100 + 4 * n, 0xFFFFFFFF) for n in (1, 2)),
        step(4, SGI_FRAME | WRITE4, 0x80, 0xFFFFFFFF),
        step(4, SGI_FRAME | WRITE4, 0x100, 0xFFFFFFFF),
        step(0, WRITE1, 0x42D, 0xA0),
    ]
    enable2 = [
        step(0, WRITE4, 0, 1),
        *(step(0, WRITE4, 0x800 + n, 0x01010101) for n in range(32, 96, 4)),
        *(step(0, WRITE4, 0x100 + 4 * n, 0xFFFFFFFF) for n in range(3)),
    ]
    happens = [
        *(step(7, n) for n in range(4)),
        step(8, 0, 1),
        step(8, 1, 1),
        step(9, 3),
        step(6, 0, 3, 0x01000003),
        *[step(10), step(12)] * 4,
        step(0, WRITE4, 0x200 + 4, 0xFF00),
        step(0, READ4, 0x200 + 4),
        step(0, WRITE4, 0x300 + 4, 0x3000),
        step(14, 1),
        step(7, 1),
        step(14, 0),
        *[step(10), step(12)] * 3,
        step(13),
    ]
    return {
        "gicv3": bytes([0, 1, 1, 0]) + b"".join(enable3 + happens),
        "gicv3-one": bytes([0, 0, 0, 1]) + b"".join(enable3 + happens),
        "gicv2": bytes([1, 1, 1, 0]) + b"".join(enable2 + happens),
        "gicv2-one": bytes([1, 0, 0, 1]) + b"".join(enable2 + happens),
        "started3": bytes([2, 1, 1, 0]) + b"".join(happens),
        "started2": bytes([3, 1, 1, 0]) + b"".join(happens),
    }


def seeds() -> dict[str, dict[str, bytes]]:
    """Return all first inputs, by harness and name."""
    import seeds_disk
    import seeds_part
    import seeds_trap

    made = {
        "gpt": seeds_disk.gpts(),
        "pack": _packs(),
        "part": seeds_part.parts(),
        "slots": seeds_disk.slots(),
        "tree": _trees(),
        "trap": seeds_trap.traps(),
        "vgic": _vgics(),
    }
    return {
        harness: {f"{name}.bin": data for name, data in inputs.items()}
        for harness, inputs in made.items()
    }


def main() -> None:
    """Write them; inputs that were found stay."""
    for harness, inputs in seeds().items():
        (CORPUS / harness).mkdir(parents=True, exist_ok=True)
        for name, data in inputs.items():
            (CORPUS / harness / name).write_bytes(data)


if __name__ == "__main__":
    main()
