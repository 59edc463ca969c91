# SPDX-License-Identifier: Apache-2.0
"""The update handset: bundles of it, disks with slots on them, and boots through U-Boot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uboot_alone
from mvpsdk import sign
from mvpsdk.core import facade as core
from mvpsdk.run.via import u_boot
from phone import mvpsdk
from workshop import EXAMPLE as DEMO
from workshop import images

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BLOCK",
    "MISC",
    "Machine",
    "bundled",
    "control",
    "disk",
    "handset",
    "plain",
    "sgdisk",
    "slots_of",
    "write_slots",
]

EXAMPLE = DEMO.parent / "update-handset"
BLOCK = 512
MISC = 2048
"""First block of the partition."""
BLOCKS = 16 << 11
"""Of a disk that holds no more than boot control: 16 MiB."""


def handset(folder: Path, *, good_ticks: int | None = None, rollback_index: int = 0) -> Path:
    """Copy the example, with its system built; good_ticks: 0 makes firmware that is never well."""
    ignored = shutil.ignore_patterns("images", "build", "__pycache__")
    shutil.copytree(EXAMPLE, folder, ignore=ignored)
    images(folder / "images", "personal")
    if good_ticks is not None:
        _replace(folder / "firmware" / "health.h", r"(GOOD_TICKS) \d+", rf"\1 {good_ticks}")
    if rollback_index:
        line = rf"\1\nrollback-index = {rollback_index}"
        _replace(folder / "handset.toml", r'(version = "[\d.]+")', line)
    return folder


def _replace(path: Path, pattern: str, text: str) -> None:
    """Change one place of a file."""
    changed, count = re.subn(pattern, text, path.read_text(encoding="utf-8"))
    assert count == 1, f"{path.name}: {pattern}"
    path.write_text(changed, encoding="utf-8")


def bundled(folder: Path, board: str, cache: Path) -> Path:
    """Bundle it, and take hypervisor and pack out of the bundle beside it; the folder with them."""
    mvpsdk(folder, "bundle", ".", "--board", board, "-o", f"{board}.itb", "--unsigned", cache=cache)
    mvpsdk(folder, "extract", f"{board}.itb", "-o", board, cache=cache)
    return folder / board


def sgdisk(path: Path, *arguments: str) -> None:
    """Make or change a partition table by a tool that is not ours."""
    subprocess.run(["sgdisk", *arguments, str(path)], check=True, capture_output=True)


def disk(path: Path, state: core.Slots | None = None) -> Path:
    """Make a disk with boot control in `misc`, and slots that hold nothing."""
    with path.open("wb") as file:
        file.truncate(BLOCKS * BLOCK)
    parts = [("misc", MISC, 4095), ("boot_a", 4096, 8191), ("boot_b", 8192, 12287)]
    words = [
        word
        for number, (name, first, last) in enumerate(parts, 1)
        for word in ("-n", f"{number}:{first}:{last}", "-c", f"{number}:{name}")
    ]
    sgdisk(path, *words)
    write_slots(path, core.slots_new(state))
    return path


def write_slots(path: Path, data: bytes, offset: int = 0) -> None:
    """Write into `misc`."""
    with path.open("r+b") as file:
        file.seek(MISC * BLOCK + offset)
        file.write(data)


def slots_of(path: Path) -> core.Slots | None:
    """The state that counts on a disk."""
    with path.open("rb") as file:
        file.seek(MISC * BLOCK)
        return core.slots_read(file.read(core.SLOTS_ROOM))


# ---- through U-Boot ----

LIMIT = 100  # seconds of the host's time that a boot may take, on a busy host


def control(folder: Path) -> Path:
    """Make U-Boot's control tree for the board qemu-virt, with the published test keys."""
    keys = sign.public_keys(["test:"])
    keys = tuple(key for key in keys if key.kind == "rsa")
    path = folder / "control.dtb"
    path.write_bytes(uboot_alone.control(folder, keys))
    return path


@dataclass(frozen=True, slots=True)
class Machine:
    """The virtual handset with U-Boot, whose control tree is there."""

    control: Path

    def boot(self, drive: str, until: str) -> str:
        """Boot a disk until a line comes (a pattern), or the power goes off; what was said.

        drive: the value of QEMU's -drive for it. The power is cut when the line has come.
        """
        command = [
            *(*uboot_alone.command(shift=0), "-serial", "stdio"),
            *("-bios", str(u_boot.PROGRAM), "-dtb", str(self.control)),
            *("-drive", drive, "-device", "virtio-blk-device,drive=disk"),
        ]
        pattern = re.compile(until, re.MULTILINE)
        null = subprocess.DEVNULL
        said = ""
        with subprocess.Popen(command, stdin=null, stdout=subprocess.PIPE) as qemu:
            alarm = threading.Timer(LIMIT, qemu.kill)
            alarm.start()
            assert qemu.stdout
            while piece := os.read(qemu.stdout.fileno(), 4096):
                said += piece.decode(errors="replace").replace("\r", "")
                if pattern.search(said):
                    break
            alarm.cancel()
            qemu.kill()
        return said


def plain(disk: Path) -> str:
    """The value of QEMU's -drive for a disk."""
    return f"if=none,id=disk,format=raw,file={disk}"
