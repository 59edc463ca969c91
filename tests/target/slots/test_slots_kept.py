# SPDX-License-Identifier: Apache-2.0
"""The firmware keeps its slot through the runtime library's block driver, on QEMU's virtio disk."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import uboot_alone
import updating
from mvpsdk.core import facade as core

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(120)]

LIMIT = 60  # seconds of the host's time, on a busy one
NEW = core.Slots(
    slots=(
        core.Slot(priority=15, tries=2, rollback_index=5),
        core.Slot(priority=14, successful=True, rollback_index=2),
    ),
    rollback_index=2,
    booted=0,
)
"""As the boot script leaves it: slot a was flashed, and is started for the first time."""


def booted(folder: Path, *drive: str, name: str = "qemu-virt") -> list[str]:
    """Boot hypervisor and pack with a disk until the firmware powers off; the firmware's lines."""
    files = ("-kernel", str(folder / "hypervisor"), "-initrd", str(folder / "pack"))
    command = [*uboot_alone.command(name, shift=0), *files, "-serial", "stdio"]
    done = subprocess.run(
        [*command, *drive], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=True
    )
    said = done.stdout.decode(errors="replace").replace("\r", "")
    return re.findall(r"^\[realtime\] (.*)$", said, re.MULTILINE)


def plugged(path: Path, *, legacy: bool = True, node: str = "") -> tuple[str, ...]:
    """QEMU's arguments for a disk. node: what injects errors, before the file's name."""
    mode = ("-global", f"virtio-mmio.force-legacy={'on' if legacy else 'off'}")
    drive = f"if=none,id=disk,format=raw,file={node}{path}"
    return (*mode, "-drive", drive, "-device", "virtio-blk-device,drive=disk")


@pytest.mark.parametrize(
    ("name", "legacy"), [("qemu-virt", True), ("qemu-virt", False), ("qemu-virt-gicv2", True)]
)
def test_the_firmware_marks_its_slot(
    name: str, legacy: bool, update: Callable[[str], Path], tmp_path: Path
) -> None:
    """By either form of virtio-mmio: one write, the other copy, and the floor rises."""
    disk = updating.disk(tmp_path / "disk", NEW)
    before = updating.slots_of(disk)
    lines = booted(update(name), *plugged(disk, legacy=legacy), name=name)
    after = updating.slots_of(disk)

    assert lines[:-1] == [
        "slot a started, tries left 2, floor 2",
        "slot a good, floor 5",
    ]
    assert lines[-1].endswith(" missed 0")
    assert before
    assert after == replace(
        before,
        slots=(replace(NEW.slots[0], successful=True), NEW.slots[1]),
        rollback_index=5,
        sequence=before.sequence + 1,
        copy=1 - before.copy,
    )


def test_a_good_slot_is_not_written_again(update: Callable[[str], Path], tmp_path: Path) -> None:
    """Not one byte of the disk changes."""
    disk = updating.disk(tmp_path / "disk", replace(NEW, booted=1))
    before = disk.read_bytes()
    lines = booted(update("qemu-virt"), *plugged(disk))

    assert lines[:2] == ["slot b started, tries left 0, floor 2", "slot b good, floor 2"]
    assert disk.read_bytes() == before


def test_the_second_table_serves_where_the_first_is_damaged(
    update: Callable[[str], Path], tmp_path: Path
) -> None:
    """And the second copy of boot control where the first is."""
    disk = updating.disk(tmp_path / "disk", NEW)
    with disk.open("r+b") as file:
        file.seek(updating.BLOCK + 60)
        file.write(b"\x55")
    updating.write_slots(disk, b"\x55", offset=100)
    lines = booted(update("qemu-virt"), *plugged(disk))

    assert lines[1] == "slot a good, floor 5"
    state = updating.slots_of(disk)
    assert state
    assert (state.copy, state.slots[0].successful) == (0, True)


@pytest.mark.parametrize("what", ["both copies", "both tables", "no misc"])
def test_where_nothing_is_right_nothing_is_written(
    what: str, update: Callable[[str], Path], tmp_path: Path
) -> None:
    """The firmware says so, and goes on with its work."""
    disk = updating.disk(tmp_path / "disk", NEW)
    if what == "both copies":
        updating.write_slots(disk, b"\x55", offset=100)
        updating.write_slots(disk, b"\x55", offset=4096 + 100)
    elif what == "no misc":
        updating.sgdisk(disk, "-c", "1:other")
    else:
        updating.sgdisk(disk, "-Z")
    before = disk.read_bytes()
    lines = booted(update("qemu-virt"), *plugged(disk))

    assert lines[0] == "no slots on the disk"
    assert re.fullmatch(r"final: met \d+ missed 0", lines[1])
    assert disk.read_bytes() == before


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("read_aio", "no slots on the disk"),
        ("write_aio", "slot not marked: the disk has failed, or names no slot"),
        ("flush_to_disk", "slot not marked: the disk has failed, or names no slot"),
    ],
)
def test_a_disk_that_fails_is_noticed(
    event: str, said: str, update: Callable[[str], Path], tmp_path: Path
) -> None:
    """Reading, writing or keeping what was written: nobody calls the slot good."""
    disk = updating.disk(tmp_path / "disk", NEW)
    rules = tmp_path / "rules"
    rules.write_text(f'[inject-error]\nevent = "{event}"\nerrno = "5"\n')
    lines = booted(update("qemu-virt"), *plugged(disk, node=f"blkdebug:{rules}:"))

    assert said in lines
    assert not [line for line in lines if line.startswith("slot a good")]


def test_a_machine_without_a_disk_starts_all_the_same(update: Callable[[str], Path]) -> None:
    """All transports of the page are empty."""
    lines = booted(update("qemu-virt"))

    assert lines[0] == "no disk: no slot to keep"
