# SPDX-License-Identifier: Apache-2.0
"""A phone's folder: a handset, its own board, kernel, ramdisk and firmware, all of them right."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

from mvpsdk import abi, board
from mvpsdk.core import facade
from mvpsdk.units import GIB

__all__ = ["BOARD", "at", "firmware", "kernel", "sparse", "spoil", "write_phone"]

BOARD = "boards/lab/board.toml"

HANDSET = """\
[handset]
name = "phone"
version = "1.0.0"
boards = ["lab"]

[realtime]
image = "firmware.elf"
memory = "8 MiB"
cpu = 0
priority = 0
devices = ["gpio"]

[[persona]]
name = "work"
kernel = "linux"
ramdisk = "initrd"
command-line = "console=ttyAMA0"
memory = "32 MiB"
cpus = [0]

[boot]
mode = "exclusive"
default = "work"
"""


def kernel(size: int = 0x1_0000, *, memory: int = 0x2_0000, machine: int = 0xAA64) -> bytes:
    """An arm64 Image with an EFI stub, whose section table says how long the file is.

    Linux Documentation/arch/arm64/booting.rst; PE Format, "COFF File Header", "Section Table".
    """
    head = struct.pack("<4s4xQQQ24x4sI", b"MZ\0\x91", 0, memory, 0xA, b"ARM\x64", 0x40)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, 0, 0, 0, 16, 0) + bytes(16)
    section = struct.pack("<8sIIIIIIHHI", b".text", 0, 0, size - 0x200, 0x200, 0, 0, 0, 0, 0)
    return (head + coff + section).ljust(size, b"k")


NOTE = facade.note_write(replace(abi.offered(3, ()), role=1, features=1, calls=0xE))
"""What firmware on the runtime library needs."""


def firmware(*, kind: int = 3, base: int = 0, machine: int = 183, size: int = 0x1000) -> bytes:
    """An ELF file with a note in one segment: ET_DYN (3) or ET_EXEC (2), linked at base.

    System V ABI, chapters "ELF Header" and "Program Header"; 183 is EM_AARCH64.
    """
    ident = b"\x7fELF\x02\x01\x01"
    head = struct.pack(
        "<16sHHIQQQIHHHHHH", ident, kind, machine, 1, base + 120, 64, 0, 0, 64, 56, 1, 64, 0, 0
    )
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 4096)
    return ((head + load).ljust(0x400, b"\0") + NOTE).ljust(size, b"\0")


def sparse(path: Path, size: int = 5 * GIB) -> None:
    """A file of so many bytes that takes no room on the disk."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def write_phone() -> None:
    """Write all of them into the working directory, all right."""
    Path(BOARD).parent.mkdir(parents=True, exist_ok=True)
    known = board.find([board.built_in()])["qemu-virt"].read_text()
    Path(BOARD).write_text(known.replace('name = "qemu-virt"', 'name = "lab"'))
    Path("handset.toml").write_text(HANDSET)
    Path("linux").write_bytes(kernel())
    Path("initrd").write_bytes(b"\x1f\x8b\x08" + bytes(5000))
    Path("firmware.elf").write_bytes(firmware())


def spoil(name: str, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file."""
    text = Path(name).read_text()
    assert old in text, f"{old!r} in {name}"
    Path(name).write_text(text.replace(old, new, 1))


def at(name: str, fragment: str) -> str:
    """Where the first line with this fragment begins: `file:line:col`."""
    for number, line in enumerate(Path(name).read_text().splitlines(), 1):
        if fragment in line:
            return f"{name}:{number}:{len(line) - len(line.lstrip()) + 1}"
    raise AssertionError(f"no {fragment!r} in {name}")
